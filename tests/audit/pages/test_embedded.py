"""Files that commands write, with the lines of the commands."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.sources import read
from fournines.kit.audit.source import Source


def written(text: str) -> list[Source]:
    sources, *_ = read([File("node1/setup.sh", "#!/bin/sh\n" + text)])
    return [source for source in sources if source.kind != "script"]


def test_a_here_document_is_the_file_it_makes() -> None:
    (conf,) = written("cat > /etc/keepalived/keepalived.conf <<EOF\nvrrp_instance V {\n state PEER\n}\nEOF\n")
    assert (conf.kind, conf.name, conf.host, conf.excerpt) == (
        "keepalived.conf",
        "/etc/keepalived/keepalived.conf",
        "node1",
        False,
    )
    assert [conf.at(node).line for node in conf.nodes] == [3]


def test_what_is_appended_is_an_excerpt() -> None:
    (conf,) = written(
        "sudo tee -a /etc/sysctl.conf <<'END' >/dev/null\nnet.ipv4.ip_nonlocal_bind=1\nvm.swappiness=1\nEND\n"
    )
    assert (conf.kind, conf.excerpt) == ("sysctl", True)


def test_echoed_lines_come_together() -> None:
    (conf,) = written('echo "10.0.0.11 node1" >> /etc/hosts\ndate\necho "10.0.0.12 node2" >> /etc/hosts\n')
    assert conf.text == "10.0.0.11 node1\n10.0.0.12 node2"
    assert [conf.at(node).line for node in conf.nodes] == [2, 4]


def test_setting_ini_options_makes_an_ini() -> None:
    (conf,) = written(
        "openstack-config --set /etc/nova/nova.conf DEFAULT my_ip 10.0.0.11\n"
        "crudini --set /etc/nova/nova.conf database connection sqlite://\n"
    )
    assert conf.text.split("\n") == ["[DEFAULT]", "my_ip = 10.0.0.11", "[database]", "connection = sqlite://"]
    assert conf.at(4).line == 3


def test_other_output_is_no_configuration() -> None:
    assert written('echo "done" > /var/log/x\ncat <<EOF\nhello\nEOF\n') == []


def test_a_file_that_was_given_is_not_read_twice() -> None:
    conf = "vrrp_instance V {\n virtual_router_id 5\n}\n"
    script = f"#!/bin/sh\ncat > /etc/keepalived/keepalived.conf <<EOF\n{conf}EOF\n"
    sources, *_ = read([File("n1/keepalived.conf", conf), File("n1/setup.sh", script)])
    assert [source.path for source in sources] == ["n1/keepalived.conf", "n1/setup.sh"]


INSTANCE = "vrrp_instance V {\n virtual_router_id 5\n virtual_ipaddress {\n  $VIP\n }\n}\n"


def test_a_variable_that_is_set_once_is_put_in() -> None:
    (conf,) = written(f"VIP=10.0.0.20\ncat > /etc/keepalived/keepalived.conf <<EOF\n{INSTANCE}EOF\n")
    assert "  10.0.0.20" in conf.text.split("\n")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            f"VIP=10.0.0.20\ncat > keepalived.conf <<'EOF'\n{INSTANCE}EOF\n", id="kept as it stands"
        ),
        pytest.param(f"VIP=1\nVIP=2\ncat > keepalived.conf <<EOF\n{INSTANCE}EOF\n", id="set twice"),
        pytest.param(f"VIP=$(hostname -I)\ncat > keepalived.conf <<EOF\n{INSTANCE}EOF\n", id="asked for"),
        pytest.param(f"read VIP\nVIP=1\ncat > keepalived.conf <<EOF\n{INSTANCE}EOF\n", id="read"),
    ],
)
def test_a_variable_of_no_one_value_stays(script: str) -> None:
    (conf,) = written(script)
    assert "$VIP" in conf.text


def test_a_file_that_is_written_over_ssh_is_the_other_hosts() -> None:
    found = written(f"ssh root@lb2 'cat > /etc/keepalived/keepalived.conf' <<EOF\n{INSTANCE}EOF\n")
    assert [(conf.name, conf.host) for conf in found] == [("/etc/keepalived/keepalived.conf", "lb2")]


def test_pieces_that_a_script_appends_are_one_file() -> None:
    (conf,) = written(
        "cat > /etc/corosync/corosync.conf <<EOF\ntotem {\n version: 2\n}\nnodelist {\nEOF\n"
        "date\ncat >> /etc/corosync/corosync.conf <<EOF\n node {\n  ring0_addr: a\n }\nEOF\n"
        'echo "}" >> /etc/corosync/corosync.conf\n'
    )
    assert conf.text.split("\n")[3:] == ["nodelist {", " node {", "  ring0_addr: a", " }", "}"]
    assert (conf.excerpt, conf.at(conf.nodes[-1]).line) == (False, 6)


def test_pieces_of_two_files_stay_two() -> None:
    files = written(
        "cat > /etc/sysctl.conf <<EOF\nvm.swappiness=1\nEOF\n"
        "cat > /etc/sysctl.conf <<EOF\nvm.swappiness=2\nEOF\n"
    )
    assert [file.text for file in files] == ["vm.swappiness=1", "vm.swappiness=2"]

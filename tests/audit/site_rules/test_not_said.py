"""What real sites were told wrongly, each beside its near miss that is to be told."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.haproxy.audit.rules.example import haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.pacemaker.audit.rules.example import FENCED, VIP, crm
from fournines.kit.audit.rule import Finding

RULES = {rule.id: rule for rule in registry.rules()}


def found(rule: str, files: dict[str, str]) -> list[Finding]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return list(report.findings)


def severities(rule: str, files: dict[str, str]) -> list[str]:
    return [finding.severity.word for finding in found(rule, files)]


PLUGIN = "service {{\n  name: pacemaker\n  ver: 0\n}}\n{}totem {{\n  version: 2\n  secauth: on\n{}}}\n"


@pytest.mark.parametrize(
    ("marks", "totem", "said", "missing"),
    [
        ("compatibility: whitetank\n", "", ["info"], []),
        ("amf {\n  mode: disabled\n}\n", "", ["info", "info"], []),
        ("aisexec {\n  user: root\n}\n", "", ["info", "info"], []),
        ("", "", ["warning"], ["warning"]),
        ("compatibility: whitetank\n", "  transport: knet\n", ["warning"], ["warning"]),
        (
            "compatibility: whitetank\nnodelist {\n  node {\n    nodeid: 1\n  }\n}\n",
            "",
            ["warning"],
            ["warning"],
        ),
    ],
)
def test_the_plugin_of_corosync_1(marks: str, totem: str, said: list[str], missing: list[str]) -> None:
    """With corosync 1 ``service { }`` loads Pacemaker, which counts the votes."""
    files = {"corosync.conf": PLUGIN.format(marks, totem)}
    assert severities("CO013", files) == said
    assert severities("CO001", files) == missing


STOPPED = "primitive {} ocf:heartbeat:VirtualDomain params config=/etc/vm.xml meta target-role={}\n"


def test_resources_that_are_off_in_one_way_are_one_finding() -> None:
    files = crm(
        VIP, *(STOPPED.format(f"vm{n}", "Stopped") for n in range(8)), STOPPED.format("vm8", "Started")
    )
    (one,) = found("PA016", files)
    assert "vm0, vm1, vm2, vm3, vm4, vm5 and 2 more" in one.what
    assert len(one.related) == 7
    (single,) = found("PA016", crm(VIP, STOPPED.format("vm0", "Stopped"), STOPPED.format("vm1", "Started")))
    assert single.what == "target-role of vm0 is Stopped"


GROUP = "primitive web ocf:heartbeat:nginx\nprimitive ip ocf:heartbeat:IPaddr2 params ip=10.0.0.20\n"
SAVED = GROUP + "group all ip web meta target-role={}\nproperty stonith-enabled={}\n"


def test_two_saved_configurations_are_no_cluster_together() -> None:
    files = {"all.crm": SAVED.format("Started", "true"), "latest.crm": SAVED.format("Stopped", "false")}
    (one,) = found("PA016", files)
    assert one.at.path == "latest.crm"
    assert [f.at.path for f in found("PA001", files)] == ["latest.crm"]


def test_what_several_scripts_say_of_one_cluster_is_read_together() -> None:
    """Only one of them makes the resources; what the others set is set for those."""
    files = {
        "a.crm": SAVED.format("Started", "false"),
        "b.sh": "#!/bin/sh\npcs property set stonith-enabled=true\n",
    }
    assert found("PA001", files) == []


@pytest.mark.parametrize(
    ("after", "count"),
    [
        ("crm configure load replace cib.txt\n", 0),
        ("crm configure load update cib.txt\n", 1),
        ("pcs cluster cib-push saved.xml\n", 0),
        ("", 1),
    ],
)
def test_a_stop_before_all_is_replaced(after: str, count: int) -> None:
    text = f"#!/bin/sh\ncrm configure property stop-all-resources=true\n{after}"
    assert len(found("PA016", {"load.sh": text})) == count
    assert (
        len(
            found("PA016", {"load.sh": f"#!/bin/sh\n{after}crm configure property stop-all-resources=true\n"})
        )
        == 1
    )


LIBVIRT = "primitive fence stonith:external/libvirt params hostlist={} hypervisor_uri=qemu+ssh://kvm/system\n"


@pytest.mark.parametrize(
    ("hosts", "said"),
    [("node1:vm1,node2:vm2", []), ("'node1 node2'", []), ("node1:vm1,vm2:node2", ["error"])],
)
def test_a_host_and_its_machine_in_one_word(hosts: str, said: list[str]) -> None:
    assert "stonith" in FENCED
    assert severities("PA024", crm(VIP, fenced=LIBVIRT.format(hosts))) == said


NODE = "cluster_formation.classic_config.nodes.{0} = rabbit@{1}{0}\n"


def test_lists_that_share_no_broker_are_alternatives() -> None:
    three = "".join(NODE.format(n, "mq") for n in (1, 2, 3))
    other = "".join(NODE.format(n, "node") for n in (1, 2, 3))
    old = "[{rabbit, [{cluster_nodes, {['rabbit@a1', 'rabbit@a2', 'rabbit@a3'], disc}}]}].\n"
    assert found("RM002", {"rabbitmq.conf": three, "templates/rabbitmq.conf": other}) == []
    assert found("RM002", {"rabbitmq.conf": three, "templates/advanced.config": old}) == []
    parts = {f"conf.d/{n}.conf": NODE.format(n, "mq") for n in (1, 2, 3, 4)}
    assert len(found("RM002", parts)) == 1


RESET = "rabbitmqctl stop_app\nrabbitmqctl reset\nrabbitmqctl start_app\n"
JOIN = "rabbitmqctl stop_app\nrabbitmqctl reset\nrabbitmqctl join_cluster rabbit@mq1\nrabbitmqctl start_app\n"


def test_the_first_broker_is_reset_before_the_others_join() -> None:
    assert severities("RM022", {"a.sh": f"#!/bin/sh\n{RESET}{JOIN}"}) == ["info"]
    assert severities("RM022", {"a.sh": f"#!/bin/sh\n{JOIN}{RESET}"}) == ["warning"]
    assert severities("RM022", {"a.sh": f"#!/bin/sh\n{RESET}", "b.sh": f"#!/bin/sh\n{JOIN}"}) == ["warning"]


WRITES = "#!/bin/sh\ncat > /etc/keepalived/keepalived.conf <<EOF\n{}\nEOF\n"


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ("export vip=10.0.0.20\n", 0),
        ("readonly vip=10.0.0.20\n", 0),
        ("read -p 'address? ' vip\n", 0),
        ("export vips=10.0.0.20\n", 1),
        ("echo $vip\n", 1),
    ],
)
def test_a_variable_that_another_script_exports(other: str, count: int) -> None:
    text = keepalived().replace("10.0.0.20/24", "$vip")
    assert "$vip" in text
    files = {"keepalived.sh": WRITES.format(text), "variables.sh": f"#!/bin/sh\n{other}"}
    assert len(found("KA034", files)) == count


RUN = "docker run -d {} --name haproxy haproxy:2.8\nrabbitmqctl cluster_status\n"


@pytest.mark.parametrize(
    ("options", "count"),
    [("-p 15672:5000", 0), ("--publish 15672:5000", 0), ("--network host -p 1:1", 1), ("", 1)],
)
def test_the_ports_of_a_container_are_none_of_its_hosts(options: str, count: int) -> None:
    files = {
        "c1/etc/haproxy/haproxy.cfg": haproxy(
            listen("server c1 10.0.0.11:5000 check\nserver c2 10.0.0.12:5000 check", bind="*:5000")
        ),
        "c1/etc/network/interfaces": "auto eth0\niface eth0 inet static\n    address 10.0.0.11/24\n",
        "commands": RUN.format(options),
    }
    assert len(found("HA003", files)) == count


def test_an_agent_where_a_resource_belongs() -> None:
    (one,) = found("PA007", crm(VIP, "clone all ocf:openstack:keystone\n"))
    assert "names the agent ocf:openstack:keystone" in one.what
    (other,) = found("PA007", crm(VIP, "clone all keystone\n"))
    assert "not defined" in other.what


def test_a_move_that_a_page_explains() -> None:
    page = "# Commands\n\n```sh\ncrm resource move {}\n```\n"
    assert severities("PA047", {"a.md": page.format("<service> <node>")}) == ["info"]
    assert severities("PA047", {"a.md": page.format("vip node2")}) == ["warning"]

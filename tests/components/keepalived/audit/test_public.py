"""What configurations of strangers hold: each mistake beside what looks like it and is none."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Finding

CALLED = keepalived(check=script(script='"/etc/keepalived/check.sh"'))
MADE = """#!/bin/sh
cat > /etc/keepalived/check.sh <<'EOF'
#!/bin/sh
curl -fs http://127.0.0.1/ || exit 1
EOF
"""
LVS = """virtual_server 10.0.0.20 80 {{
    {}
    lb_kind DR
    protocol TCP
    real_server 10.0.0.31 80 {{
        TCP_CHECK {{
            connect_timeout 1
        }}
    }}
    real_server 10.0.0.32 80 {{
        TCP_CHECK {{
            connect_timeout 1
        }}
    }}
}}
"""
NOTIFY = """#!/bin/bash
STATE=$3
to_master() {{
    if [ -n "$LOG" ]; then echo up; fi
    redis-cli {}
}}
close_it() {{
    systemctl stop nginx
}}
case $STATE in
    "MASTER") to_master;;
    "BACKUP") {};;
esac
"""
ASKS = """#!/bin/bash
curl_nginx=$(curl -LI http://$(hostname -i) -o /dev/null -w '%{http_code}' -s)
[ $curl_nginx == 200 ] || exit 1
"""


def said(rule: str, files: dict[str, str]) -> list[Finding]:
    given = [File(path, text) for path, text in files.items()]
    return [finding for finding in audit(given, strict=True).findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ("", 1),
        ("chmod 755 /etc/keepalived/other.sh\n", 1),
        ("chmod +x /etc/keepalived/*.sh\n", 0),
        ("chmod -R 755 /etc/keepalived\n", 0),
        ("sudo chmod +x /etc/keepalived/check.sh\n", 0),
    ],
)
def test_a_check_that_is_written_has_to_be_made_executable(behind: str, found: int) -> None:
    files = {"node1/keepalived.conf": CALLED, "node1/setup.sh": MADE + behind}
    assert len(said("KA071", files)) == found


def test_what_is_made_executable_before_it_is_written_is_not() -> None:
    body = MADE.removeprefix("#!/bin/sh\n")
    late = f"#!/bin/sh\nmake() {{\n{body}}}\nchmod +x /etc/keepalived/check.sh\nmake\n"
    early = f"#!/bin/sh\nmake() {{\n{body}}}\nmake\nchmod +x /etc/keepalived/check.sh\n"
    assert len(said("KA071", {"node1/keepalived.conf": CALLED, "node1/setup.sh": late})) == 1
    assert said("KA071", {"node1/keepalived.conf": CALLED, "node1/setup.sh": early}) == []


def test_a_shell_may_read_a_check_that_is_not_executable() -> None:
    run = keepalived(check=script(script='"/bin/sh /etc/keepalived/check.sh"'))
    assert said("KA071", {"node1/keepalived.conf": run, "node1/setup.sh": MADE}) == []


def test_a_check_of_another_name_is_not_the_one_that_is_called() -> None:
    other = {"node1/keepalived.conf": CALLED, "node1/check_web.sh": "#!/bin/sh\npidof nginx\n"}
    assert said("KA072", other) == []
    assert len(said("KA072", {"node1/keepalived.conf": CALLED, "node1/Check-.sh": "#!/bin/sh\nid\n"})) == 1


@pytest.mark.parametrize(
    ("line", "rule", "found"),
    [
        ("lb_algo rr", "KA070", 0),
        ("lvs_sched wlc", "KA070", 0),
        ("lb_algo loadbalance", "KA070", 1),
        ("lb_algo {{ algo }}", "KA070", 0),
        ("delay_loop 6", "KA029", 0),
        ("delay_loop 30", "KA029", 1),
        ("lb_algo rr", "KA029", 1),  # nothing said is a minute
        ("net_mask 255.255.255.0", "KA033", 1),
        ("nat_mask 255.255.255.0", "KA033", 0),
    ],
)
def test_virtual_servers(line: str, rule: str, found: int) -> None:
    assert len(said(rule, {"keepalived.conf": keepalived() + LVS.format(line)})) == found


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("mcast_src_ip {\n    10.0.0.1\n    10.0.0.2\n}", "unicast_peer is meant"),
        ("unicast_peer {\n\n}", "names nobody"),
        ("mcast_src_ip 10.0.0.1", ""),
        ("unicast_peer {\n    10.0.0.2\n}", ""),
    ],
)
def test_what_an_instance_takes(body: str, words: str) -> None:
    found = [f.what for f in said("KA033", {"keepalived.conf": keepalived(body)})]
    assert bool(found) == bool(words)
    assert all(words in what for what in found)


def test_an_address_of_nothing_but_letters_was_never_filled_in() -> None:
    assert len(said("KA034", {"keepalived.conf": keepalived(vip="x.x.x.x/24")})) == 1


def test_notes_that_hold_a_file_are_no_file_full_of_mistakes() -> None:
    notes = "".join(f"[root@lb{n} ~]# systemctl restart keepalived\n" for n in range(9))
    assert said("KA033", {"lb.txt": f"{notes}{keepalived()}"}) == []
    assert len(said("KA033", {"keepalived.conf": f"sttae BACKUP\n{keepalived()}"})) == 1


def test_nopreempt_of_the_one_who_gives_way_keeps_nobody_from_taking_over() -> None:
    weak = script(weight=-20)
    pair = {
        "node1/keepalived.conf": keepalived("nopreempt", check=weak, priority=110),
        "node2/keepalived.conf": keepalived(check=weak, priority=100),
    }
    assert said("KA006", pair) == []
    both = pair | {"node2/keepalived.conf": keepalived("nopreempt", check=weak, priority=100)}
    assert {finding.at.host for finding in said("KA006", both)} == {"node1", "node2"}


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("kill -15 $(cat /run/keepalived.pid)", 1),
        ("kill $(pidof keepalived)", 1),
        ("kill -HUP $(cat /run/keepalived.pid)", 0),
        ("kill -9 $(cat /run/nginx.pid)", 0),
    ],
)
def test_a_check_that_kills_keepalived_by_its_number(order: str, found: int) -> None:
    text = f"#!/bin/sh\nif ! pidof nginx; then\n    {order}\n    exit 1\nfi\n"
    assert len(said("KA021", {"keepalived.conf": CALLED, "check.sh": text})) == found


def test_a_notify_script_is_read_through_its_functions() -> None:
    conf = keepalived('notify "/etc/keepalived/notify.sh"', check=script(script='"/etc/keepalived/check.sh"'))
    bad = {
        "keepalived.conf": conf,
        "notify.sh": NOTIFY.format("SLAVEOF NO ONE", "close_it"),
        "check.sh": ASKS,
    }
    good = bad | {"notify.sh": NOTIFY.format("INFO", "echo waiting")}
    assert len(said("KA038", bad)) == 1
    assert said("KA038", good) == []
    slave = bad | {"notify.sh": NOTIFY.format("INFO", "redis-cli SLAVEOF NO ONE")}
    assert said("KA038", slave) == []


def test_a_director_s_address_is_the_kernel_s_service_whatever_else_is_given() -> None:
    web = "defaults\n mode http\nlisten web\n bind *:80\n server a 10.0.0.9:80 check\n"
    files = {
        "keepalived.conf": keepalived(check="", tracked="") + LVS.format("lb_algo rr"),
        "haproxy.cfg": web,
    }
    assert [finding.severity.word for finding in said("KA004", files)] == ["info"]


def test_a_file_of_any_name_that_begins_with_what_it_writes_is_a_script() -> None:
    conf = keepalived("nopreempt", state="MASTER")
    text = f"sudo tee /etc/keepalived/keepalived.conf > /dev/null <<EOF\n{conf}EOF\n"
    assert len(said("KA007", {"one/master-keepalived.conf": text})) == 1


def test_what_the_shell_fills_in_while_it_writes_needs_no_shell() -> None:
    check = script(script='"$(which nc) -z 127.0.0.1 6033"')
    text = f"#!/bin/bash\ncat > /etc/keepalived/keepalived.conf <<EOF\n{keepalived(check=check)}EOF\n"
    assert said("KA024", {"setup.sh": text}) == []
    assert len(said("KA024", {"setup.sh": text.replace("<<EOF", "<<'EOF'")})) == 1

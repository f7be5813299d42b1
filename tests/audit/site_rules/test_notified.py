"""Orders to the service that the check asks for, what leaves the host, checks in Python that need the VIP."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Finding

FILE = script(script='"/etc/keepalived/check"')
CASE = (
    "#!/bin/bash\ncase $3 in\n  MASTER) systemctl start haproxy ;;\n  {}) systemctl stop haproxy ;;\nesac\n"
)


def found(rule: str, files: dict[str, str]) -> list[Finding]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return [finding for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize("state", ["BACKUP", "FAULT", "BACKUP|FAULT"])
def test_a_branch_of_a_notify_script_stops_what_the_check_script_asks(state: str) -> None:
    files = {
        "keepalived.conf": keepalived("notify /etc/keepalived/notify.sh", check=FILE),
        "check": "#!/bin/sh\npidof haproxy >/dev/null || exit 1\ncurl -fs http://127.0.0.1:8404/ || exit 1\n",
        "notify.sh": CASE.format(state),
    }
    (finding,) = found("KA025", files)
    assert finding.seen == "notify /etc/keepalived/notify.sh"
    assert "stopped" in finding.what


def test_a_branch_of_another_state_is_no_fault() -> None:
    files = {
        "keepalived.conf": keepalived("notify /etc/keepalived/notify.sh", check=FILE),
        "check": "#!/bin/sh\npidof haproxy >/dev/null || exit 1\n",
        "notify.sh": CASE.format("STOP").replace("start", "reload"),
    }
    assert found("KA025", files) == []


@pytest.mark.parametrize(("port", "count"), [(8404, 1), (8405, 0)])
def test_a_port_that_haproxy_serves_is_haproxys(port: int, count: int) -> None:
    files = {
        "keepalived.conf": keepalived(
            'notify_backup "/usr/bin/systemctl stop haproxy"',
            check=script(script='"/usr/bin/curl -fs -m 1 http://127.0.0.1:8404/"'),
        ),
        "haproxy.cfg": f"frontend s\n    bind 127.0.0.1:{port}\n    http-request return status 200\n",
    }
    assert len(found("KA025", files)) == count


def test_a_weight_is_no_fault_and_the_words_say_so() -> None:
    check = script(script='"/usr/bin/pgrep haproxy"', weight=-20)
    (finding,) = found(
        "KA025",
        {"keepalived.conf": keepalived('notify_backup "/usr/bin/systemctl stop haproxy"', check=check)},
    )
    assert "FAULT" not in finding.why


def test_a_service_that_is_only_started_is_a_warning() -> None:
    check = script(script='"/usr/bin/pgrep haproxy"')
    (finding,) = found(
        "KA025",
        {"keepalived.conf": keepalived('notify_master "/usr/bin/systemctl start haproxy"', check=check)},
    )
    assert finding.severity.word == "warning"


BIND = "#!/usr/bin/env python3\nimport socket\nWHERE = ('10.0.0.20', 0)\nsocket.socket().bind(WHERE)\n"


def test_a_socket_bound_to_the_vip_is_the_holders() -> None:
    files = {"node1/keepalived.conf": keepalived(check=FILE), "node1/etc/keepalived/check": BIND}
    assert [f.seen for f in found("KA042", files)] == ["socket.socket().bind(WHERE)"]
    assert found("KA042", {**files, "node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\n"}) == []
    files["node1/etc/keepalived/check"] = BIND.replace("10.0.0.20", "127.0.0.1")
    assert found("KA042", files) == []


def test_a_pair_of_address_and_port_that_is_the_vips() -> None:
    ask = "#!/usr/bin/env python3\nimport socket\nWHERE = ('{}', 443)\nsocket.create_connection(WHERE, 1)\n"
    files = {"node1/keepalived.conf": keepalived(check=FILE)}
    assert found("KA043", {**files, "node1/check": ask.format("10.0.0.20")})
    assert found("KA043", {**files, "node1/check": ask.format("127.0.0.1")}) == []


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("ufw allow out 53\nufw allow in proto vrrp from 10.0.0.0/24", 1),
        ("ufw allow out proto vrrp to 224.0.0.18", 0),
        ("ufw allow out on eth0", 0),
    ],
)
def test_ufw_that_refuses_what_leaves(more: str, count: int) -> None:
    files = {
        "n1/keepalived.conf": keepalived(),
        "n1/fw.sh": f"#!/bin/sh\nufw default deny outgoing\n{more}\n",
    }
    assert [f.seen for f in found("KA047", files)] == ["ufw default deny outgoing"] * count


def test_a_rule_that_names_adverts_is_said_to() -> None:
    rules = "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p vrrp -j DROP\nCOMMIT\n"
    (finding,) = found("KA047", {"n1/keepalived.conf": keepalived(), "n1/rules.v4": rules})
    assert finding.seen == "-A OUTPUT -p vrrp -j DROP"
    assert "does not name" not in f"{finding.what} {finding.why}"


@pytest.mark.parametrize(
    ("name", "hosts", "count"),
    [
        ("db", "", 0),
        ("db", "10.0.0.20 db\n", 0),
        ("db.example.org", "10.0.0.20 db\n", 0),
        ("db", "10.0.0.31 db\n", 1),
        ("10.0.0.31", "", 1),
    ],
)
def test_a_name_that_no_file_explains_is_no_second_database(name: str, hosts: str, count: int) -> None:
    url = "[database]\nconnection = mysql+pymysql://{0}:s3cret@{1}/{0}\n"
    files = {
        "c1/nova.conf": url.format("nova", "10.0.0.20"),
        "c1/neutron.conf": url.format("neutron", name),
        "c1/keepalived.conf": keepalived(),
        **({"c1/hosts": hosts} if hosts else {}),
    }
    assert len(found("OS022", files)) == count


@pytest.mark.parametrize(
    ("check", "service", "count"),
    [
        ("/usr/bin/nc -z -w 1 localhost 587", "postfix", 1),
        ("/usr/bin/pgrep -x master", "postfix", 1),
        ("/usr/bin/curl -fs http://127.0.0.1/", "nginx", 1),
        ("/usr/bin/curl -fsk https://localhost/ok", "apache2", 1),
        ("/usr/bin/psql -U check -c 'select 1'", "postgresql@15-main", 1),
        ("/usr/bin/mysqladmin -u check ping", "mariadb", 1),
        ("/usr/bin/redis-cli -h 127.0.0.1 ping", "redis-server", 1),
        # another service than the asked one, another port, another host
        ("/usr/bin/nc -z -w 1 localhost 587", "nginx", 0),
        ("/usr/bin/nc -z -w 1 localhost 2525", "postfix", 0),
        ("/usr/bin/nc -z -w 1 10.0.0.99 25", "postfix", 0),
        ("/usr/bin/psql -h 10.0.0.99 -U check -c 'select 1'", "postgresql", 0),
        ("/usr/bin/mysqladmin -P 3307 ping", "mariadb", 0),
        ("/usr/bin/curl -fs http://127.0.0.1:8404/", "nginx", 0),
        ("/usr/bin/pgrep -x webmaster", "postfix", 0),
    ],
)
def test_a_service_is_known_by_its_port_and_by_its_process(check: str, service: str, count: int) -> None:
    order = f'notify_fault "/usr/bin/systemctl stop {service}"'
    files = {"keepalived.conf": keepalived(order, check=script(script=f'"{check}"'))}
    assert len(found("KA025", files)) == count


def test_a_port_that_haproxy_serves_is_no_other_services() -> None:
    files = {
        "keepalived.conf": keepalived(
            'notify_backup "/usr/bin/systemctl stop nginx"',
            check=script(script='"/usr/bin/curl -fs -m 1 http://127.0.0.1/"'),
        ),
        "haproxy.cfg": "frontend s\n    bind *:80\n    http-request return status 200\n",
    }
    assert found("KA025", files) == []

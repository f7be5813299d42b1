"""What public trouble reports asked for, each in several spellings, and its near misses."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.corosync.audit.rules.example import corosync
from fournines.components.haproxy.audit.rules.example import haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.pacemaker.audit.rules.example import VIP, crm


def severities(rule: str, files: dict[str, str]) -> list[str]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return [finding.severity.word for finding in report.findings if finding.rule == rule]


STRICT = "global_defs {\n vrrp_strict\n}"
THREE = "global_defs {\n vrrp_strict\n vrrp_version 3\n}"
ROUTES = {"n1/sysctl.conf": "net.ipv4.ip_forward = 1\n"}


@pytest.mark.parametrize(
    ("conf", "found"),
    [
        (keepalived(head=STRICT), ["error"]),
        (keepalived("strict_mode on"), ["error"]),
        (keepalived("accept", head=STRICT), ["error"]),
        (keepalived("accept", head=THREE), []),
        (keepalived("no_accept", head=THREE), ["error"]),
        (keepalived(head=STRICT, priority=255), []),
        (keepalived(head="global_defs {\n vrrp_skip_check_adv_addr\n}"), []),
        (keepalived(head="global_defs {\n # vrrp_strict\n}"), []),
    ],
)
def test_strict_vrrp(conf: str, found: list[str]) -> None:
    assert severities("KA062", {"n1/keepalived.conf": conf}) == found


def test_strict_vrrp_on_a_router() -> None:
    assert severities("KA062", {"n1/keepalived.conf": keepalived(head=STRICT)} | ROUTES) == ["info"]


@pytest.mark.parametrize(
    ("conf", "count"),
    [
        (keepalived(vip="10.0.0.20/24 dev eth1"), 1),
        (keepalived(vip="10.0.0.20/24 dev bond1.20", interface="bond0"), 1),
        (keepalived("unicast_src_ip 10.9.0.1\nunicast_peer {\n 10.9.0.2\n}", vip="10.0.0.20/24 dev eth1"), 1),
        (keepalived("unicast_src_ip 10.0.0.1\nunicast_peer {\n 10.0.0.2\n}", vip="10.0.0.20/24 dev eth1"), 0),
        (keepalived(vip="10.0.0.20/24 dev eth0.20"), 0),
        (keepalived(vip="10.0.0.20/24 dev eth0:1"), 0),
        (keepalived(vip="10.0.0.20/24 dev br-ex"), 0),
        (keepalived(vip="10.0.0.20/32 dev lo"), 0),
        (keepalived(vip="10.0.0.20/24 dev eth1\n        10.1.0.20/24 dev eth0"), 0),
        (keepalived(vip="10.0.0.20/24"), 0),
        (keepalived(vip="10.0.0.20/24 dev eth1") + "vrrp_sync_group G {\n group {\n  VI_1\n }\n}\n", 0),
    ],
)
def test_adverts_on_another_cable(conf: str, count: int) -> None:
    assert len(severities("KA063", {"n1/keepalived.conf": conf})) == count


DEVICE = "device {{\nmodel: net\n{}net {{\nhost: 10.9.0.1\nalgorithm: ffsplit\n}}\n}}"
SBD = "SBD_PACEMAKER=yes\nSBD_WATCHDOG_DEV=/dev/watchdog\n{}"


@pytest.mark.parametrize(
    ("device", "sbd", "count"),
    [
        (DEVICE.format("sync_timeout: 30000\n"), SBD.format("SBD_WATCHDOG_TIMEOUT=5\n"), 1),
        (DEVICE.format(""), SBD.format('SBD_WATCHDOG_TIMEOUT="30"\n'), 1),
        (DEVICE.format(""), SBD.format(""), 1),
        (DEVICE.format("sync_timeout: 4000\n"), SBD.format("SBD_WATCHDOG_TIMEOUT=5\n"), 0),
        (DEVICE.format(""), SBD.format("SBD_WATCHDOG_TIMEOUT=35\n"), 0),
        (DEVICE.format(""), SBD.format("SBD_DEVICE=/dev/sdb1\nSBD_WATCHDOG_TIMEOUT=5\n"), 0),
        ("two_node: 1", SBD.format("SBD_WATCHDOG_TIMEOUT=5\n"), 0),
    ],
)
def test_a_watchdog_and_a_quorum_device(device: str, sbd: str, count: int) -> None:
    files = {"n1/corosync.conf": corosync(device, nodes=2), "n1/etc/sysconfig/sbd": sbd}
    assert len(severities("PA042", files)) == count


def database(agent: str = "ocf:heartbeat:pgsql", params: str = "master_ip=10.0.0.20") -> str:
    return (
        f"primitive db {agent} \\\n    params {params} \\\n    op start interval=0 timeout=120s \\\n"
        "    op monitor interval=11s role=Unpromoted timeout=30s \\\n"
        "    op monitor interval=10s role=Promoted timeout=30s\n"
        "clone ms-db db \\\n    meta promotable=true notify=true\n"
    )


TIE = "colocation c inf: {} ms-db{}\n"
PCS = (
    "pcs property set stonith-enabled=true\n"
    "pcs resource create vip IPaddr2 ip=10.0.0.20 cidr_netmask=24 op monitor interval=10s --group front\n"
    "pcs resource create db pgsql rep_mode=async node_list='n1 n2' master_ip=10.0.0.20\n"
    "pcs resource master ms-db db master-max=1 notify=true\n"
)
PCS_TIE = "pcs constraint colocation add front with {}ms-db INFINITY\n"
WEB = (
    "primitive web systemd:nginx \\\n    op start interval=0 timeout=90s \\\n    op monitor interval=10s\n"
    "colocation w inf: vip web\n"
)


@pytest.mark.parametrize(
    ("files", "count"),
    [
        (crm(VIP, database()), 1),
        (crm(VIP, database("ocf:heartbeat:pgsqlms", "bindir=/usr/bin")), 1),
        (crm(VIP, database("ocf:heartbeat:redis", "bin=/usr/bin/redis-server")), 1),
        (crm(VIP, database(), TIE.format("vip", "")), 1),
        (crm(VIP, database(), TIE.format("vip", ":Promoted")), 0),
        (crm(VIP, database(), TIE.format("vip", ":Master")), 0),
        (crm(VIP, database(), "group front vip\n" + TIE.format("front", ":Promoted")), 0),
        (crm(VIP, database("ocf:heartbeat:galera", "wsrep_cluster_address=gcomm://a,b")), 0),
        (crm(VIP, WEB, database("ocf:heartbeat:pgsqlms", "bindir=/usr/bin")), 0),
        (crm(database()), 0),
        ({"n1/setup.sh": f"#!/bin/sh\n{PCS}"}, 1),
        ({"n1/setup.sh": f"#!/bin/sh\n{PCS}{PCS_TIE.format('master ')}"}, 0),
    ],
)
def test_an_address_and_the_writer(files: dict[str, str], count: int) -> None:
    assert len(severities("PA043", files)) == count


NGINX = (
    "primitive web systemd:nginx \\\n    op start interval=0 timeout=90s \\\n    op monitor interval=10s\n"
    "clone webs web{}\n"
)


@pytest.mark.parametrize(
    ("parts", "count"),
    [
        ((VIP, NGINX.format(""), "colocation c inf: webs vip\n"), 1),
        ((VIP, NGINX.format(""), "group g vip\ncolocation c inf: webs g\n"), 1),
        ((VIP, NGINX.format(""), "colocation c inf: vip webs\n"), 0),
        ((VIP, NGINX.format(""), "colocation c 100: webs vip\n"), 0),
        ((VIP, NGINX.format(""), "colocation c -inf: webs vip\n"), 0),
        ((VIP, NGINX.format(" meta clone-max=1"), "colocation c inf: webs vip\n"), 0),
        ((VIP, database(), "colocation c inf: ms-db:Promoted vip\n"), 0),
    ],
)
def test_a_clone_that_follows_an_address(parts: tuple[str, ...], count: int) -> None:
    assert len(severities("PA044", crm(*parts))) == count


URLS = ",".join(f"nova:Zr6vQp1x@mq{n}:5672" for n in (1, 2, 3))
NOVA = f"[DEFAULT]\ntransport_url = rabbit://{URLS}\n[oslo_messaging_rabbit]\n"
QUORUM = "cluster_partition_handling = pause_minority\ndefault_queue_type = quorum\n"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("rabbit_ha_queues = true\namqp_durable_queues = true\n", 1),
        ("rabbit_ha_queues = true\nrabbit_quorum_queue = true\n", 0),
        ("rabbit_ha_queues = false\namqp_durable_queues = true\n", 0),
        ("amqp_durable_queues = true\n", 0),
    ],
)
def test_mirrors_asked_of_brokers_with_quorum_queues(asked: str, count: int) -> None:
    assert len(severities("RM024", {"mq1/rabbitmq.conf": QUORUM, "c1/nova.conf": NOVA + asked})) == count


NODES = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))
NODES += "cluster_partition_handling = pause_minority\n"
DEFINED = '{{"rabbit_version": "3.8.9",\n "vhosts": [{{"name": "/"{}}}],\n{} "users": []}}\n'
POLICY = ' "policies": [{"name": "ha", "pattern": ".*", "definition": {"ha-mode": "all"}}],\n'


@pytest.mark.parametrize(
    ("definitions", "conf", "found"),
    [
        (DEFINED.format("", ' "policies": [],\n'), NODES, ["warning"]),
        (DEFINED.format("", ""), NODES, []),
        (DEFINED.format("", ' "policies": [],\n "queues": [{"name": "q", "durable": false}],\n'), NODES, []),
        (DEFINED.format("", POLICY), NODES, []),
        (DEFINED.format(', "default_queue_type": "quorum"', ' "policies": [],\n'), NODES, []),
        (DEFINED.format("", ' "policies": [],\n'), f"{NODES}default_queue_type = quorum\n", []),
        (DEFINED.format("", ' "policies": [],\n'), "listeners.tcp.default = 5672\n", []),
    ],
)
def test_definitions_without_any_policy(definitions: str, conf: str, found: list[str]) -> None:
    files = {"mq1/rabbitmq.conf": conf, "mq1/definitions.json": definitions}
    assert severities("RM003", files) == found


SIGNED = 'SECRET_KEY = "{}"\nSESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"\n'


@pytest.mark.parametrize(
    ("one", "two", "count"),
    [
        (SIGNED.format("aZr7vQp1x"), SIGNED.format("bZr7vQp1x"), 1),
        (SIGNED.format("aZr7vQp1x"), SIGNED.format("aZr7vQp1x"), 0),
        (SIGNED.format("aZr7vQp1x"), SIGNED.replace('"{}"', "read_key()"), 0),
    ],
)
def test_the_keys_of_dashboards(one: str, two: str, count: int) -> None:
    files = {"c1/local_settings.py": one, "c2/local_settings.py": two}
    assert len(severities("OS037", files)) == count


AUTH = "[keystone_authtoken]\nmemcached_servers = c1:11211,c2:11211\n"
UNIT = "[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/nova-consoleauth\n"
KEPT = "[cache]\nenabled = true\nmemcache_servers = c1:11211,c2:11211\n"


@pytest.mark.parametrize(
    ("conf", "unit", "count"),
    [
        (f"[DEFAULT]\nmy_ip = 10.0.0.{{}}\n{AUTH}", UNIT, 1),
        (f"[DEFAULT]\nmy_ip = 10.0.0.{{}}\n[consoleauth]\ntoken_ttl = 600\n{AUTH}", "", 1),
        (f"[DEFAULT]\nmy_ip = 10.0.0.{{}}\n{AUTH}", "", 0),
        (f"[DEFAULT]\nmy_ip = 10.0.0.{{}}\n{KEPT}{AUTH}", UNIT, 0),
        (f"[DEFAULT]\nmy_ip = 10.0.0.{{}}\nmemcached_servers = c1:11211,c2:11211\n{AUTH}", UNIT, 0),
    ],
)
def test_the_tokens_of_consoles(conf: str, unit: str, count: int) -> None:
    files = {f"c{n}/etc/nova/nova.conf": conf.format(n) for n in (1, 2)}
    if unit:
        files |= {f"c{n}/etc/systemd/system/nova-consoleauth.service": unit for n in (1, 2)}
    assert bool(severities("OS038", files)) is bool(count)


PORTS = "server a 10.0.0.21:80 check inter 1s\nserver b 10.0.0.22:80 check inter 1s"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (f"mode http\n{PORTS}", 1),
        (f"mode http\noption httpchk GET /status\n{PORTS}", 0),
        (f"mode http\noption httpchk\n{PORTS}", 0),
        (f"mode tcp\n{PORTS.replace(':80', ':443')}", 0),
        (f"mode http\n{PORTS.partition(chr(10))[0]}", 0),
    ],
)
def test_web_servers_of_which_only_the_port_is_checked(body: str, count: int) -> None:
    conf = haproxy(listen(body, name="portal", bind="*:8080"))
    assert len(severities("HA029", {"haproxy.cfg": conf})) == count


LISTEN = "[DEFAULT]\nbind_host = 10.0.0.20\nbind_port = 9191\n"
FRONT = "listen registry\n bind 10.0.0.20:9191\n mode tcp\n server c1 10.0.0.11:9191 check\n"
FRONT += " server c2 10.0.0.12:9191 check\n"


def test_an_address_that_two_services_listen_on() -> None:
    services = {f"c{n}/etc/glance/glance-registry.conf": LISTEN for n in (1, 2)}
    assert severities("OS007", services) == ["error"]
    assert severities("OS007", services | {"c1/haproxy.cfg": FRONT, "c2/haproxy.cfg": FRONT}) == []


CHECK = (
    'vrrp_script c {{\n script "{}"\n interval 1\n fall 2\n}}\nvrrp_instance V {{\n state BACKUP\n'
    " interface e0\n virtual_router_id 5\n priority 9\n virtual_ipaddress {{\n  10.0.0.20/24\n }}\n"
    " track_script {{\n  c\n }}\n}}\n"
)


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("/usr/bin/curl -fs http://127.0.0.1:8080/", 1),
        ("/bin/nc -z 127.0.0.1 8080", 0),
        ("/bin/bash -c '</dev/tcp/127.0.0.1/8080'", 0),
    ],
)
def test_a_connection_is_accepted_whatever_the_servers_do(command: str, count: int) -> None:
    conf = haproxy(listen(f"option httpchk GET /s\n{PORTS.replace('1s', '5s')}", bind="*:8080"))
    files = {"n1/keepalived.conf": CHECK.format(command), "n1/haproxy.cfg": conf}
    assert len(severities("KA031", files)) == count


FETCH = "Fetch it:\n\n```\n# cd {}\n# {} https://raw.{}/o/r/{}/ocf/app\n# chmod a+rx app\n```\n"
RESOURCES = "/usr/lib/ocf/resource.d/openstack"


@pytest.mark.parametrize(
    ("folder", "program", "host", "branch", "count"),
    [
        (RESOURCES, "wget", "githubusercontent.com", "master", 1),
        (RESOURCES, "sudo curl -O", "github.com", "main", 1),
        (RESOURCES, "wget", "githubusercontent.com", "refs/heads/main", 1),
        (RESOURCES, "wget", "githubusercontent.com", "v1.2", 0),
        (RESOURCES, "wget", "githubusercontent.com", "0a1b2c3d4e5f", 0),
        (RESOURCES, "echo", "githubusercontent.com", "master", 0),
    ],
)
def test_agents_from_a_branch(folder: str, program: str, host: str, branch: str, count: int) -> None:
    page = FETCH.format(folder, program, host, branch)
    assert len(severities("SY039", {"howto.md": page})) == count

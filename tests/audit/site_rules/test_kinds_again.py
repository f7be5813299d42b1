"""Kinds of fault in the spellings that a stranger wrote, and what only looks like them."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.corosync.audit.rules.example import corosync
from fournines.components.galera.audit.rules.example import galera
from fournines.components.haproxy.audit.rules.example import api, haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.pacemaker.audit.rules.example import VIP, crm


def said(rule: str, files: dict[str, str]) -> list[tuple[str, int, str]]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return [(f.at.path, f.at.line, f.severity.name) for f in report.findings if f.rule == rule]


def unknown(files: dict[str, str]) -> str:
    return "\n".join(one.what for one in audit([File(*file) for file in files.items()], strict=True).unknown)


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("127.0.0.1 localhost mq1", True),
        ("127.0.1.1 mq1", True),
        ("127.0.0.1 localhost localhost.localdomain", False),
        ("10.7.0.1 mq1.example", False),
    ],
)
def test_a_name_that_is_the_loopback_before_it_is_an_address(first: str, found: bool) -> None:  # noqa: FBT001
    files = {"mq1/etc/hosts": f"{first}\n10.7.0.1 mq1\n10.7.0.2 mq2\n", "mq1/etc/hostname": "mq1\n"}
    assert said("SY009", files) == ([("mq1/etc/hosts", 1, "WARNING")] if found else [])


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ("/dev/disk/by-id/scsi-a", "/dev/disk/by-id/scsi-b", True),
        ("/dev/disk/by-id/scsi-a;/dev/disk/by-id/scsi-b", "/dev/disk/by-id/scsi-b", False),
        ("/dev/disk/by-id/scsi-a", "/dev/disk/by-id/scsi-a", False),
        ("/dev/sdb", "/dev/sdc", False),
    ],
)
def test_hosts_that_read_different_disks(one: str, two: str, found: bool) -> None:  # noqa: FBT001 - a case
    files = {f"ha{n}/etc/sysconfig/sbd": f'SBD_DEVICE="{disk}"\n' for n, disk in enumerate((one, two), 1)}
    assert said("PA072", files) == ([("ha2/etc/sysconfig/sbd", 1, "ERROR")] if found else [])


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("    $ sudo rabbitmqctl force_reset", "RM022"),
        ("    # pcs property set stonith-enabled=false", "PA001"),
        ("    pssh -i -H pm1 'pcs property set stonith-enabled=false'", "PA001"),
        ("   pssh -i -H pm1 'pcs property set stonith-enabled=false'", "PA001"),
        ("    # pcs property set stonith-enabled=true", ""),
    ],
)
def test_notes_with_indented_commands(line: str, rule: str) -> None:
    text = f"Recovery\n\n1. Log in and say\n\n{line}\n\nand wait.\n"
    for name in ("notes.txt", "notes.md"):
        for one in ("RM022", "PA001"):
            assert bool(said(one, {name: text})) is (one == rule)
    three = f"Recovery\n\n    $ sudo rabbitmqctl stop_app\n{line}\n    $ sudo pcs status\n    $ crm status\n"
    assert [at for _, at, _ in said(rule or "PA001", {"notes.txt": three})] == ([4] if rule else [])


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("SET GLOBAL wsrep_provider_options='pc.ignore_sb=true';", True),
        ('SET GLOBAL wsrep_provider_options = "pc.ignore_quorum=1";', True),
        ("SET GLOBAL wsrep_on=OFF;", True),
        ("SET GLOBAL wsrep_provider_options='pc.bootstrap=true';", False),
        ("SET GLOBAL wsrep_provider_options='pc.ignore_sb=false';", False),
        ("SET GLOBAL wsrep_on=ON;", False),
        ("SET SESSION wsrep_on=OFF;", False),
    ],
)
@pytest.mark.parametrize("prompt", ["mysql> ", "MariaDB [(none)]> "])
def test_a_running_member_that_is_told_to_go_on_alone(prompt: str, order: str, found: bool) -> None:  # noqa: FBT001
    files = {"split.md": f"# Split\n\n```\n{prompt}{order}\n```\n"}
    assert said("GA048", files) == ([("split.md", 4, "ERROR")] if found else [])


@pytest.mark.parametrize(
    ("interpreter", "ending", "found"),
    [
        ("/usr/bin/python3 ", "check()", True),
        ("/usr/bin/python3 -u ", "check()", True),
        ("", "check()", True),
        ("/usr/bin/python3 ", "sys.exit(check())", False),
    ],
)
def test_an_interpreter_before_the_script(interpreter: str, ending: str, found: bool) -> None:  # noqa: FBT001
    text = f"import sys\n\n\ndef check():\n    return 1\n\n\nif __name__ == '__main__':\n    {ending}\n"
    check = script(script=f'"{interpreter}/etc/keepalived/check.py"')
    assert bool(said("KA022", {"keepalived.conf": keepalived(check=check), "check.py": text})) is found


def test_a_node_on_the_loopback_among_others() -> None:
    text = corosync()
    assert said("CO031", {"corosync.conf": text.replace("ring0_addr: 10.0.0.12", "ring0_addr: localhost")})
    alone = corosync(nodes=1, links=1).replace("10.0.0.11", "127.0.0.1")
    assert not said("CO031", {"corosync.conf": alone})
    assert not said("CO031", {"corosync.conf": text})


UDP = "interface {{\n    ringnumber: 0\n    bindnetaddr: {}\n    mcastaddr: 239.255.42.1\n}}"


@pytest.mark.parametrize(
    ("bound", "transport", "found"),
    [
        ("10.0.0.12", "udp", True),
        ("10.0.9.0", "udp", False),
        ("10.0.9.12", "udp", False),
        ("10.0.0.12", "udpu", False),
    ],
)
def test_bindnetaddr_of_another_node_of_the_list(bound: str, transport: str, found: bool) -> None:  # noqa: FBT001
    text = corosync(totem=UDP.format(bound), transport=transport, crypto="secauth: on", links=1)
    card = "auto eth0\niface eth0 inet static\n    address 10.0.9.11/24\n"
    files = {"node1/corosync.conf": text, "node1/etc/network/interfaces": card}
    assert bool(said("SY019", files)) is found


CINDER = (
    "[DEFAULT]\ntransport_url = rabbit://o:r@{}/\n[database]\nconnection = mysql+pymysql://c:x@{}/cinder\n"
)
THREE = "c1:5672,o:r@c2:5672,o:r@c3:5672"


@pytest.mark.parametrize(
    ("brokers", "database", "found"),
    [(THREE, "ctl2", True), (THREE, "vip", False), ("c1:5672", "ctl2", False)],
)
def test_the_database_of_a_hosts_own_name_beside_several_brokers(
    brokers: str,
    database: str,
    found: bool,  # noqa: FBT001 - a case
) -> None:
    files = {"ctl2/etc/cinder/cinder.conf": CINDER.format(brokers, database), "ctl2/etc/hostname": "ctl2\n"}
    assert bool(said("OS002", files)) is found


@pytest.mark.parametrize("service", ["designate", "cinder", "ceilometer"])
def test_an_empty_section_of_coordination(service: str) -> None:
    text = f"[DEFAULT]\ntransport_url = rabbit://o:r@{THREE}/\n[coordination]\n"
    files = {f"ctl{n}/etc/{service}/{service}.conf": text for n in (1, 2)}
    assert said("OS013", files)
    told = dict.fromkeys(files, f"{text}backend_url = etcd3+http://10.0.0.11:2379\n")
    assert not said("OS013", told)
    assert not said("OS013", {path: text.replace("[coordination]\n", "") for path in files} | _one(service))


def _one(service: str) -> dict[str, str]:
    return {f"ctl1/etc/{service}/api-paste.ini": "[pipeline:main]\npipeline = app\n"}


def test_samples_beside_one_another_are_no_hosts_neighbours() -> None:
    files = {
        "keepalived.conf.simple": keepalived(vip="10.0.0.20/24"),
        "keepalived.conf.two-nics": keepalived(vip="10.0.0.30/24"),
    }
    assert not said("KA010", files)
    both = keepalived(vip="10.0.0.20/24") + keepalived(vip="10.0.0.30/24").replace("VI_1", "VI_2")
    assert said("KA010", {"keepalived.conf": both})


_ON = "  on h{0} {{ device /dev/drbd0; disk /dev/vg/r0; address 10.0.2.1{0}:7789; meta-disk internal; }}\n"
RES = "resource r0 {\n  protocol C;\n" + _ON.format(1) + _ON.format(2) + "}\n"


def test_a_policy_that_stands_in_a_file_that_was_not_given() -> None:
    assert not said("DR001", {"etc/drbd.d/r0.res": RES})
    assert not said("DR001", {"r0.res": RES})
    assert "fencing policy: global_common.conf was not given" in unknown({"etc/drbd.d/r0.res": RES})
    whole = {
        "etc/drbd.d/r0.res": RES,
        "etc/drbd.d/global_common.conf": "common {\n  net { protocol C; }\n}\n",
    }
    assert said("DR001", whole) == [("etc/drbd.d/r0.res", 1, "ERROR")]


@pytest.mark.parametrize(
    ("mode", "server", "found"),
    [
        ("http", "10.0.0.11:8443 check", False),
        ("tcp", "10.0.0.11:8443 check", True),
        ("http", "10.0.0.11:443 check", True),
        ("http", "10.0.0.11:8080 check port 8443", True),
        ("http", "10.0.0.11:8443 ssl verify none check", False),
    ],
)
def test_a_port_alone_is_no_tls(mode: str, server: str, found: bool) -> None:  # noqa: FBT001 - a case
    text = haproxy(api(f"server c1 {server}\nserver c2 {server.replace('.11', '.12')}", extra=f"mode {mode}"))
    assert bool(said("HA007", {"haproxy.cfg": text})) is found


def test_the_port_in_front_does_not_make_an_api_of_another_service() -> None:
    servers = "server a 10.0.0.11:{0} check\nserver b 10.0.0.12:{0} check"
    weather = haproxy(listen(servers.format(3000), name="weather_api", bind="10.0.0.20:9292"))
    assert ("haproxy.cfg", "WARNING") not in [(p, s) for p, _, s in said("HA029", {"haproxy.cfg": weather})]
    glance = haproxy(listen(servers.format(9292), name="images", bind="10.0.0.20:9292"))
    assert said("HA029", {"haproxy.cfg": glance})


def test_an_announced_address_that_is_in_no_list_is_no_fourth_member() -> None:
    text = galera(wsrep_node_address="10.0.9.9")
    assert not said("GA002", {"db1/galera.cnf": text})


@pytest.mark.parametrize(("user", "severity"), [("root", "WARNING"), ("app", "INFO")])
def test_root_from_everywhere_is_more_than_a_note(user: str, severity: str) -> None:
    sql = f"GRANT ALL PRIVILEGES ON *.* TO '{user}'@'%' IDENTIFIED BY 'Xk3-99-qqw';\n"
    assert said("GA017", {"users.sql": sql}) == [("users.sql", 1, severity)]


def test_clients_that_ask_for_quorum_queues_need_no_policy() -> None:
    definitions = '{"rabbit_version": "3.13.7",\n"policies": [],\n"vhosts": [{"name": "/"}]}\n'
    nova = f"[DEFAULT]\ntransport_url = rabbit://o:r@{THREE}/\n"
    nova += "[oslo_messaging_rabbit]\nrabbit_quorum_queue = {}\n"
    assert not said("RM003", {"definitions.json": definitions, "ctl/nova.conf": nova.format("true")})
    assert said("RM003", {"definitions.json": definitions, "ctl/nova.conf": nova.format("false")})


def test_a_device_of_tests_does_not_hide_the_lost_quorum() -> None:
    fenced = "primitive f stonith:external/ssh params hostlist=node1\n"
    files = crm(VIP, fenced=fenced, properties="no-quorum-policy=ignore stonith-enabled=false")
    assert [severity for _, _, severity in said("PA003", files)] == ["ERROR"]


UNICAST = "unicast_src_ip 10.64.1.11\n    unicast_peer {\n        10.64.1.12\n    }"
CARDS = "auto eth0\niface eth0 inet static\n    address 10.64.1.11/24\n"
MORE = CARDS + "auto eth1\niface eth1 inet static\n    address {}\n"


@pytest.mark.parametrize(
    ("vip", "cards", "found"),
    [
        ("10.46.1.10/24", CARDS, True),
        ("10.46.1.10/24", "", True),
        ("10.64.1.10/24", CARDS, False),
        ("192.168.7.10/24", "", False),
        ("192.168.7.10/24", CARDS, True),
        ("203.0.113.46/29", CARDS, False),
        ("10.46.1.10/32", CARDS, False),
        ("10.46.1.10/24", MORE.format("10.46.1.2/24"), False),
        ("10.46.1.10/24 dev eth1", CARDS, False),
    ],
)
def test_an_address_of_a_network_that_nobody_is_in(vip: str, cards: str, found: bool) -> None:  # noqa: FBT001
    files = {"a/keepalived.conf": keepalived(UNICAST, vip=vip)}
    files |= {"a/etc/network/interfaces": cards} if cards else {}
    assert bool(said("KA049", files)) is found


@pytest.mark.parametrize(
    ("where", "state", "found"),
    [
        ("En **lb1** y en **lb2**:", "MASTER", True),
        ("On lb1 and lb2:", "BACKUP", True),
        ("On both servers:", "MASTER", True),
        ("Auf allen Knoten:", "MASTER", True),
        ("En todos los nodos:", "MASTER", True),
        ("En lb1:", "MASTER", False),
        ("On lb1 and db2:", "MASTER", False),
        ("On lb1, then on the others with priority 90:", "MASTER", False),
        ("On both servers:", "BACKUP\n    nopreempt", False),
    ],
)
def test_one_file_that_is_written_at_every_host(where: str, state: str, found: bool) -> None:  # noqa: FBT001
    conf = keepalived(state=state, priority=100)
    command = f"sudo tee /etc/keepalived/keepalived.conf > /dev/null <<'FIN'\n{conf}FIN"
    page = f"# Balancers\n\n{where}\n\n```bash\n{command}\n```\n"
    assert bool(said("KA019", {"guia.md": page})) is found


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        ("192.168.1.X", True),
        ("192.168.1.xxx", True),
        ("192.168.1.50", False),
        ("10.0.0.X", False),
        ("10.0.0.99", False),
        ("0.0.0.0", False),
        ("172.16.3.11", False),
        ("db1", False),
    ],
)
def test_an_address_that_no_member_has(bound: str, found: bool) -> None:  # noqa: FBT001 - a case
    page = f"# Galera\n\n`galera.cnf` on each host:\n\n```ini\n{galera(f'bind-address = {bound}')}```\n"
    assert bool(said("SY061", {"howto.md": page})) is found
    names = {"howto.md": page.replace("10.0.0.1", "db")}
    assert not said("SY061", names)
    bare = {"howto.md": page.replace("wsrep_node_address = 10.0.0.11\n", "")}
    assert bool(said("SY061", bare)) is (found or bound == "192.168.1.50")


@pytest.mark.parametrize(("critical", "found"), [("true", False), ("false", True)])
def test_netplan_keeps_what_it_did_not_set_where_the_card_is_critical(critical: str, found: bool) -> None:  # noqa: FBT001
    plan = "network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [10.0.0.11/24]\n"
    files = {"a/keepalived.conf": keepalived(), "a/etc/netplan/1.yaml": f"{plan}      critical: {critical}\n"}
    assert bool(said("KA050", files)) is found


@pytest.mark.parametrize(("end", "line"), [(" \\", 1), ("", None)])
def test_a_backslash_that_takes_the_next_definition(end: str, line: int | None) -> None:
    text = f"primitive web systemd:nginx op monitor interval=20s{end}\n"
    text += "primitive db systemd:mariadb op monitor interval=20s\ngroup g web db\n"
    assert [at for _, at, _ in said("PA007", {"a.crm": text})] == ([line] if line else [])


@pytest.mark.parametrize(("word", "found"), [("bnd", True), ("bind", False), ("acl", False)])
def test_a_short_keyword_with_a_letter_missing(word: str, found: bool) -> None:  # noqa: FBT001 - a case
    text = haproxy(f"frontend in\n    {word} 10.0.0.9:80\n    default_backend app\n", api())
    assert bool(said("HA045", {"haproxy.cfg": text})) is found


@pytest.mark.parametrize(
    ("command", "rule", "severity"),
    [
        ("pgrep -f haproxy", "KA061", "WARNING"),
        ("pgrep -x haproxy", "KA037", "INFO"),
        ("pgrep -f /usr/sbin/haproxy", "KA037", "INFO"),
    ],
)
def test_a_search_through_whole_command_lines(command: str, rule: str, severity: str) -> None:
    files = {"keepalived.conf": keepalived(check=script(script=f'"/usr/bin/{command}"'))}
    other = "KA037" if rule == "KA061" else "KA061"
    assert [one for _, _, one in said(rule, files)] == [severity]
    assert not said(other, files)


@pytest.mark.parametrize(
    ("when", "job", "found"),
    [
        ("hourly", "fernet_rotate", True),
        ("monthly", "fernet_rotate", False),
        ("hourly", "token_flush", False),
    ],
)
def test_keys_that_a_timer_rotates(when: str, job: str, found: bool) -> None:  # noqa: FBT001 - a case
    units = "k1/etc/systemd/system/rotate"
    files = {
        "k1/etc/keystone/keystone.conf": "[token]\nprovider = fernet\nexpiration = 86400\n",
        f"{units}.timer": f"[Timer]\nOnCalendar={when}\n",
        f"{units}.service": f"[Service]\nType=oneshot\nExecStart=/usr/bin/keystone-manage {job}\n",
    }
    assert bool(said("OS020", files)) is found

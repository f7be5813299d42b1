"""Mistakes first seen in public configurations: each in several spellings, and what only looks like it."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.galera.audit.rules.example import galera
from fournines.components.haproxy.audit.rules.example import api, haproxy, listen
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm

RULES = {rule.id: rule for rule in registry.rules()}


def lines(rule: str, files: dict[str, str]) -> list[tuple[str, int]]:
    report = audit([File(path, text) for path, text in files.items()], rules=[RULES[rule]], strict=True)
    return [(finding.at.path, finding.at.line) for finding in report.findings]


@pytest.mark.parametrize(
    ("assigned", "found"),
    [
        ("first = $1", [2]),
        ('first = "rabbit1"', [2]),
        ("first =$1", [2]),
        ("first = $(hostname)", [2]),
        ("first = `hostname`", [2]),
        ("if true; then first = $1; fi", [2]),
        ("first=$1", []),
        ("first=$1; first = $2", []),
        ("read -r first", []),
        ("[ $first = $1 ]", []),
        ("test $first = $1", []),
        ("other = $1", []),
        ("# first = $1", []),
        ("echo 'first = $1'", []),
        ("cat > x.ini <<E\nfirst = $1\nE", []),
        ("(( first = 1 ))", []),
        ("let first = 1", []),
    ],
)
def test_blanks_make_a_command_of_an_assignment(assigned: str, found: list[int]) -> None:
    script = f"#!/bin/sh\n{assigned}\nrabbitmqctl join_cluster rabbit@${{first}}\n"
    assert lines("SY047", {"join.sh": script}) == [("join.sh", line) for line in found]


HOST = "    on {0} {{ device /dev/drbd0; disk /dev/vg/db; address 10.0.2.{1}:7789; {2} }}\n"


def res(*hosts: str, more: str = "", node: str = "") -> str:
    body = "".join(HOST.format(host, n, node and f"node-id {n};") for n, host in enumerate(hosts, 1))
    return f"resource db {{\n    protocol C;\n{body}{more}}}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (res("a", "b", "c"), [5]),
        (res("a", "b", "c", node="id"), [5]),
        (res("a", "b"), []),
        (res("a", "b", "c", more="    connection-mesh { hosts a b c; }\n"), []),
        (res("a", "b", "c", more="    connection { host a; host b; }\n"), []),
        (res("a", "b", more="    stacked-on-top-of low { address 10.0.3.1:7788; }\n"), []),
    ],
)
def test_a_third_host_needs_connections(text: str, found: list[int]) -> None:
    assert [line for _, line in lines("DR016", {"db.res": text})] == found


PCS = (
    "#!/bin/sh\npcs resource create d ocf:linbit:drbd drbd_resource=r0 op monitor interval=60s\n"
    "pcs resource {} {} notify=true\n"
)


@pytest.mark.parametrize(
    ("verb", "meta", "found"),
    [
        ("master dc d", "master-max=1 clone-max=3 clone-node-max=2", 1),
        ("promotable d", "promoted-max=1 promoted-node-max=2", 1),
        ("promotable d", "promoted-max=2 promoted-node-max=1 clone-node-max=1 clone-max=2", 0),
        ("promotable d", "clone-node-max=$MAX", 0),
        ("promotable d", "", 0),
    ],
)
def test_a_host_has_one_instance_of_a_drbd_device(verb: str, meta: str, found: int) -> None:
    script = PCS.format(verb, meta)
    assert len(lines("PA050", {"drbd.sh": script})) == found


def test_other_resources_may_have_several_instances_on_a_host() -> None:
    web = "primitive web ocf:heartbeat:anything op monitor interval=10s\n"
    clone = "clone webs web meta globally-unique=true clone-node-max=2\n"
    assert lines("PA050", crm(VIP, web, clone)) == []


DLM = "primitive dlm ocf:pacemaker:controld op monitor interval=60s\nclone dlms dlm meta interleave=true\n"
BEHIND = "order o Mandatory: ms-drbd-db:promote dlms:start\n"


@pytest.mark.parametrize(
    ("constraints", "found"),
    [
        (BEHIND + "colocation c inf: dlms ms-drbd-db\n", 1),
        (BEHIND + "colocation c inf: dlms ms-drbd-db:Master\n", 0),
        (BEHIND + "colocation c inf: dlms ms-drbd-db:Promoted\ncolocation d inf: dlms ms-drbd-db\n", 0),
        (BEHIND + "colocation c -inf: dlms ms-drbd-db\n", 0),
        ("order o Mandatory: ms-drbd-db:start dlms:start\ncolocation c inf: dlms ms-drbd-db\n", 0),
        ("colocation c inf: dlms ms-drbd-db\n", 0),
    ],
)
def test_what_waits_for_a_promotion_is_placed_with_it(constraints: str, found: int) -> None:
    assert len(lines("PA008", crm(DRBD, FS, TIED, DLM, constraints))) == found


@pytest.mark.parametrize(
    ("setting", "found"),
    [('resource-stickiness="0"', 1), ("resource-stickiness=0", 1), ("resource-stickiness=1", 0)],
)
def test_a_stickiness_of_nothing(setting: str, found: int) -> None:
    assert (
        len(lines("PA010", {"setup.sh": f"#!/bin/sh\npcs resource defaults {setting}\n{VIP_PCS}"})) == found
    )


VIP_PCS = "pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 op monitor interval=10s\n"


def member(n: int, *peers: str) -> dict[str, str]:
    return {f"db{n}/galera.cnf": galera(number=n, peers=peers)}


@pytest.mark.parametrize(
    ("peers", "found"),
    [
        ({1: ("10.0.0.11",), 2: ("10.0.0.11",), 3: ("10.0.0.11",)}, 1),
        ({2: ("10.0.0.11",), 3: ("10.0.0.11",)}, 1),
        (dict.fromkeys((1, 2, 3), ("10.0.0.11", "10.0.0.12", "10.0.0.13")), 0),
    ],
)
def test_members_that_all_name_one_host(peers: dict[int, tuple[str, ...]], found: int) -> None:
    files = {path: text for n, named in peers.items() for path, text in member(n, *named).items()}
    assert len(lines("GA003", files)) == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("10.0.0.11:80/dashboard", 1),
        ("$node1:80/dashboard", 1),
        ("http://10.0.0.11:80", 1),
        ("https://web1.example.org", 1),
        ("10.0.0.11:80", 0),
        ("web1:+80", 0),
        ("[fd00::1]:80", 0),
        ("ipv4@10.0.0.11:80", 0),
        ("/run/web.sock", 0),
        ("unix@/run/web:80/x.sock", 0),
        ("${WEB:-10.0.0.11}:80", 0),
        ("<address>:80", 0),
    ],
)
def test_a_server_is_an_address_and_a_port(address: str, found: int) -> None:
    text = haproxy(api(f"server c1 {address} check\nserver c2 10.0.0.12:80 check"))
    assert len(lines("HA057", {"haproxy.cfg": text})) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("    notify_master /etc/keepalived/take.sh\n", 1),
        ('    notify "/etc/keepalived/moved.sh"\n', 1),
        ("    notify_master /etc/keepalived/take.sh\n    track_process {\n        nova-api\n    }\n", 0),
        ("    notify_backup /etc/keepalived/gone.sh\n", 0),
        ("", 0),
    ],
)
def test_an_instance_that_acts_by_its_script_tracks_something(more: str, found: int) -> None:
    process = "vrrp_track_process nova-api {\n    process nova-api\n}\n" if "track_process" in more else ""
    head = "vrrp_instance VI_1 {\n    state BACKUP\n    interface eth0\n    virtual_router_id 51\n"
    assert len(lines("KA004", {"keepalived.conf": f"{process}{head}{more}}}\n"})) == found


MAKES = "#!/bin/sh\nkeystone-manage {}_setup --keystone-user keystone --keystone-group keystone\n"


@pytest.mark.parametrize(
    ("first", "second", "more", "found"),
    [
        ("keystone-master.sh", "keystone-backup.sh", "", 1),
        ("keystone-1.sh", "keystone-2.sh", "", 1),
        ("controller1/setup.sh", "controller2/setup.sh", "", 1),
        (
            "keystone-master.sh",
            "keystone-backup.sh",
            "scp -r /etc/keystone/fernet-keys ctl2:/etc/keystone\n",
            0,
        ),
        ("keystone-master.sh", "keystone-backup.sh", "scp /var/lib/rabbitmq/.erlang.cookie ctl2:/tmp\n", 1),
        ("keystone.sh", "keystone-old.sh", "", 0),
        ("keystone.sh", "glance.sh", "", 0),
    ],
)
def test_keys_made_by_a_script_for_each_host(first: str, second: str, more: str, found: int) -> None:
    files = {first: MAKES.format("fernet"), second: MAKES.format("fernet") + more}
    assert len([at for at in lines("SY038", files) if at[0] in files]) == found


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("[{rabbit, [{net_ticktime, 60}]}].", 1),
        ("[\n {rabbit, [\n  {tcp_listeners, [5672]},\n  {net_ticktime, 60}\n ]}\n].", 1),
        ("[{kernel, [{cluster_partition_handling, pause_minority}]}].", 1),
        ("[{kernel, [{net_ticktime, 60}]}, {rabbit, [{cluster_partition_handling, pause_minority}]}].", 0),
        ("[{aten, [{poll_interval, 1000}]}, {ra, [{net_ticktime, 60}]}].", 0),
        ("[{rabbit, [{backing_queue_module, x}]}].", 0),
    ],
)
def test_a_setting_in_the_list_of_another_application(term: str, found: int) -> None:
    assert len(lines("RM033", {"advanced.config": term + "\n"})) == found


@pytest.mark.parametrize(
    ("second", "vrrp", "found"),
    [
        ("10.0.0.11:5001", True, 1),
        ("10.0.0.11:5001", False, 0),
        ("10.0.0.12:5000", True, 0),
        ("10.0.0.11:5000", True, 0),  # HA020's
    ],
)
def test_one_machine_behind_two_balancers(second: str, *, vrrp: bool, found: int) -> None:
    files = {"haproxy.cfg": haproxy(api(f"server c1 10.0.0.11:5000 check\nserver c2 {second} check"))}
    files |= {"keepalived.conf": keepalived()} if vrrp else {}
    assert len(lines("HA058", files)) == found


def test_ports_of_this_host_or_of_another_address_that_fails_over_are_no_machine() -> None:
    for host in ("127.0.0.1", "localhost", "10.0.0.20"):
        text = haproxy(api(f"server c1 {host}:5000 check\nserver c2 {host}:5001 check"))
        assert lines("HA058", {"haproxy.cfg": text, "keepalived.conf": keepalived()}) == []


SECOND = VIP.replace("primitive vip", "primitive vip2").replace("0.20", "0.21")
WEB = "primitive web ocf:heartbeat:apache op monitor interval=10s\n"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("group g web vip\n", 1),
        ("group g web vip\ngroup h vip2\n", 1),
        ("group g web vip vip2\n", 0),
        ("group g web vip\ncolocation c inf: vip2 g\n", 0),
        ("", 0),  # nothing says that addresses follow a service here
    ],
)
def test_an_address_that_is_left_alone_beside_one_that_follows_a_service(more: str, found: int) -> None:
    assert len(lines("PA035", crm(VIP, SECOND, WEB, more))) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("\u201cdb1\u201d", 1),
        ("\u201edb1\u201c", 1),
        ("\u2018db1\u2019", 1),
        ("db1\u201d", 1),
        ('"db1"', 0),
        ("db1 # the \u201cfirst\u201d one", 0),
        ("'the operators\u2019 db'", 0),
    ],
)
def test_quotes_of_a_word_processor(name: str, found: int) -> None:
    assert len(lines("SY048", {"db1/galera.cnf": galera(wsrep_node_name=name)})) == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pcs resource create vip ocf:heartbeat:IPaddr2 ip=\u201c10.0.0.20\u201d", 1),
        ("mysql -e \u201cSELECT 1\u201d", 1),
        ("echo \u201cdone\u201d", 0),
        ('logger "\u201cdone\u201d"', 0),
        ("# \u201cdone\u201d", 0),
        ("pcs status # the cluster\u2019s", 0),
    ],
)
def test_quotes_of_a_word_processor_in_commands(command: str, found: int) -> None:
    assert len(lines("SY048", {"setup.sh": f"#!/bin/sh\n{command}\n"})) == found


LOOP = '#!/bin/sh\n{}\n{} [ "${{{}}}" != Primary ]; do\n  sleep 5\n  role=$(drbdadm role r0)\ndone\n'


@pytest.mark.parametrize(
    ("before", "word", "asked", "found"),
    [
        ("", "while", "local_role", 1),
        ("", "until", "drbd_role", 1),
        ("", "while", "role", 0),
        ("local_role=x", "while", "local_role", 0),
        ("read local_role", "while", "local_role", 0),
        (": ${local_role:=x}", "while", "local_role", 0),
        (". /etc/site.conf", "while", "local_role", 0),
        ("", "while", "HOSTNAME", 0),
    ],
)
def test_a_loop_asks_what_it_finds_out(before: str, word: str, asked: str, found: int) -> None:
    assert len(lines("SY049", {"wait.sh": LOOP.format(before, word, asked)})) == found


@pytest.mark.parametrize(
    ("port", "second", "found"),
    [(4369, "10.0.0.12", 1), (25672, "10.0.0.12", 1), (5672, "10.0.0.12", 0), (25672, "10.0.0.11", 0)],
)
def test_ports_between_brokers_are_not_balanced(port: int, second: str, found: int) -> None:
    servers = f"mode tcp\nserver mq1 10.0.0.11:{port} check\nserver mq2 {second}:{port} check"
    assert len(lines("HA064", {"haproxy.cfg": haproxy(listen(servers, name="mq"))})) == found

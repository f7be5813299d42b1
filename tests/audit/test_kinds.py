"""Kinds of defect in spellings of their own: each with its harmless neighbour."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

VRRP = (
    "vrrp_script chk {{\n script {script}\n interval 2\n fall 2\n rise 2\n}}\nvrrp_instance V {{\n"
    " state BACKUP\n interface ens18\n virtual_router_id 7\n priority 100\n"
    " virtual_ipaddress {{\n  10.1.0.100/24\n }}\n track_script {{\n  chk\n }}\n}}\n"
)
KEEPALIVED = {"n1/etc/keepalived/keepalived.conf": VRRP.format(script='"/etc/keepalived/chk"')}
PIDOF = {"n1/etc/keepalived/chk": "#!/bin/sh\npidof haproxy\n"}
HAPROXY = "defaults\n mode http\n timeout connect 2s\n timeout client 9s\n timeout server 9s\n"
TWO = " server a 10.1.0.1:80 check\n server b 10.1.0.2:80 check\n"
GALERA = (
    "[mysqld]\nbinlog_format=ROW\ninnodb_autoinc_lock_mode=2\nwsrep_on=ON\n"
    "wsrep_provider=/usr/lib/galera/libgalera_smm.so\nwsrep_cluster_name=prod\n"
    "wsrep_cluster_address=gcomm://10.2.0.1,10.2.0.2,10.2.0.3\n"
)
CARD = {"dora/etc/sysconfig/network-scripts/ifcfg-eth1": "DEVICE=eth1\nIPADDR=10.2.0.2\nPREFIX=24\n"}


def found(files: dict[str, str]) -> set[str]:
    report = audit([File(path, text) for path, text in files.items()], strict=True)
    return {finding.rule for finding in report.findings}


def script(text: str, name: str = "chk") -> dict[str, str]:
    conf = VRRP.format(script=f'"/etc/keepalived/{name}"')
    return {"n1/etc/keepalived/keepalived.conf": conf, f"n1/etc/keepalived/{name}": text}


KEPT = "#!/bin/bash\nmapfile -t ips < <(ip -br -4 address)\n"
PSUTIL = (
    "#!/usr/bin/python3\nimport psutil, sys\n"
    "own = [a.address for n in psutil.net_if_addrs().values() for a in n]\n"
)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("#!/bin/sh\npidof haproxy\n", {"KA037"}),
        ("#!/bin/sh\npidof haproxy || true\n", {"KA022"}),
        ("#!/bin/bash\npgrep -f keepalived/chk >/dev/null || exit 1\n", {"KA061"}),
    ],
)
def test_of_two_that_contradict_each_other_the_stronger_one_speaks(text: str, rules: set[str]) -> None:
    assert found(script(text)) & {"KA022", "KA037", "KA061"} == rules


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("KA042", script(KEPT + "printf '%s\\n' \"${ips[@]}\" | grep -qF 10.1.0.100/\n"),
         script(KEPT + "printf '%s\\n' \"${ips[@]}\" | grep -qF 10.1.0.11/\n")),
        ("KA042", script(PSUTIL + "if '10.1.0.100' not in own:\n    sys.exit(1)\n", "chk.py"),
         script(PSUTIL + "if '10.1.0.11' not in own:\n    sys.exit(1)\n", "chk.py")),
        ("KA022", script("#!/bin/bash\ntrap 'exit 0' EXIT\ncurl -fs http://127.0.0.1/ || exit 1\n"),
         script("#!/bin/bash\ntrap 'rm -f /tmp/x' EXIT\ncurl -fs http://127.0.0.1/ || exit 1\n")),
        ("KA022", script("#!/bin/sh\ncurl -fs http://127.0.0.1/ &\nwait\n"),
         script("#!/bin/sh\ncurl -fs http://127.0.0.1/ &\nwait $!\n")),
    ],
)  # fmt: skip
def test_checks(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


ZONE = "<zone>\n <interface name='ens18'/>\n <service name='ssh'/>\n {}</zone>\n"
UFW = {"n1/etc/default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n'}
UFW_RULES = "*filter\n:ufw-user-input - [0:0]\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n{}COMMIT\n"
IPT = "#!/bin/sh\nIPT=/sbin/iptables\n$IPT -P OUTPUT DROP\n$IPT -A OUTPUT -o lo -j ACCEPT\n{}"
NETWORKD = "[Match]\nType=ether\n[Network]\nAddress=10.1.0.11/24\n"
NETPLAN = {"n1/etc/netplan/1.yaml": "network:\n ethernets:\n  ens18:\n   addresses: [10.1.0.11/24]\n"}
NOTIFY = "vrrp_instance V {\n interface e\n virtual_router_id 7\n notify /usr/local/bin/move\n}\n"
MOVE = "#!/bin/bash\n[ $3 = MASTER ] && {} 10.1.0.100/24 dev ens5\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("KA035", {"n1/etc/firewalld/zones/public.xml": ZONE.format("")},
         {"n1/etc/firewalld/zones/public.xml": ZONE.format("<protocol value='vrrp'/>\n")}),
        ("KA035", {"n1/etc/firewalld/zones/public.xml": ZONE.format("")},
         {"n1/etc/firewalld/zones/t.xml": ZONE.format("").replace("<zone>", "<zone target='ACCEPT'>")}),
        ("KA035", {"n1/etc/firewalld/zones/public.xml": ZONE.format("")},
         {"n1/etc/firewalld/zones/dmz.xml": ZONE.format("").replace("ens18", "ens19")}),
        ("KA035", UFW | {"n1/etc/ufw/user.rules": UFW_RULES.format("")}, UFW),
        ("KA035", UFW | {"n1/etc/ufw/user.rules": UFW_RULES.format("")},
         UFW | {"n1/etc/ufw/user.rules": UFW_RULES.format("-A ufw-user-input -p vrrp -j ACCEPT\n")}),
        ("KA047", {"n1/fw.sh": IPT.format("$IPT -A OUTPUT -p tcp -j ACCEPT\n")},
         {"n1/fw.sh": IPT.format("$IPT -A OUTPUT -p vrrp -j ACCEPT\n")}),
        ("KA050", {"n1/etc/systemd/network/1.network": NETWORKD},
         {"n1/etc/systemd/network/1.network": NETWORKD + "KeepConfiguration=yes\n"}),
        ("KA050", NETPLAN,
         NETPLAN | {"n1/etc/systemd/network/10-netplan-ens18.network.d/keep.conf":
                    "[Network]\nKeepConfiguration=static\n"}),
    ],
)  # fmt: skip
def test_the_network_of_a_host(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(KEEPALIVED | PIDOF | bad)
    assert rule not in found(KEEPALIVED | PIDOF | good)


STATE = {
    "n1/etc/keepalived/keepalived.conf": VRRP.format(script='"/etc/keepalived/chk"').replace(
        " virtual_router_id", ' notify_master "/usr/bin/touch /run/master"\n virtual_router_id'
    )
}


def test_what_a_notify_script_keeps_is_asked_for() -> None:
    assert "KA042" in found(STATE | {"n1/etc/keepalived/chk": "#!/bin/sh\n[ -f /run/master ] || exit 1\n"})
    deeper = "#!/bin/sh\npidof nginx || exit 1\n[ -f /run/master ] || exit 0\ncurl -fs http://127.0.0.1/\n"
    assert "KA042" not in found(STATE | {"n1/etc/keepalived/chk": deeper})


def test_what_ufw_lets_out_by_hand() -> None:
    shut = {"n1/etc/default/ufw": 'DEFAULT_INPUT_POLICY="ACCEPT"\nDEFAULT_OUTPUT_POLICY="DROP"\n'}
    rules = "*filter\n:ufw-before-output - [0:0]\n{}COMMIT\n"
    out = "-A ufw-before-output -p vrrp -j ACCEPT\n"
    assert "KA047" in found(KEEPALIVED | PIDOF | shut | {"n1/etc/ufw/before.rules": rules.format("")})
    assert "KA047" not in found(KEEPALIVED | PIDOF | shut | {"n1/etc/ufw/before.rules": rules.format(out)})


CHECK = 'vrrp_script chk {\n script "/usr/bin/pgrep nginx"\n interval 2\n fall 2\n}\n'
INSTANCE = VRRP.format(script="x").partition("}\n")[2]


@pytest.mark.parametrize(
    ("first", "second", "rules"),
    [
        (CHECK, INSTANCE, set()),
        (INSTANCE, CHECK, {"KA002"}),
        (CHECK, INSTANCE.replace("chk", "chck"), {"KA001", "KA003"}),
        (CHECK, INSTANCE.partition(" track_script")[0] + "}\n", {"KA003", "KA004"}),
    ],
)
def test_files_that_are_included_are_one_configuration(first: str, second: str, rules: set[str]) -> None:
    folder = "n1/etc/keepalived"
    files = {
        f"{folder}/keepalived.conf": "include /etc/keepalived/conf.d/*.conf\n",
        f"{folder}/conf.d/10.conf": first,
        f"{folder}/conf.d/20.conf": second,
    }
    assert found(files) & {"KA001", "KA002", "KA003", "KA004"} == rules
    files[f"{folder}/keepalived.conf"] += "include /etc/keepalived/secret/*.conf\n"
    assert found(files) & {"KA001", "KA003", "KA004"} == set()


def test_one_script_for_all_events_that_moves_the_address() -> None:
    conf = {"n1/etc/keepalived/keepalived.conf": NOTIFY}
    assert "KA051" in found(conf | {"n1/usr/local/bin/move": MOVE.format("ip address add")})
    assert "KA051" not in found(conf | {"n1/usr/local/bin/move": MOVE.format("ip route add")})


def proxy(body: str, head: str = "") -> dict[str, str]:
    return {"haproxy.cfg": f"{head}{HAPROXY}listen web\n bind :80\n{body}{TWO}"}


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("HA031", proxy("", "global\n stats socket ipv4@0.0.0.0:9999 level admin\n"),
         proxy("", "global\n stats socket ipv4@127.0.0.1:9999 level admin\n")),
        ("HA031", proxy("", "global\n stats socket :9999 level admin\n"),
         proxy("", "global\n stats socket /run/haproxy.sock mode 660 level admin\n")),
        ("HA045", proxy(" timeout sever 9s\n"), proxy(" timeout server-fin 9s\n")),
        ("HA045", proxy(" mode htpp\n"), proxy(" mode http\n")),
        ("HA047", proxy(" server-template w 2 w.lan:80 check resolvers dns\n"),
         proxy(" server-template w 2 w.lan:80 check resolvers dns\n", "resolvers dns\n hold valid 9s\n")),
        ("HA047", proxy(" stick-table type ip size 1m peers us\n stick on src\n"),
         proxy(" stick-table type ip size 1m peers us\n stick on src\n", "peers us\n peer a 10.1.0.5:53\n")),
        ("HA047", {"haproxy.cfg": proxy("")["haproxy.cfg"].replace("listen web", "listen web from base")},
         {"haproxy.cfg": proxy("")["haproxy.cfg"].replace("listen web", "listen web from base")
          .replace("defaults", "defaults base")}),
        ("HA052", proxy(" option httpchk GET /\n http-check expect rstatus ^[2-5]\n"),
         proxy(" option httpchk GET /\n http-check expect ! rstatus ^5\n")),
        ("HA052", proxy(" option httpchk GET /\n http-check expect status 200-599\n"),
         proxy(" option httpchk GET /\n http-check expect status 200-399\n")),
        ("HA052", proxy(" option httpchk GET /\n http-check expect ! status 404\n"),
         proxy(" option httpchk GET /\n http-check expect status 200,401\n")),
    ],
)  # fmt: skip
def test_balancers(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


def drbd(name: str, port: int = 7788, *, minor: int = 0, host: str = "dora") -> str:
    return (
        f"resource {name} {{\n device minor {minor};\n disk /dev/{name};\n"
        f" on carla {{ address 10.2.0.1:{port}; }}\n on {host} {{ address 10.2.0.2:{port}; }}\n}}\n"
    )


HOST = {"dora/etc/hostname": "dora\n"}
CLONE = "clone haps hap meta interleave=true"
CRM = (
    "primitive vip IPaddr2 params ip=10.4.0.9 op monitor interval=10s\n"
    "primitive hap systemd:haproxy op monitor interval=10s\n"
    f"{CLONE}\nproperty stonith-enabled=true\n"
)
SBD = (
    "#!/bin/sh\npcs stonith sbd enable SBD_WATCHDOG_TIMEOUT={}\n"
    "pcs property set stonith-watchdog-timeout=10 stonith-enabled=true\n"
    "pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.4.0.9 op monitor interval=10s\n"
)
CLONE_XML = (
    '<cib><configuration><crm_config/><nodes/><resources><clone id="c"><{0}_attributes id="a">'
    '<nvpair id="n" name="interleave" value="true"/></{0}_attributes>'
    '<primitive id="p" class="systemd" type="httpd"/></clone></resources><constraints/></configuration></cib>'
)
SED = "# DB\n\n```\nsed -i 's/^#*bind-address.*/bind-address = {}/' /etc/mysql/mariadb.conf.d/50-s.cnf\n```\n"
PAGE = SED + f"\n/etc/mysql/conf.d/galera.cnf:\n\n```\n{GALERA}```\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("SY018", CARD | {"dora/etc/my.cnf": f'{GALERA}wsrep_provider_options="ist.recv_addr=10.2.0.7"\n'},
         CARD | {"dora/etc/my.cnf": f'{GALERA}wsrep_provider_options="ist.recv_addr=10.2.0.2"\n'}),
        ("SY018", CARD | {"dora/etc/my.cnf": f"{GALERA}wsrep_sst_receive_address=10.2.0.7:4444\n"},
         CARD | {"dora/etc/my.cnf": f"{GALERA}wsrep_sst_receive_address=10.2.0.2:4444\n"}),
        ("GA032", {"dora/etc/my.cnf": GALERA.replace("mysqld", "client")},
         {"dora/etc/my.cnf": GALERA.replace("mysqld", "mariadb-10.6")}),
        ("GA008", {"howto.md": PAGE.format("127.0.0.1")}, {"howto.md": PAGE.format("0.0.0.0")}),
        ("DR012", HOST | {"dora/etc/drbd.d/r.res": drbd("r", host="dora-repl")},
         HOST | {"dora/etc/drbd.d/r.res": drbd("r")}),
        ("DR013", {"drbd.d/a.res": drbd("a"), "drbd.d/b.res": drbd("b", minor=1)},
         {"drbd.d/a.res": drbd("a"), "drbd.d/b.res": drbd("b", 7789, minor=1)}),
        ("DR013", {"drbd.d/a.res": drbd("a"), "drbd.d/b.res": drbd("b", 7789)},
         {"drbd.d/a.res": drbd("a"), "drbd.d/b.res": drbd("b", 7789, minor=1)}),
        ("PA035", {"c.crm": CRM}, {"c.crm": f"{CRM}colocation c inf: vip haps\n"}),
        ("PA035", {"c.crm": CRM}, {"c.crm": CRM.replace(CLONE, "group g vip hap")}),
        ("PA025", {"s.sh": SBD.format(20)}, {"s.sh": SBD.format(5)}),
        ("PA023", {"cib.xml": CLONE_XML.format("instance")}, {"cib.xml": CLONE_XML.format("meta")}),
        ("SY020", {"s.sh": "#!/bin/sh\nC1_IP=10.4.0.1\nC2_IP=10.4.0.1\n"},
         {"s.sh": "#!/bin/sh\nC1_IP=10.4.0.1\nC2_IP=10.4.0.2\nVIP=10.4.0.1\nN1=127.0.0.1\nN2=127.0.0.1\n"}),
    ],
)  # fmt: skip
def test_hosts_and_clusters(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


NODES = "".join(f"node {n}: n{n}\n" for n in (1, 2, 3))
VIP = "primitive vip IPaddr2 params ip=10.4.0.9 op monitor interval=10s\n"
WEB = "primitive web systemd:nginx op monitor interval=10s {}\n"
GROUP = NODES + VIP + WEB.format("") + "group g vip web\n"
BAN = "location not{0} g -inf: n{0}\n"
RULE = "location l g rule {}: #uname ne n1\n"
ON = "property stonith-enabled=true {}\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("PA022", NODES + VIP + WEB.format("on-fail=ignore"), NODES + VIP + WEB.format("on-fail=restart")),
        ("PA011", NODES + VIP + WEB.format("enabled=false"), NODES + VIP + WEB.format("enabled=true")),
        ("PA035", NODES + VIP + WEB.format("") + "order o Mandatory: vip web\n", GROUP),
        ("PA036", GROUP + "property symmetric-cluster=false\n",
         GROUP + "property symmetric-cluster=false\nlocation l g 100: n1\nlocation m g 50: n2\n"),
        ("PA037", GROUP + BAN.format(2) + BAN.format(3), GROUP + BAN.format(3)),
        ("PA037", GROUP + RULE.format("-inf"), GROUP + RULE.format(9)),
    ],
)  # fmt: skip
def test_pacemaker(rule: str, bad: str, good: str) -> None:
    assert rule in found({"c.crm": bad + ON.format("no-quorum-policy=stop")})
    assert rule not in found({"c.crm": good + ON.format("no-quorum-policy=stop")})


def corosync(*nodes: str) -> dict[str, str]:
    listed = "".join(f" node {{\n  nodeid: {n}\n  {said}\n }}\n" for n, said in enumerate(nodes, 1))
    quorum = "quorum {\n provider: corosync_votequorum\n}\n"
    return {"corosync.conf": f"totem {{\n version: 2\n}}\nnodelist {{\n{listed}}}\n{quorum}"}


A, B, THIRD = (f"ring0_addr: 10.4.0.{n}" for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("CO021", corosync(f"{A}\n  ring1_addr: 10.5.0.1", B, THIRD), corosync(A, B, THIRD)),
        ("CO021", corosync(A, B, B), corosync(A, B, THIRD)),
        ("CO022", corosync(f"{A}\n  quorum_votes: 2", B), corosync(f"{A}\n  quorum_votes: 2", B, THIRD)),
    ],
)
def test_corosync(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


ROLE = KEEPALIVED["n1/etc/keepalived/keepalived.conf"].replace(
    " virtual_router_id", " notify_master /etc/keepalived/up\n virtual_router_id"
)


@pytest.mark.parametrize(
    ("check", "up", "stuck"),
    [
        ("drbdadm role r0 | grep -q ^Primary", "drbdadm primary r0", True),
        ("mountpoint -q /srv", "mount /dev/drbd0 /srv", True),
        ("[ $(psql -tAc 'select pg_is_in_recovery()') = f ]", "pg_ctl promote -D /srv", True),
        ("redis-cli info replication | grep -q role:master", "redis-cli replicaof no one", True),
        ("[ $(psql -tAc 'select pg_is_in_recovery()') = f ]", "logger master", False),
        ("redis-cli ping | grep -q PONG", "redis-cli replicaof no one", False),
    ],
)
def test_a_role_that_keepalived_brings_about(check: str, up: str, stuck: bool) -> None:  # noqa: FBT001 - a case
    scripts = {"n1/etc/keepalived/chk": f"#!/bin/sh\n{check}\n", "n1/etc/keepalived/up": f"#!/bin/sh\n{up}\n"}
    files = {"n1/etc/keepalived/keepalived.conf": ROLE, **scripts}
    assert ("KA042" in found(files)) is stuck


@pytest.mark.parametrize(
    ("rule", "line", "once"),
    [
        ("SY038", "corosync-keygen -l", "ls"),
        ("SY038", "'openssl rand -hex 16 > /var/lib/rabbitmq/.erlang.cookie'", "ls"),
        ("GA031", "sed -i s/safe_to_bootstrap: 0/safe_to_bootstrap: 1/ grastate.dat", "ls"),
        ("DR011", "drbdadm invalidate r0", "drbdadm adjust r0"),
        ("DR011", "drbdadm -- --discard-my-data connect r0", "drbdadm connect r0"),
    ],
)
def test_what_one_host_does_for_all(rule: str, line: str, once: str) -> None:
    loop = "#!/bin/bash\nfor h in a b; do ssh $h {}; done\n"
    assert rule in found({"s.sh": loop.format(line)})
    assert rule not in found({"s.sh": f"#!/bin/bash\nssh a {line}\nssh b {once}\n"})


def test_a_key_that_is_copied_afterwards_is_one() -> None:
    page = "#!/bin/bash\nfor h in a b; do ssh $h corosync-keygen -l; done\n{}"
    assert "SY038" in found({"s.sh": page.format("")})
    assert "SY038" not in found({"s.sh": page.format("scp a:/etc/corosync/authkey b:/etc/corosync/\n")})


NODE = "cluster_formation.classic_config.nodes.{0} = rabbit@m{1}\n"
PEERS = "".join(NODE.format(n, n) for n in (1, 2, 3)) + "cluster_partition_handling = pause_minority\n"
BROKERS = {f"m{n}/etc/rabbitmq/rabbitmq.conf": PEERS for n in (1, 2, 3)}
START = "m1/etc/systemd/system/rabbitmq-server.service.d/s.conf"
UNIT = "db1/etc/systemd/system/mariadb.service.d/x.conf"
CRON = "0 3 * * * keystone keystone-manage fernet_rotate\n"
HEAT = "[DEFAULT]\nauth_encryption_key = {}\n"
BOOT = "#!/bin/sh\n{}\nexit 0\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("RM029", {"m3/etc/rabbitmq/rabbitmq.conf": PEERS.replace("m2", "m4")}, {}),
        ("RM029", {"m3/etc/rabbitmq/rabbitmq.conf": PEERS.replace("pause_minority", "ignore")}, {}),
        ("RM031", {START: "[Service]\nTimeoutStartSec=30\n"}, {START: "[Service]\nTimeoutStartSec=1h\n"}),
        ("GA033", {UNIT: "[Service]\nExecStart=\nExecStart=/usr/sbin/mariadbd --wsrep-new-cluster\n"},
         {UNIT: "[Service]\nExecStart=\nExecStart=/usr/sbin/mariadbd\n"}),
        ("GA033", {"db1/etc/rc.local": BOOT.format("galera_new_cluster")},
         {"db1/etc/rc.local": BOOT.format("systemctl start mariadb")}),
        ("GA033", {"db1/etc/cron.d/db": "@reboot root galera_new_cluster\n"},
         {"db1/etc/cron.d/db": "@daily root galera_recovery\n"}),
        ("GA031", {f"db{n}/etc/rc.local": BOOT.format("galera_new_cluster") for n in (1, 2)},
         {"db1/etc/rc.local": BOOT.format("galera_new_cluster")}),
        ("OS033", {f"c{n}/etc/cron.d/keystone": CRON for n in (1, 2)}, {"c1/etc/cron.d/keystone": CRON}),
        ("OS033", {f"c{n}/etc/cron.d/keystone": CRON for n in (1, 2)},
         {f"c{n}/etc/cron.d/keystone": CRON for n in (1, 2)}
         | {"c1/push.sh": "#!/bin/sh\nrsync -a /etc/keystone/fernet-keys c2:/etc/keystone/\n"}),
        ("OS008", {f"c{n}/etc/heat/heat.conf": HEAT.format(f"k{n}") for n in (1, 2)},
         {f"c{n}/etc/heat/heat.conf": HEAT.format("k1") for n in (1, 2)}),
    ],
)  # fmt: skip
def test_what_hosts_agree_on_and_how_they_start(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(BROKERS | bad)
    assert rule not in found(BROKERS | good)


def test_brokers_that_disagree_are_not_counted() -> None:
    odd = {"m3/etc/rabbitmq/rabbitmq.conf": PEERS.replace("m2", "m4")}
    assert "RM002" not in found(BROKERS | odd)
    four = {path: text + NODE.format(4, 4) for path, text in BROKERS.items()}
    assert "RM002" in found(four)


def page(*lines: str) -> dict[str, str]:
    return {"howto.md": "# HA\n\n```\n{}\n```\n".format("\n".join(lines))}


ADMIN = "rabbitmqadmin declare policy name=ha pattern='.*' apply-to=queues definition='{}'"
SECOND = "rabbitmqadmin policies declare --name ha --pattern '.*' --definition '{}'"
HALF, BOTH_MODES = '{"ha-mode":"all"}', '{"ha-mode":"all","ha-sync-mode":"automatic"}'
CIBADMIN = 'cibadmin --modify --xml-text \'<nvpair id="cib-bootstrap-options-x" name="{}" value="{}"/>\''
PRINTED = "printf '%s\\n' 'cluster_partition_handling = {}' " + " ".join(
    f"'cluster_formation.classic_config.nodes.{n} = rabbit@m{n}'" for n in (1, 2, 3)
)


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("RM020", page(ADMIN.format(HALF)), page(ADMIN.format(BOTH_MODES))),
        ("RM020", page(SECOND.format(HALF)), page(SECOND.format(BOTH_MODES))),
        ("PA001", page(CIBADMIN.format("stonith-enabled", "false")),
         page(CIBADMIN.format("stonith-enabled", "true"))),
        ("RM001", page(PRINTED.format("ignore") + " > /etc/rabbitmq/rabbitmq.conf"),
         page(PRINTED.format("pause_minority") + " > /etc/rabbitmq/rabbitmq.conf")),
    ],
)  # fmt: skip
def test_commands_in_other_words(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


INPUT = "*filter\n:INPUT ACCEPT [0:0]\n{}COMMIT\n"
NFT = "table inet f {{\n chain i {{\n  type filter hook input priority 0;\n  {}\n }}\n}}\n"
RULES = "n1/etc/iptables/rules.v4"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ({RULES: INPUT.format("-A INPUT -d 224.0.0.0/4 -j DROP\n")},
         {RULES: INPUT.format("-A INPUT -d 224.0.0.251/32 -j DROP\n")}),
        ({RULES: INPUT.format("-A INPUT -m addrtype --dst-type MULTICAST -j DROP\n")},
         {RULES: INPUT.format("-A INPUT -m addrtype --dst-type BROADCAST -j DROP\n")}),
        ({"n1/etc/nftables.conf": NFT.format("meta pkttype { broadcast, multicast } drop")},
         {"n1/etc/nftables.conf": NFT.format("meta pkttype broadcast drop")}),
        ({"n1/etc/nftables.conf": NFT.format("fib daddr type multicast drop")},
         {"n1/etc/nftables.conf": NFT.format("ip protocol vrrp accept\n  fib daddr type multicast drop")}),
        ({RULES: INPUT.format("-A INPUT -i ens19 -p vrrp -j ACCEPT\n").replace("ACCEPT [", "DROP [")},
         {RULES: INPUT.format("-A INPUT -i ens18 -p vrrp -j ACCEPT\n").replace("ACCEPT [", "DROP [")}),
    ],
)  # fmt: skip
def test_adverts_that_one_rule_drops(bad: dict[str, str], good: dict[str, str]) -> None:
    assert "KA047" in found(KEEPALIVED | PIDOF | bad)
    assert "KA047" not in found(KEEPALIVED | PIDOF | good)


@pytest.mark.parametrize(
    ("check", "far"),
    [
        ("curl -fs https://www.example.org/", True),
        ("ping -c1 -W1 9.9.9.9", True),
        ("ping -c1 -W1 10.1.0.1", False),
        ("curl -fs http://127.0.0.1/", False),
        ("curl -fs http://n1.example.org/", False),
        ("curl -fs -o /tmp/out.html http://localhost/", False),
    ],
)
def test_a_check_that_asks_outside(check: str, far: bool) -> None:  # noqa: FBT001 - a case
    assert ("KA058" in found(script(f"#!/bin/sh\n{check}\n"))) is far


@pytest.mark.parametrize("line", [" interface ens18\n", " virtual_router_id 7\n"])
def test_an_instance_is_whole(line: str) -> None:
    conf = VRRP.format(script='"/usr/bin/pgrep nginx"')
    assert "KA057" not in found({"n1/keepalived.conf": conf})
    assert "KA057" in found({"n1/keepalived.conf": conf.replace(line, "")})
    base = "global_defs {\n default_interface ens18\n}\n"
    assert ("KA057" in found({"n1/keepalived.conf": base + conf.replace(line, "")})) is ("router" in line)


def caches(listen: str, *names: str) -> dict[str, str]:
    listed = ",".join(f"{name}:11211" for name in names)
    conf = f"[cache]\nenabled = true\nmemcache_servers = {listed}\n"
    return {
        path: text
        for host in ("dora1", "dora2")
        for path, text in (
            (f"{host}/etc/memcached.conf", f"-m 64\n-l {listen}\n"),
            (f"{host}/etc/keystone/keystone.conf", conf),
        )
    }


def sends(source: str, address: str = "10.6.0.13/24", also: str = "") -> dict[str, str]:
    cards = f"auto eth0\niface eth0 inet static\n address {address}\n{also}"
    text = (
        "vrrp_instance V {\n state BACKUP\n interface eth0\n virtual_router_id 9\n priority 90\n"
        f" unicast_src_ip {source}\n unicast_peer {{\n 10.6.0.11\n }}\n"
        " virtual_ipaddress {\n 10.6.0.99/24\n }\n}\n"
    )
    return {"dora2/etc/network/interfaces": cards, "dora2/etc/keepalived/keepalived.conf": text}


ALSO = "auto eth1\niface eth1 inet static\n address 10.6.0.12/24\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("SY021", caches("127.0.0.1", "10.6.0.1", "10.6.0.2"), caches("10.6.0.1", "10.6.0.1", "10.6.0.2")),
        ("SY021", caches("127.0.0.1", "10.6.0.1", "10.6.0.2"), caches("127.0.0.1", "10.6.0.7")),
        ("SY021", caches("127.0.0.1", "mc1", "mc2"), caches("127.0.0.1", "mc1", "mc2", "mc3")),
        ("SY021", caches("127.0.0.1", "mc1", "mc2"), caches("127.0.0.1", "127.0.0.1")),
        ("KA015", sends("10.6.0.12"), sends("10.6.0.13")),
        ("KA015", sends("10.6.0.12"), sends("10.6.0.12", also=ALSO)),
        ("KA015", sends("10.6.0.12"), sends("10.6.0.12", "10.7.0.13/24")),
    ],
)
def test_addresses_that_no_file_says(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


TOLD = {"dora1/etc/nova/nova.conf": "[DEFAULT]\ntransport_url = rabbit://n:p@dora1:5672,n:p@dora2:5672/\n"}


def policy(pattern: str) -> dict[str, str]:
    return {"setup.sh": f"rabbitmqctl set_policy two '{pattern}' '{{\"ha-mode\":\"all\"}}'\n"}


@pytest.mark.parametrize("pattern", [".*", "^neutron", "^(compute|conductor)", "^ha-$RELEASE\\.x"])
def test_policies_for_queues_of_other_services(pattern: str) -> None:
    quorum = {
        path: text + "[oslo_messaging_rabbit]\nrabbit_quorum_queue=true\n" for path, text in TOLD.items()
    }
    assert "RM032" in found(TOLD | policy("^two\\."))
    assert "RM032" not in found(TOLD | policy(pattern))
    assert "RM032" not in found(policy("^two\\."))
    assert "RM032" not in found(quorum | policy("^two\\."))


def asked(check: str, name: str = "keystone", port: int = 5000) -> dict[str, str]:
    servers = "".join(f" server c{n} 10.3.0.{n}:{port} check\n" for n in (1, 2))
    return {"haproxy.cfg": f"listen {name}\n bind 10.3.0.9:{port}\n mode http\n{check}{servers}"}


ROOT, ONLY = " option httpchk GET /\n", " http-check expect status 200\n"


def test_what_an_api_answers_to_the_root() -> None:
    assert "HA053" in found(asked(ROOT + ONLY))
    assert "HA053" in found(asked(ROOT + " http-check expect rstatus ^2\n", "glance", 9292))
    fine = (ROOT, ROOT.replace("/", "/v3") + ONLY, ROOT + " http-check expect string v3\n", ONLY)
    assert not [check for check in fine if "HA053" in found(asked(check))]
    assert "HA053" not in found(asked(ROOT + ONLY, "nova", 8774))
    assert "HA053" not in found(asked(f"{ROOT} http-check send meth GET uri /v3\n{ONLY}"))


@pytest.mark.parametrize(
    ("check", "name", "port", "seen"),
    [
        (" option httpchk\n", "ceilometer_api", 8777, True),
        (" option httpchk GET /healthcheck\n", "ceilometer_api", 8777, True),
        (f"{ROOT}{ONLY}", "telemetry-ceilometer", 8777, True),
        (f"{ROOT} http-check expect rstatus [234]0[0-9]\n", "ceilometer_api", 8777, False),
        (f"{ROOT} http-check expect ! rstatus ^5\n", "ceilometer_api", 8777, False),
        (f"{ROOT} http-check send meth GET uri / hdr X-Auth-Token abc\n", "ceilometer_api", 8777, False),
        (" option tcplog\n", "ceilometer_api", 8777, False),
        (" option httpchk\n", "aodh_api", 8042, False),
        (" option httpchk\n", "jenkins", 8777, False),
    ],
)
def test_an_api_that_wants_a_token_for_every_path(check: str, name: str, port: int, *, seen: bool) -> None:
    assert ("HA053" in found(asked(check, name, port))) is seen


MISC = (
    "virtual_server 10.1.0.9 80 {{\n protocol TCP\n real_server 10.1.0.1 80 {{\n  MISC_CHECK {{\n"
    "   misc_path {}\n   misc_timeout 3\n  }}\n }}\n}}\n"
)


def real(path: str, text: str = "") -> dict[str, str]:
    more = {"n1/etc/keepalived/real.sh": text} if text else {}
    return {"n1/etc/keepalived/keepalived.conf": MISC.format(path), **more}


BOOTED = "On every node:\n\n```\nmysql -e \"SET GLOBAL wsrep_provider_options = 'pc.bootstrap = {}'\"\n```\n"
CURL = "/usr/bin/curl -{} -o /dev/null http://10.1.0.1/"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("KA059", real(f'"{CURL.format("s")}"'), real(f'"{CURL.format("sf")}"')),
        ("KA059", real(CURL.format("s")), real(CURL.format("sS --fail"))),
        ("KA022", real("/etc/keepalived/real.sh", "#!/bin/sh\nnc -z 10.1.0.1 80\nlogger asked\n"),
         real("/etc/keepalived/real.sh", "#!/bin/sh\nlogger asked\nnc -z 10.1.0.1 80\n")),
        ("KA034", {"keepalived.conf": VRRP.format(script="/bin/true").replace("10.1.0.100/24", "$VIP")},
         {"keepalived.conf": "$VIP=10.1.0.100/24\n"
          + VRRP.format(script="/bin/true").replace("10.1.0.100/24", "$VIP")}),
        ("KA034", {"keepalived.conf": VRRP.format(script="/bin/true").replace("10.1.0.100/24", "$VIP/24")},
         {"keepalived.conf": "include /etc/keepalived/names.conf\n"
          + VRRP.format(script="/bin/true").replace("10.1.0.100/24", "$VIP/24")}),
        ("GA031", {"a.md": BOOTED.format("YES")}, {"a.md": BOOTED.format("no")}),
    ],
)  # fmt: skip
def test_programs_that_decide_and_names_that_nobody_fills_in(
    rule: str, bad: dict[str, str], good: dict[str, str]
) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


CREATE = "#!/bin/bash\npcs resource create web apache configfile=/etc/a.conf op monitor interval={}\n"
IPS = "pcs resource create a IPaddr2 ip={}\npcs resource create b IPaddr2 ip={}\n"


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("PA011", {"s.sh": CREATE.format("0")}, {"s.sh": CREATE.format("20s")}),
        ("PA011", {"s.sh": CREATE.format("0s timeout=30s")},
         {"s.sh": CREATE.format("0s timeout=30s op monitor interval=30s")}),
        ("PA039", {"s.sh": IPS.format("10.1.0.9", "10.1.0.9")},
         {"s.sh": IPS.format("10.1.0.9", "10.1.0.8")}),
        ("PA039", {"s.sh": "pcs resource create a Filesystem device=/dev/d directory=/a fstype=xfs\n"
                   "pcs resource create b Filesystem device=/dev/d directory=/a fstype=xfs\n"},
         {"s.sh": "pcs resource create a Filesystem device=nas:/d directory=/a fstype=nfs\n"
          "pcs resource create b Filesystem device=nas:/d directory=/b fstype=nfs\n"}),
        ("PA039", {"s.sh": IPS.format("10.1.0.9", "10.1.0.9")},
         {"how.md": "Either\n```\npcs resource create a IPaddr2 ip=10.1.0.9\n```\nor\n```\n"
          "pcs resource create b IPaddr2 ip=10.1.0.9 nic=eth1\n```\n"}),
        ("PA039", {"s.sh": IPS.format("10.1.0.9", "10.1.0.9")},
         {"s.sh": IPS.format("$VIP", "$VIP")}),
    ],
)  # fmt: skip
def test_what_a_cluster_is_told(rule: str, bad: dict[str, str], good: dict[str, str]) -> None:
    assert rule in found(bad)
    assert rule not in found(good)


def asking(line: str, name: str = "check_haproxy.sh") -> dict[str, str]:
    return script(f"#!/bin/bash\n{line}\n", name)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("pgrep -f haproxy", "check_haproxy.sh"),
        ("pgrep haproxy >/dev/null || exit 1", "check_haproxy.sh"),
        ("if ! pgrep -fl haproxy; then exit 2; fi", "haproxy-alive"),
        ("n=$(ps -ef | grep haproxy | wc -l)\n[ $n -eq 0 ] && exit 1\nexit 0", "chk"),
        ("ps aux | grep -q haproxy", "chk"),
        ("ps ax | grep haproxy | grep -v grep", "check_haproxy.sh"),
        ("[ $(ps -eF | grep 'haproxy' | grep -vw grep | wc -l) -gt 0 ]", "check_haproxy.sh"),
    ],
)
def test_a_search_that_finds_itself(line: str, name: str) -> None:
    assert "KA061" in found(asking(line, name))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("pgrep -x haproxy", "check_haproxy.sh"),
        ("pidof haproxy", "check_haproxy.sh"),
        ("pgrep haproxy", "chk"),
        ("pgrep haproxy", "check_the_haproxy.sh"),  # the kernel keeps fifteen characters of a name
        ("pgrep -u haproxy haproxy", "check_haproxy.sh"),
        ("ps -ef | grep haproxy | grep -v grep", "chk"),
        ("ps -ef | grep '[h]aproxy'", "chk"),
        ("ps -C haproxy --no-headers | grep haproxy", "check_haproxy.sh"),
        ("ps -ef | grep haproxy | grep -v grep | grep -v check_", "check_haproxy.sh"),
        ("[ $(ps -ef | grep haproxy | wc -l) -gt 1 ]", "chk"),
        ("killall -0 haproxy", "check_haproxy.sh"),
    ],
)
def test_a_search_that_finds_the_service_only(line: str, name: str) -> None:
    assert "KA061" not in found(asking(line, name))


VOLUME = "pcs resource create d ocf:linbit:drbd drbd_resource=r op monitor interval=20s role=Master {}\n"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (VOLUME.format("promotable promoted-max=1"), VOLUME.format("promotable promoted-max=1 notify=true")),
        (VOLUME.format("") + "pcs resource promotable d promoted-max=1",
         VOLUME.format("") + "pcs resource promotable d promoted-max=1 meta notify=true"),
        (VOLUME.format("") + "pcs resource master ms d master-max=1 notify=false",
         VOLUME.format("") + "pcs resource master ms d master-max=1 notify=true"),
        (VOLUME.format("promotable"),
         VOLUME.format("promotable").replace("=r ", "=r ignore_missing_notifications=true ")),
        (VOLUME.format("promotable"),
         VOLUME.format("promotable").replace("linbit:drbd", "pacemaker:Stateful")),
    ],
)  # fmt: skip
def test_drbd_is_told_of_its_peer(bad: str, good: str) -> None:
    assert "PA040" in found({"s.sh": bad})
    assert "PA040" not in found({"s.sh": good})

"""Who starts, and who joins: corosync, MariaDB with Galera, chrony."""

from __future__ import annotations

from tests.proofs.proof import Case, Hosts, Look, Proof
from tests.proofs.wire import Host, until

_COROSYNC = """\
totem {{
    version: 2
    cluster_name: c
    transport: knet
{totem}}}
nodelist {{
    node {{
        ring0_addr: {first}
        name: n1
        nodeid: 1
    }}
    node {{
        ring0_addr: {second}
        name: n2
{second_id}    }}
}}
quorum {{
    provider: corosync_votequorum
    two_node: 1
}}
logging {{
    to_stderr: yes
}}
"""
_OWN = "127.0.0.1 localhost\n"
_BOTH = "10.0.0.11 n1\n10.0.0.12 n2\n"


def _cluster(
    *, totem: str = "", named: bool = False, second_id: str = "        nodeid: 2\n", loopback: bool = False
) -> dict[str, str]:
    names = ("n1", "n2") if named else ("10.0.0.11", "10.0.0.12")
    text = _COROSYNC.format(totem=totem, first=names[0], second=names[1], second_id=second_id)
    files = {f"{name}/etc/corosync/corosync.conf": text for name in ("n1", "n2")}
    files["n1/etc/hosts"] = _OWN + _BOTH
    files["n2/etc/hosts"] = _OWN + ("127.0.1.1 n2\n10.0.0.11 n1\n" if loopback else _BOTH)
    return files


def corosync_starts(hosts: Hosts) -> Look:
    """Corosync is started on the first host."""
    return _started(
        hosts["n1"],
        ("corosync", "-f"),
        ("Knet requires an explicit nodeid", "Line is not opening or closing"),
    )


def corosync_joins(hosts: Hosts) -> Look:
    """Corosync is started on both hosts."""
    for host in hosts.values():
        host.start("corosync", "-f")

    def look() -> str:
        members = [
            host.ask("corosync-cmapctl", "-b", "runtime.members.").stdout.count("status (str) = joined")
            for host in hosts.values()
        ]
        return f"n1 sees {members[0]} member(s), n2 sees {members[1]}"

    return look


def chrony_starts(hosts: Hosts) -> Look:
    """Chrony is started, without touching the clock."""
    return _started(hosts["n1"], ("chronyd", "-x", "-d", "-u", "root"), ("Invalid directive",))


def _started(host: Host, argv: tuple[str, ...], reasons: tuple[str, ...]) -> Look:
    program = host.start(*argv)

    def look() -> str:
        if program.poll() is None:
            return "it runs"
        said = host.log(argv[0])
        return f"it ended: {next((reason for reason in reasons if reason in said), '?')}"

    return look


def _clock(directive: str) -> dict[str, str]:
    return {"n1/etc/chrony/chrony.conf": f"pool 10.0.0.1 iburst\n{directive} 1 3\n"}


_GALERA = """\
[mysqld]
bind_address = 0.0.0.0
binlog_format = ROW
default_storage_engine = InnoDB
innodb_autoinc_lock_mode = 2
innodb_buffer_pool_size = 32M
innodb_log_file_size = 8M
skip_name_resolve = ON
wsrep_on = ON
wsrep_provider = /usr/lib/galera/libgalera_smm.so
wsrep_provider_options = gcache.size=8M
wsrep_cluster_name = openstack
wsrep_sst_method = rsync
wsrep_node_name = {name}
wsrep_node_address = {announced}
"""
_ADDRESS = "wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12\n"
_INCLUDES = "[mysqld]\nuser = mysql\n!includedir /etc/mysql/conf.d/\n"
_INTERFACES = """\
auto eth0
iface eth0 inet static
    address 10.0.0.{number}/24

auto eth1
iface eth1 inet static
    address 192.168.1.{number}/24
"""


def _database(
    *, second: str = _ADDRESS, name: str = "galera.cnf", announced: str = "10.0.0.12"
) -> dict[str, str]:
    files = {
        "n1/etc/mysql/conf.d/galera.cnf": _GALERA.format(name="n1", announced="10.0.0.11") + _ADDRESS,
        f"n2/etc/mysql/conf.d/{name}": _GALERA.format(name="n2", announced=announced) + second,
    }
    for host, number in (("n1", 11), ("n2", 12)):
        files[f"{host}/etc/mysql/my.cnf"] = _INCLUDES
        files[f"{host}/etc/network/interfaces"] = _INTERFACES.format(number=number)
    return files


def _in_one_file(files: dict[str, str]) -> dict[str, str]:
    """The second host's whole configuration in ``my.cnf``, which includes nothing."""
    apart = "n2/etc/mysql/conf.d/galera.cnf"
    kept = {path: text for path, text in files.items() if path != apart}
    return {**kept, "n2/etc/mysql/my.cnf": files[apart] + "user = mysql\n"}


def database_joins(hosts: Hosts) -> Look:
    """The first host begins a cluster and is written to; the second is started and is to join it."""
    first, second = hosts["n1"], hosts["n2"]
    for host in hosts.values():
        host.must("sh", "-c", "rm -rf /var/lib/mysql/* && mkdir -p /run/mysqld && chown mysql: /run/mysqld")
        install = "mariadb-install-db --user=mysql --skip-test-db --auth-root-authentication-method=normal"
        host.must("sh", "-c", f"{install} --wsrep-on=OFF")
    first.start("mariadbd", "--user=mysql", "--wsrep-new-cluster")
    until(lambda: _status(first, "wsrep_ready") == "ON", "the first host is a cluster")
    first.must("mariadb", "-e", "CREATE DATABASE proof")
    server = second.start("mariadbd", "--user=mysql")

    def look() -> str:
        size = _status(first, "wsrep_cluster_size")
        listed = second.ask("mariadb", "-BNe", "SHOW DATABASES")
        if listed.returncode != 0:
            return f"the cluster has {size} member(s), n2 {'waits' if server.poll() is None else 'has ended'}"
        has = "has" if "proof" in listed.stdout.split() else "lacks"
        wrote = second.ask("mariadb", "-e", "CREATE DATABASE IF NOT EXISTS own").returncode == 0
        writes = "takes writes" if wrote else "refuses writes"
        return f"the cluster has {size} member(s), n2 {has} its data and {writes}"

    return look


def _status(host: Host, name: str) -> str:
    rows = host.ask("mariadb", "-BNe", f"SHOW STATUS LIKE '{name}'").stdout.split()
    return rows[1] if len(rows) == 2 else ""


_JOINED = "the cluster has 2 member(s), n2 has its data and takes writes"
_ALONE = "the cluster has 1 member(s), n2 lacks its data and takes writes"
_TWO = "n1 sees 2 member(s), n2 sees 2"

PROOFS = (
    Proof(
        rule="CO007",
        fault="none: corosync is started",
        story=corosync_starts,
        flagged=Case(_cluster(second_id=""), "it ended: Knet requires an explicit nodeid"),
        mended=Case(_cluster(), "it runs"),
    ),
    Proof(
        rule="CO015",
        fault="none: corosync is started",
        story=corosync_starts,
        flagged=Case(_cluster(totem="    token 5000\n"), "it ended: Line is not opening or closing"),
        mended=Case(_cluster(totem="    token: 5000\n"), "it runs"),
    ),
    Proof(
        rule="SY015",
        fault="none: corosync is started on both hosts",
        story=corosync_joins,
        flagged=Case(_cluster(named=True, loopback=True), "n1 sees 1 member(s), n2 sees 1"),
        mended=Case(_cluster(named=True), _TWO),
    ),
    Proof(
        rule="SY033",
        fault="none: chrony is started",
        story=chrony_starts,
        flagged=Case(_clock("makesteps"), "it ended: Invalid directive"),
        mended=Case(_clock("makestep"), "it runs"),
    ),
    Proof(
        rule="GA021",
        fault="none: the second member is started",
        story=database_joins,
        flagged=Case(_in_one_file(_database(second="")), "the cluster has 1 member(s), n2 has ended"),
        mended=Case(_in_one_file(_database()), _JOINED),
    ),
    Proof(
        rule="GA022",
        fault="none: the second member is started",
        story=database_joins,
        flagged=Case(_database(name="galera.conf"), _ALONE),
        mended=Case(_database(), _JOINED),
    ),
    Proof(
        rule="SY018",
        fault="none: the second member is started and needs a full copy",
        story=database_joins,
        flagged=Case(_database(announced="10.0.0.19"), "the cluster has 1 member(s), n2 has ended"),
        mended=Case(_database(), _JOINED),
    ),
)

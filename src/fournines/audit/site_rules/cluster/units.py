"""What systemd does to the members of a cluster: their start, its patience, and what it stops first."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import members
from fournines.components.galera.audit.rules.example import galera
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.rabbitmq.audit.facts import brokers
from fournines.components.systemd.audit.facts import Unit, seconds, unit
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place, Source

DEFAULT_START = 90.0
"""Seconds until systemd gives up a start; systemd-system.conf(5) DefaultTimeoutStartSec."""
ENOUGH = 900.0
"""Seconds; TimeoutStartSec of MariaDB's own unit, support-files/mariadb.service.in."""
_SERVERS = ("mariadb.service", "mysql.service", "mysqld.service")
_UNIT = "[Unit]\nDescription=MariaDB\n[Service]\nType=notify\nExecStart=/usr/sbin/mariadbd\n{}"


@rule(
    "GA020",
    Severity.WARNING,
    "systemd kills a member in the middle of its state transfer",
    consequence=Consequence.NO_RETURN,
    why="a host that needs a full copy is starting until it has it: systemd ends the start at its timeout, "
    "starts anew, and the host never comes back (only newer servers ask systemd for more time)",
    fix="a drop-in for the unit: [Service] TimeoutStartSec=infinity (or an hour)",
    source="mariadb-corporation/galera #450; MariaDB knowledge base, systemd: SSTs and systemd; MDEV-15607",
    bad={"db1/galera.cnf": galera(), "db1/etc/systemd/system/mariadb.service": _UNIT.format("")},
    good={
        "db1/galera.cnf": galera(),
        "db1/etc/systemd/system/mariadb.service": _UNIT.format(""),
        "db1/etc/systemd/system/mariadb.service.d/sst.conf": "[Service]\nTimeoutStartSec=infinity\n",
    },
    points_at="Type=notify",
)
def killed_while_copying(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for member in members(site):
        server = unit(site, member.at.host, *_SERVERS)
        limit = _start_limit(server) if server else None
        if limit and limit[0] < ENOUGH and limit[1] not in seen:
            seen.add(limit[1])
            yield Hit(limit[1], f"{limit[2]}: a start may take {limit[0]:g} s, a state transfer takes longer")


def _start_limit(server: Unit) -> tuple[float, Place, str] | None:
    """Seconds a start may take, where it is decided, and how; None where nothing given decides it."""
    said = server.last("Service.TimeoutStartSec", "Service.TimeoutSec")
    if said:
        limit = seconds(said[0])
        return None if not limit else (limit, said[1], f"the start timeout is {said[0]}")
    kind = server.last("Service.Type")
    if server.drop_in or kind is None or kind[0] not in ("notify", "notify-reload", "forking"):
        return None
    return DEFAULT_START, kind[1], "no TimeoutStartSec"


_SYSTEMD = """
primitive db systemd:mariadb \\
    op start interval=0 timeout=120s \\
    op stop interval=0 timeout=120s \\
    op monitor interval=20s
"""
_PACEMAKER = (
    "[Unit]\nDescription=Pacemaker\nAfter=corosync.service{}\nRequires=corosync.service\n"
    "[Service]\nExecStart=/usr/sbin/pacemakerd\n"
)


@rule(
    "PA020",
    Severity.ERROR,
    "At shutdown D-Bus stops before Pacemaker",
    consequence=Consequence.SPLIT,
    why="Pacemaker stops its systemd: resources through D-Bus: when that is gone first the stop "
    "fails, and the host is fenced, or keeps its data while the peer takes over",
    fix="a drop-in for pacemaker.service: [Unit] After=dbus.service",
    source="inverse-inc/packetfence #2833; pacemaker.service.in: After=dbus.service",
    bad={**crm(VIP, _SYSTEMD), "node1/etc/systemd/system/pacemaker.service": _PACEMAKER.format("")},
    good={
        **crm(VIP, _SYSTEMD),
        "node1/etc/systemd/system/pacemaker.service": _PACEMAKER.format(" dbus.service"),
    },
    points_at="After=corosync.service",
)
def bus_goes_first(site: Evidence) -> Iterator[Hit | Unknown]:
    uses = next((p for c in clusters(site) for p in c.primitives if p.agent[0] == "systemd"), None)
    if uses is None:
        return
    seen: set[Place] = set()
    for host in sorted({one.at.host for one in site.all(Unit)}):
        pacemaker = unit(site, host, "pacemaker.service")
        if pacemaker is None or pacemaker.drop_in or _after_bus(pacemaker):
            continue
        place = next(
            (pacemaker.places[key] for key in ("Unit.After", "Unit.Requires") if key in pacemaker.places),
            None,
        )
        if (place or pacemaker.at) not in seen:
            seen.add(place or pacemaker.at)
            what = (
                f"pacemaker.service is not ordered after dbus.service, and {uses.id} is a systemd: resource"
            )
            yield Hit(place or pacemaker.at, what, related=(uses.at,))


def _after_bus(pacemaker: Unit) -> bool:
    return any(word.startswith("dbus") for word in pacemaker.words("Unit.After"))


_WAITS = 300.0
"""Seconds a broker waits for those that went down after it; mnesia_table_loading_retry_timeout and _limit."""
_BROKER = "cluster_formation.classic_config.nodes.{0} = rabbit@mq{0}\n"
_CLUSTER = "".join(_BROKER.format(n) for n in (1, 2, 3)) + "cluster_partition_handling = pause_minority\n"
_DROP_IN = "mq1/etc/systemd/system/rabbitmq-server.service.d/start.conf"


@rule(
    "RM031",
    Severity.WARNING,
    "systemd kills a broker while it waits for its peers",
    consequence=Consequence.NO_RETURN,
    why="after a loss of power a broker waits up to five minutes for those that went down after it; systemd "
    "ends that start and begins anew, again and again, and the brokers miss one another",
    fix="TimeoutStartSec=600 or more (the package has 600 or 3600)",
    source="RabbitMQ documentation, Clustering: Restarting Cluster Nodes, mnesia_table_loading_retry_limit; "
    "rabbitmq-server.service: TimeoutStartSec",
    bad={"mq1/rabbitmq.conf": _CLUSTER, _DROP_IN: "[Service]\nTimeoutStartSec=90\n"},
    good={"mq1/rabbitmq.conf": _CLUSTER, _DROP_IN: "[Service]\nTimeoutStartSec=900\n"},
    points_at="TimeoutStartSec=90",
)
def killed_while_waiting(site: Evidence) -> Iterator[Hit | Unknown]:
    for broker in brokers(site):
        server = unit(site, broker.host, "rabbitmq-server.service")
        said = server.last("Service.TimeoutStartSec", "Service.TimeoutSec") if server else None
        limit = seconds(said[0]) if said else None
        if said and limit and limit < _WAITS and len(broker.members) > 1:
            yield Hit(said[1], f"a start may take {limit:g} s, and waiting for the peers takes {_WAITS:g} s")


_NEW = "db1/etc/systemd/system/mariadb.service.d/new.conf"
_ALONE = '[Service]\nEnvironment="_WSREP_NEW_CLUSTER={}"\n'
_ANEW = re.compile(r"--wsrep[-_]new[-_]cluster|\bgalera_new_cluster\b|@bootstrap\b|gcomm://(?:[\"'\s]|\Z)")
_AT_BOOT = re.compile(r"^[ \t]*@reboot\b.{0,300}", re.MULTILINE)


@rule(
    "GA033",
    Severity.ERROR,
    "Every boot begins a new cluster",
    consequence=Consequence.DATA,
    why="a host that was away comes back as a cluster of its own and takes writes that nobody else gets, "
    "while the others go on without it",
    fix="start the unit plainly at boot; begin a cluster by hand, once, on one host",
    source="Galera documentation, Starting the Cluster: --wsrep-new-cluster only for the first start; "
    "galera_new_cluster(1) sets _WSREP_NEW_CLUSTER for one start",
    bad={"db1/galera.cnf": galera(), _NEW: _ALONE.format("--wsrep-new-cluster")},
    good={"db1/galera.cnf": galera(), _NEW: _ALONE.format("")},
    points_at='Environment="_WSREP_NEW_CLUSTER=--wsrep-new-cluster"',
)
def anew_at_boot(site: Evidence) -> Iterator[Hit | Unknown]:
    for one in site.all(Unit):
        for key in ("Service.ExecStart", "Service.Environment") if one.name in _SERVERS else ():
            said = [value for value in one.settings.get(key, ()) if _ANEW.search(value)]
            if said:
                yield Hit(one.places[key], f"{one.name} is started with {said[0][:80]}")
    for source, line, text in _booted(site):
        if _ANEW.search(text):
            yield Hit(source.at(line), "every boot of this host begins a cluster")
    for source in site.kinds("commands", "script", "cluster commands"):
        for node in source.commands if source.speaks_of("docker", "podman") else ():
            policy = _restarted(unwrapped(node.words)) if _ANEW.search(" ".join(node.words)) else ""
            if policy:
                yield Hit(
                    source.at(node), f"every start of this container (--restart {policy}) begins a cluster"
                )


def _restarted(words: Sequence[str]) -> str:
    """When a container is started again with what this command gives it; empty where it is not."""
    if program_of(words) not in ("docker", "podman") or not {"run", "create"} & set(words[1:3]):
        return ""
    said = (word.removeprefix("--restart=") for word in words if word.startswith("--restart="))
    policy = next(said, "") or next((b for a, b in pairwise(words) if a == "--restart"), "")
    return policy if policy != "no" else ""


def _booted(site: Evidence) -> Iterator[tuple[Source, int, str]]:
    """What cron and rc.local run when a host boots: where, and the command."""
    for source in site.kinds("crontab"):
        for match in _AT_BOOT.finditer(source.text):
            yield source, source.text.count("\n", 0, match.start()) + 1, match.group()
    for source in site.kinds("script"):
        for node in source.commands if source.name.endswith("rc.local") else ():
            yield source, node.line, " ".join(node.words)[:500]

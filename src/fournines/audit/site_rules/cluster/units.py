"""What systemd does to the members of a cluster: how long it waits for them, and what it stops first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import members
from fournines.components.galera.audit.rules.example import galera
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.systemd.audit.facts import Unit, seconds, unit
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

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

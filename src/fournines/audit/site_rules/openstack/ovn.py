"""Who is asked for OVN's databases: one member, or as many as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, vips
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.ovn.audit.facts import OvnRemote, connections
from fournines.components.ovn.audit.rules import members
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2
_ML2 = "[ml2]\nmechanism_drivers = ovn\n[ovn]\novn_nb_connection = {0}\novn_sb_connection = {0}\n"
_INTERFACES = "auto eth0\niface eth0 inet static\n    address 10.0.0.1{}/24\n"


def _site(connection: str) -> dict[str, str]:
    files = {f"ctl{n}/ml2_conf.ini": _ML2.format(connection) for n in (1, 2, 3)}
    return files | {f"ctl{n}/etc/network/interfaces": _INTERFACES.format(n) for n in (1, 2, 3)}


@rule(
    "OV003",
    Severity.WARNING,
    "OVN's database is asked at one host",
    consequence=Consequence.SINGLE,
    why="when that host is lost, Neutron and the hosts of instances reach no database, whether others hold a "
    "copy of it or not: no port is bound or moved until it is back",
    fix="every member, separated by commas (tcp:10.0.0.11:6641,tcp:10.0.0.12:6641,tcp:10.0.0.13:6641)",
    source="Neutron documentation, OVN: ovn_nb_connection; ovn-controller(8) external_ids:ovn-remote",
    bad=_site("tcp:10.0.0.11:6641"),
    good=_site("tcp:10.0.0.11:6641,tcp:10.0.0.12:6641,tcp:10.0.0.13:6641"),
    points_at="ovn_nb_connection = tcp:10.0.0.11:6641",
)
def one_asked(site: Evidence) -> Iterator[Hit | Unknown]:
    owners = {address: host for host, mine in addresses(site).items() for address in mine}
    told: set[tuple[str, ...]] = set()
    for at, name, listed in _asked(site):
        copies = members(site, name)
        own = listed[0] in owners or listed[0] in copies
        if len(listed) > 1 or listed in told or not own or listed[0] in vips(site):
            continue
        if len(copies) >= _PAIR or len(site.hosts) >= _PAIR:
            told.add(listed)
            whose = owners.get(listed[0], "")
            what = f"the {name} database is asked at {listed[0]}{f' ({whose})' if whose else ''} only"
            yield Hit(at, what, tuple(d.at for d in copies.values() if d))


@rule(
    "OV004",
    Severity.WARNING,
    "OVN's database is asked at two hosts",
    consequence=Consequence.NO_FAILOVER,
    why="a list of addresses is for a clustered database, and of a cluster of two none may be lost: the host "
    "that is left has no majority and takes no change",
    fix="three members, and all of them in the list",
    source="Neutron documentation, OVN: ovn_nb_connection; ovsdb(7) Clustered Database Service Model",
    bad=_site("tcp:10.0.0.11:6641,tcp:10.0.0.12:6641"),
    good=_site("tcp:10.0.0.11:6641,tcp:10.0.0.12:6641,tcp:10.0.0.13:6641"),
    points_at="ovn_nb_connection = tcp:10.0.0.11:6641,tcp:10.0.0.12:6641",
)
def two_asked(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[tuple[str, ...]] = set()
    for at, name, listed in _asked(site):
        copies = members(site, name)
        if len(listed) != _PAIR or listed in told or len(copies) == _PAIR:  # OV001 has it, at its cause
            continue
        told.add(listed)
        more = f" of {len(copies)}" if copies else ""
        yield Hit(at, f"the {name} database is asked at {', '.join(listed)}: two members{more}")


def _asked(site: Evidence) -> Iterator[tuple[Place, str, tuple[str, ...]]]:
    """Each list of addresses: where it stands, of which database, and who is named."""
    for conf in site.all(OsloConf):
        for option, name in (("ovn_nb_connection", "northbound"), ("ovn_sb_connection", "southbound")):
            said = conf.find(option)
            listed = connections(said.value) if said else ()
            if said and listed:
                yield said.at, name, listed
    for remote in site.all(OvnRemote):
        yield remote.at, "southbound", remote.addresses

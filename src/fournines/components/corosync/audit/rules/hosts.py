"""One file for all: what happens when the hosts' copies differ."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.corosync.audit.facts import Section
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_TOTEM = (
    "cluster_name", "transport", "token", "consensus", "crypto_cipher", "crypto_hash", "secauth", "rrp_mode",
    "link_mode", "token_coefficient", "token_retransmits_before_loss_const", "version",
)  # fmt: skip
_QUORUM = ("provider", "expected_votes", "two_node", "wait_for_all", "auto_tie_breaker", "last_man_standing")
_INTERFACE = ("mcastaddr", "mcastport", "broadcast")


def _families(site: Evidence) -> list[list[CorosyncConf]]:
    """The files of hosts that are of one cluster: those that share a name, or an address of the nodelist."""
    found: list[list[CorosyncConf]] = []
    for conf in site.all(CorosyncConf):
        if conf.excerpt or not conf.at.host:
            continue
        home = next((family for family in found if any(_same(conf, other) for other in family)), None)
        if home is None:
            found.append([conf])
        elif conf.at.host not in {other.at.host for other in home}:
            home.append(conf)
    return [family for family in found if len(family) > 1]


def _same(one: CorosyncConf, other: CorosyncConf) -> bool:
    names = {one.totem.get("cluster_name").lower(), other.totem.get("cluster_name").lower()}
    groups = [{i.get("mcastaddr") for i in conf.all("totem.interface")} - {""} for conf in (one, other)]
    return bool(
        (len(names) == 1 and names != {""}) or one.addresses & other.addresses or groups[0] & groups[1]
    )


def _said(conf: CorosyncConf) -> dict[str, tuple[str, Place]]:
    """Everything that must be the same everywhere: what it is called, its value and its place."""
    said: dict[str, tuple[str, Place]] = {}

    def take(section: Section, label: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            said[f"{label} {key}"] = (section.get(key), section.place(key))

    take(conf.totem, "totem", _TOTEM)
    take(conf.quorum, "quorum", _QUORUM)
    for index, interface in enumerate(conf.all("totem.interface")):
        take(interface, f"interface {interface.get('ringnumber') or index}", _INTERFACE)
    said["the node list"] = (_listed(conf), conf.first("nodelist").at)
    return said


def _listed(conf: CorosyncConf) -> str:
    lines = [",".join(f"{k}={v}" for k, v in sorted(node.values.items())) for node in conf.nodes]
    return ";".join(sorted(lines))


def _odd_node(conf: CorosyncConf, other: CorosyncConf) -> Place:
    """The first node of the list that the other file does not have so."""
    known = {tuple(sorted(node.values.items())) for node in other.nodes}
    for node in conf.nodes:
        if tuple(sorted(node.values.items())) not in known:
            return node.at
    return conf.first("nodelist").at


@rule(
    "CO006",
    Severity.ERROR,
    "The hosts' corosync.conf differ",
    consequence=Consequence.SPLIT,
    why="hosts that read different names, keys, times or node lists do not form one membership, or count "
    "votes differently",
    fix="one file, copied to every host; reload with corosync-cfgtool -R",
    source="votequorum(5): 'very important that those values are consistent across all the nodes'",
    bad={
        "node1/corosync.conf": corosync(totem="token: 5000"),
        "node2/corosync.conf": corosync(totem="token: 5000"),
        "node3/corosync.conf": corosync(totem="token: 3000"),
    },
    good={
        "node1/corosync.conf": corosync(totem="token: 5000"),
        "node2/corosync.conf": corosync(totem="token: 5000"),
        "node3/corosync.conf": corosync(totem="token: 5000"),
    },
    points_at="token: 3000",
)
def files_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    for family in _families(site):
        tables = [_said(conf) for conf in family]
        for key in dict.fromkeys(key for table in tables for key in table):
            yield from _differing(family, tables, key)


def _differing(
    family: list[CorosyncConf], tables: list[dict[str, tuple[str, Place]]], key: str
) -> Iterator[Hit]:
    values = [table.get(key, ("", family[0].at))[0] for table in tables]
    usual = Counter(values).most_common(1)[0][0]
    reference = values.index(usual)
    for index, value in enumerate(values):
        if value == usual:
            continue
        own, other = family[index], family[reference]
        place = tables[index].get(key, ("", own.totem.at))[1]
        related = tables[reference].get(key, ("", other.totem.at))[1]
        what = f"{key} is {value or 'not set'} on {own.at.host} and {usual or 'not set'} on {other.at.host}"
        if key == "the node list":
            place, related = _odd_node(own, other), _odd_node(other, own)
            what = f"the node list of {own.at.host} is not that of {other.at.host}"
        yield Hit(place, what, related=(related,))

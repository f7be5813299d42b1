"""Checks that need the other host: by its addresses, by its name, or each the other's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, names
from fournines.audit.site_rules.roles import beside
from fournines.audit.site_rules.vrrp.holders import asks, says, uses
from fournines.components.hosts.audit.facts import HostName
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.network.audit.facts import OwnName
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.audit.site_rules.vrrp.holders import Use
    from fournines.kit.audit.evidence import Evidence

_MOST = 200
"""Hosts whose addresses are looked for in a check; a site of more has no pairs."""
_GATEWAYS = (".1", ".254")
"""How the addresses of gateways end by custom: a check that asks one asks no peer."""
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def _peers(site: Evidence, use: Use) -> dict[str, str]:
    """The addresses and names of the other hosts, and whose they are. Multicast adverts name no peers."""
    own = {i.source_address for i in use.instances}
    found = {p: "the unicast peer" for i in use.instances for p, _ in i.peers if p not in own}
    host = use.check.at.host
    known = addresses(site)
    members = site.by_host(VrrpInstance)
    for other, theirs in known.items() if len(known) <= _MOST else ():
        if other != host and other in members:
            found.update(dict.fromkeys(sorted(theirs - known.get(host, frozenset()) - own), other))
            found.update(dict.fromkeys(sorted(_called(site, other, host)), other))
    return found


def _called(site: Evidence, other: str, host: str) -> set[str]:
    """The names a host goes by, as far as they are not those of the host that asks as well."""
    theirs = addresses(site).get(other, frozenset())
    table = names(site)
    called = {other.lower(), *(own.name for own in site.on(other, OwnName) if own.at.host)}
    named = site.derived(_by_address)
    called |= {name for address in theirs for name in named.get(address, ())}
    mine = addresses(site).get(host, frozenset())
    return {name for name in called if name and table.address(host, name) not in mine} - {host.lower()}


def _by_address(site: Evidence) -> dict[str, set[str]]:
    """The names that any hosts file of the site gives to an address."""
    found: dict[str, set[str]] = {}
    for line in site.all(HostName):
        found.setdefault(line.address, set()).update(line.names)
    return found


def _named(name: str, text: str) -> bool:
    """Whether a text speaks of a host by this name or address, as a target and not as a user or option."""
    if _ADDRESS.fullmatch(name) or ":" in name:
        return says(name, text)
    return bool(re.search(rf"(?:(?<!-u)(?<!-U)\s|@|//){re.escape(name)}(?=[\s:/]|$)", text.lower()))


def _crossed(site: Evidence, use: Use) -> dict[str, str]:
    """Addresses beside the VIP that a pair asks crosswise under one check's name: each asks the other."""
    mates = [
        other
        for other in uses(site)
        if other.check.name == use.check.name and other.check.at.host != use.check.at.host
    ]
    if len(mates) != 1 or not set(mates[0].vips) & set(use.vips):
        return {}
    mine, theirs = _asked(use), _asked(mates[0])
    known = addresses(site)
    if (
        not theirs
        or mine & theirs
        or any(
            asked & known.get(one.check.at.host, frozenset())
            for one, asked in ((use, mine), (mates[0], theirs))
        )
    ):
        return {}  # one of them asks itself
    where = f"{mates[0].check.at.host} asks {', '.join(sorted(theirs))}: each seems to ask the other"
    return dict.fromkeys(sorted(mine), where)


def _asked(use: Use) -> set[str]:
    vips = frozenset(use.vips)
    found = {a for q, answer in use.needed() if answer for a in _ADDRESS.findall(asks(q))}
    return {a for a in found - vips if beside(a, vips) and not a.endswith(_GATEWAYS)}


def _unicast(own: str, peer: str) -> str:
    return f"unicast_src_ip {own}\nunicast_peer {{\n    {peer}\n}}"


@rule(
    "KA044",
    Severity.ERROR,
    "A check that fails when the other host dies",
    consequence=Consequence.NO_FAILOVER,
    why="the host that should take over is in FAULT exactly when its peer is gone: after the death of one "
    "host nobody holds the VIP",
    fix="ask the local service; to learn whether this host is cut off, ask the gateway, with a weight",
    source="keepalived.conf(5) track_script: weight 0 is FAULT while the script fails",
    bad={
        "keepalived.conf": keepalived(
            _unicast("10.0.0.11", "10.0.0.12"), check=script(script='"/bin/ping -c1 -W1 10.0.0.12"')
        )
    },
    good={
        "keepalived.conf": keepalived(
            _unicast("10.0.0.11", "10.0.0.12"), check=script(script='"/bin/ping -c1 -W1 10.0.0.1"')
        )
    },
    points_at='script "/bin/ping -c1 -W1 10.0.0.12"',
)
def needs_the_peer(site: Evidence) -> Iterator[Hit | Unknown]:
    for use in uses(site):
        known = _peers(site, use)
        crossed = _crossed(site, use) if use.faults else {}
        for question, answer in use.needed() if use.faults else ():
            text = asks(question) if answer else ""
            peer = next((p for p in (*known, *crossed) if p not in use.vips and _named(p, text)), "")
            if peer:
                yield Hit(
                    use.decision.at(question),
                    f"{use.check.name} needs an answer of {peer} ({known.get(peer) or crossed[peer]})",
                    related=use.related(),
                    severity=None if peer in known else Severity.WARNING,
                )
                break

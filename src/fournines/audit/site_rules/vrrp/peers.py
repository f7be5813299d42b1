"""Checks that need the other host: by its addresses, by its name, or each the other's."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, is_address, names, owned
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
_ADDRESS_6 = re.compile(r"(?<![\w.:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])")
_WORD = re.compile(r"(?:(?<!-u)\s|@|//)(?=([^\s:/;)'\"]+))")
"""A word where a host may be named: ``ping lb2``, ``root@lb2:``, ``http://lb2/``; not ``mysql -u lb2``."""


def _asked_of(site: Evidence, use: Use, text: str) -> tuple[str, str]:
    """The first other host that a question asks, as it names it, and whose name or address that is.

    Multicast adverts name no peers: then it is any other host that has an instance.
    """
    host, own = use.check.at.host, {i.source_address for i in use.instances}
    unicast = {p for i in use.instances for p, _ in i.peers} - own
    known = addresses(site)
    mine = known.get(host, frozenset())
    table = names(site)
    for name in _targets(text) if text else ():
        if name in use.vips:
            continue
        itself = name in own or name in mine or name == host.lower() or table.address(host, name) in mine
        others = site.derived(_whose).get(name, ()) if len(known) <= _MOST and not itself else ()
        other = next((other for other in reversed(others) if other != host), "")
        if other or name in unicast:
            return name, other or "the unicast peer"
    return "", ""


def _whose(site: Evidence) -> dict[str, list[str]]:
    """The hosts with an instance that an address or a name may mean, by the files of any host."""
    found: dict[str, list[str]] = {}
    called: dict[str, set[str]] = {}
    for line in site.all(HostName):
        called.setdefault(line.address, set()).update(line.names)
    members = site.by_host(VrrpInstance)
    for host, own in addresses(site).items() if members else ():
        said = {own.name for own in site.on(host, OwnName) if own.at.host}
        told = {name for address in own for name in called.get(address, ())}
        for name in {*own, host.lower(), *said, *told} - {""} if host in members else ():
            found.setdefault(name, []).append(host)
    return found


def _targets(text: str) -> Iterator[str]:
    """What a text may name as its target, and not as a user or an option: addresses, then names."""
    plain = text.replace("\\", "").replace("[.]", ".").lower()
    for pattern in (_ADDRESS, _ADDRESS_6, _WORD):
        yield from pattern.findall(plain)


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
        crossed = _crossed(site, use) if use.faults else {}
        for question, answer in use.needed() if use.faults else ():
            text = asks(question) if answer else ""
            peer, whose = _asked_of(site, use, text)
            aside = next((p for p in crossed if says(p, text)), "")
            if peer or aside:
                yield Hit(
                    use.decision.at(question),
                    f"{use.check.name} needs an answer of {peer or aside} ({whose or crossed[aside]})",
                    related=use.related(),
                    severity=None if peer else Severity.WARNING,
                )
                break


_AWAY = script(script='"/usr/bin/curl -fs -m 2 https://www.example.org/"')
_HERE = script(script='"/usr/bin/curl -fs -m 2 http://127.0.0.1/"')
_HOST = re.compile(
    r"(?:https?://(?:[^@/\s]{1,60}@)?|\s)((?:[a-z0-9\-]{1,63}\.){1,6}[a-z]{2,12})(?=[:/\s]|\Z)"
)


@rule(
    "KA058",
    Severity.WARNING,
    "A check that asks the world outside",
    consequence=Consequence.DOWN,
    why="when the other end or the way to it is down, the check fails on every host at once: all of them are "
    "in FAULT, and the address is nowhere although the service is well",
    fix="ask the service on this host; to learn whether this host is cut off, ask the gateway, with a weight",
    source="keepalived.conf(5) track_script: weight 0 is FAULT while the script fails",
    bad={"keepalived.conf": keepalived(check=_AWAY)},
    good={"keepalived.conf": keepalived(check=_HERE)},
    points_at='script "/usr/bin/curl -fs -m 2 https://www.example.org/"',
)
def needs_the_world(site: Evidence) -> Iterator[Hit | Unknown]:
    known = names(site)
    for use in uses(site):
        for question, answer in use.needed() if use.faults else ():
            text = asks(question).lower() if answer else ""
            far = [a for a in _ADDRESS.findall(text) if is_address(a) and ip_address(a).is_global]
            far += [name for name in _HOST.findall(text) if not known.known(name) and "." in name]
            far = [one for one in far if one not in use.vips and not _near(site, use, one)]
            if far:
                what = f"{use.check.name} needs an answer of {far[0]}"
                yield Hit(use.decision.at(question), what, related=use.related())
                break


def _near(site: Evidence, use: Use, one: str) -> bool:
    """Whether this is a host of the site, a neighbour of its addresses, a name of the house, or a file."""
    own = owned(site)
    hosts = {host.lower().partition(".")[0] for host in site.hosts}
    inside = one.rpartition(".")[2] in _INSIDE or one.partition(".")[0] in hosts
    return inside or one in own or beside(one, frozenset((*use.vips, *own)))


_INSIDE = frozenset(
    """local lan internal intern localdomain home corp cluster test invalid cnf cfg conf sock pem crt json txt
    log out tmp sh py pl html php""".split()  # noqa: SIM905 - words in a row
)
"""Last parts of names that nobody outside has, and of files."""

"""Addresses that servers are to listen on and that none of the hosts has, as far as all are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address, vips
from fournines.components.galera.audit.facts import members
from fournines.components.galera.audit.rules.example import galera
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.text import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_WILD = re.compile(r"((?:\d{1,3}\.){3})[xXyYnN]{1,3}")
"""An address whose last number a reader is to fill in."""
_ANY = frozenset({"", "*", "::", "0.0.0.0"})  # noqa: S104 - compared, not bound


@rule(
    "SY061",
    Severity.WARNING,
    "A server is to listen in a network that no member is in",
    consequence=Consequence.DOWN,
    why="bind(2) fails with 'Cannot assign requested address', and the server does not start: each of the "
    "members has an address of another network",
    fix="bind-address = the host's own address of the list, or 0.0.0.0 behind a firewall",
    source="MariaDB knowledge base, bind-address; bind(2) EADDRNOTAVAIL",
    bad={"galera.cnf": galera("bind-address = 192.168.1.X")},
    good={"galera.cnf": galera("bind-address = 10.0.0.11")},
    points_at="bind-address = 192.168.1.X",
)
def nobodys(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for member in members(site):
        said = member.conf.get("bind_address")
        text = said.value.strip("\"' ") if said else ""
        wild = _WILD.fullmatch(text)
        if said is None or said.at in seen or text in _ANY or loopback(text) or text in vips(site):
            continue
        listed = [peer for peer in member.peers if is_address(peer) and "." in peer]
        if len(listed) < len(member.peers) or len(listed) < _PAIR or not (wild or is_address(text)):
            continue
        network = wild[1] if wild else text.rpartition(".")[0] + "."
        own = {address.rpartition(".")[2] for address in listed}
        if not wild and (member.address or text.rpartition(".")[2] in own):
            continue  # a host's own file, of a host that may have two networks
        if member.at.host == "" and not any(address.startswith(network) for address in listed):
            seen.add(said.at)
            yield Hit(said.at, f"bind-address is {text}, and the members are {', '.join(listed[:4])}")


_PAIR = 2

"""Whether ports that the site file opens to everybody are those of something that it builds. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.declare import Declaration, Endpoint, FirewallPort
from fournines.plan.context import declarations, taking_part
from fournines.spec.document import Problem
from fournines.spec.model import Site

OPENS = "firewall"
"""The capability of whoever opens ports; its options name them."""
_LISTS = {"ssh_ports": "tcp", "open_tcp": "tcp", "open_udp": "udp"}
"""Its options that are open to everybody, with their protocol."""

_OPENED = "take it away: what this site builds has its ports opened to whom they are for"
_HINTS = {"ssh_ports": "let sshd listen on another port first: here it stands in the way of what is built"}


def opened_ports(site: Site) -> Iterator[Problem]:
    """A port of a component of this site: who may come there is worked out, and is seldom everybody."""
    owners = dict(_owned(declarations(site)))
    for opener in (one for one in taking_part(site) if OPENS in one.provides):
        given = opener.options_of(site)
        for option, protocol in _LISTS.items():
            for index, port in enumerate(getattr(given, option)):
                owner = owners.get((protocol, port))
                if owner is not None:
                    yield Problem(
                        ("components", opener.name, option, str(index)),
                        f"port {port} is {owner}'s: it would be open to everybody on every host",
                        _HINTS.get(option, _OPENED),
                    )


def _owned(declared: tuple[Declaration, ...]) -> Iterator[tuple[tuple[str, int], str]]:
    for one in declared:
        if isinstance(one, Endpoint):
            yield ("tcp", one.port), one.name
            yield ("tcp", one.listens), one.name
            if one.health and one.health.asked_at:
                yield ("tcp", one.health.asked_at), one.name
        elif isinstance(one, FirewallPort) and one.port is not None:
            for port in range(one.port, (one.last or one.port) + 1):
                yield (one.protocol, port), one.name

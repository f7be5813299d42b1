"""Whether a site fits: database connections against what the server takes, memory per host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotated_types import Le

from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.declare import DatabaseClients, DatabaseServer, Declaration, Memory
from fournines.kit.listed import first_few
from fournines.plan.context import declarations, taking_part
from fournines.spec.document import Path, Problem
from fournines.spec.model import Site

_NAMED = 4
"""How many hosts are named in a line; of a compute role's hundreds the others are counted."""


@dataclass(frozen=True, slots=True)
class Connections:
    """What services may open at once, and what the database server takes."""

    clients: tuple[DatabaseClients, ...]
    server: DatabaseServer

    @property
    def wanted(self) -> int:
        """The most that all services together open."""
        return sum(one.most for one in self.clients)

    @property
    def room(self) -> int:
        """What the server has for them."""
        return self.server.max_connections - self.server.reserved

    @property
    def words(self) -> str:
        """``40 of 980 (keystone 2 x 2 x 10, ...)``: hosts, processes on each, connections of each."""
        parts = (f"{one.database} {len(one.hosts)} x {one.processes} x {one.each}" for one in self.clients)
        return f"{self.wanted} of {self.room} ({', '.join(parts) or 'no service'})"


@dataclass(frozen=True, slots=True)
class HostMemory:
    """What a host's components hold, in MiB: each with its share at rest and with full caches."""

    shares: Mapping[str, tuple[int, int]]

    @property
    def rest(self) -> int:
        """All of them when nobody asks for anything."""
        return sum(rest for rest, _ in self.shares.values())

    @property
    def full(self) -> int:
        """All of them with full caches."""
        return sum(full for _, full in self.shares.values())

    @property
    def words(self) -> str:
        """``820 MiB at rest, 1140 with full caches (galera 446, keystone 230, ...)``, the largest first."""
        largest = sorted(self.shares.items(), key=lambda pair: (-pair[1][1], pair[0]))
        parts = ", ".join(f"{name} {full}" for name, (_, full) in largest if full)
        return f"{self.rest} MiB at rest, {self.full} with full caches ({parts})"


def connections(declared: tuple[Declaration, ...]) -> Connections | None:
    """The sum over all declared clients; None in a site without a database server."""
    server = next((one for one in declared if isinstance(one, DatabaseServer)), None)
    clients = tuple(one for one in declared if isinstance(one, DatabaseClients))
    return Connections(clients, server) if server else None


def memories(declared: tuple[Declaration, ...]) -> dict[str, HostMemory]:
    """What was declared for each host; one that nothing was declared for is not there."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for one in (one for one in declared if isinstance(one, Memory)):
        for host in one.hosts:
            shares = found.setdefault(host, {})
            rest, full = shares.get(one.component, (0, 0))
            shares[one.component] = rest + one.rest, full + one.rest + one.grows
    return {host: HostMemory(shares) for host, shares in found.items()}


def lines(site: Site, declared: tuple[Declaration, ...]) -> Iterator[str]:
    """What a site takes: a line for hosts that hold the same, and one for the database."""
    alike: dict[str, list[str]] = {}
    held = memories(declared)
    for host in site.hosts:
        if host in held:
            alike.setdefault(held[host].words, []).append(host)
    for words, hosts in alike.items():
        yield f"memory of {first_few(hosts, _NAMED)}: {words}"
    found = connections(declared)
    if found:
        yield f"database connections: {found.words}"


def figures(site: Site, declared: tuple[Declaration, ...]) -> dict[str, Any]:
    """The same for programs: ``memory_mib`` by host (``rest``, ``full``), ``database_connections``."""
    held = memories(declared)
    of_hosts = {host: held.get(host, HostMemory({})) for host in site.hosts}
    found = connections(declared)
    return {
        "memory_mib": {host: {"rest": one.rest, "full": one.full} for host, one in of_hosts.items()},
        "database_connections": {"wanted": found.wanted, "room": found.room} if found else None,
    }


def too_many_connections(site: Site) -> Iterator[Problem]:
    """More connections than the database takes: the last processes to start would find no database."""
    found = connections(declarations(site))
    if found is None or found.wanted <= found.room:
        return
    component, option = found.server.option
    enough = found.wanted + found.server.reserved
    place = _place(site, component, option)
    hint = f"write components: {{{component}: {{{option}: {enough}}}}} or more, or fewer processes"
    most = next((one.le for one in _said(component, option) if isinstance(one, Le)), enough)
    if enough > int(str(most)):
        hint = f"write fewer processes: {component}.{option} can be {most} at most"
    yield Problem(
        place,
        f"too many database connections: {found.words}, {found.server.reserved} are kept for others",
        hint,
        at_key=place == ("services",),
    )


def _said(component: str, option: str) -> list[object]:
    """What is said of an option beside its type."""
    return registered()[component].options.model_fields[option].metadata


def _place(site: Site, component: str, option: str) -> Path:
    """The server's option or the client's, whichever was written and costs most; else the services."""
    if option in site.components.get(component, {}):
        return "components", component, option
    costs: dict[Path, int] = {}
    for one in taking_part(site):
        given = site.components.get(one.name, {})
        for key in given:
            rest = {**site.components, one.name: {name: said for name, said in given.items() if name != key}}
            without = site.model_copy(update={"components": rest})
            costs["components", one.name, key] = _wanted(one, site) - _wanted(one, without)
    dearest = max(costs, key=lambda path: costs[path], default=("services",))
    return dearest if costs.get(dearest, 0) > 0 else ("services",)


def _wanted(component: Component, site: Site) -> int:
    """How many connections a component's processes open at most."""
    return sum(one.most for one in component.declarations(site) if isinstance(one, DatabaseClients))

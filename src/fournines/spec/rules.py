"""What must hold between the parts of a site file, as pure rules over what was readable of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import IPv4Address
from itertools import combinations

from fournines.spec.document import Path
from fournines.spec.model import Host, Network, Role, Ssh, Vip
from fournines.spec.vocabulary import Vocabulary

MINIMUM_CONTROLLERS = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """The readable parts of a site. ``complete`` means that nothing was left out as unreadable."""

    networks: Mapping[str, Network]
    vips: Mapping[str, Vip]
    hosts: Mapping[str, Host]
    ssh: Ssh
    services: tuple[str, ...]
    mode: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule's complaint about one path; ``at_key`` points at the key rather than the value."""

    path: Path
    what: str
    try_this: str | None = None
    at_key: bool = False


def problems(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Every complaint of every rule. Rules that count things wait until everything was readable."""
    for rule in _ALWAYS:
        yield from rule(draft)
    yield from _services(draft, vocabulary)
    if draft.complete:
        for rule in _WHEN_COMPLETE:
            yield from rule(draft)


def _addresses(draft: Draft) -> Iterator[Problem]:
    for host in draft.hosts.values():
        for name, address in host.addresses.items():
            path = ("hosts", host.name, name)
            network = draft.networks.get(name)
            if network:
                yield from _outside(path, address, name, network)
            elif draft.complete or not draft.networks:
                close = get_close_matches(name, [*draft.networks, "roles"], n=1)
                known = ", ".join(draft.networks)
                hint = f"did you mean {close[0]}?" if close else f"the networks are {known}"
                yield Problem(path, f"{name} is not a network of this site", hint, at_key=True)
    for name, vip in draft.vips.items():
        network = draft.networks.get(vip.network)
        if network:
            yield from _outside(("vips", name, "address"), vip.address, vip.network, network)
        elif draft.complete:
            known = ", ".join(draft.networks)
            yield Problem(
                ("vips", name, "network"),
                f"{vip.network} is not a network of this site",
                f"write one of {known}",
            )


def _outside(path: Path, address: IPv4Address, name: str, network: Network) -> Iterator[Problem]:
    cidr = network.cidr
    if address not in cidr:
        yield Problem(
            path,
            f"{address} is not in network {name} ({cidr})",
            f"write a free address of {cidr}, or widen it",
        )
    elif address in {cidr.network_address, cidr.broadcast_address}:
        yield Problem(
            path, f"{address} is the network or broadcast address of {cidr}", "write a host's address"
        )


def _twice(draft: Draft) -> Iterator[Problem]:
    owners: dict[IPv4Address, Path] = {}
    for host in draft.hosts.values():
        for network, address in host.addresses.items():
            path = ("hosts", host.name, network)
            if address in owners:
                yield Problem(
                    path, f"{address} is also {'.'.join(owners[address])}", "give each host its own"
                )
            owners.setdefault(address, path)
    for name, vip in draft.vips.items():
        path = ("vips", name, "address")
        if vip.address in owners:
            owner = ".".join(owners[vip.address])
            yield Problem(path, f"the VIP {vip.address} is also {owner}", "a VIP moves: no host may own it")
        owners.setdefault(vip.address, path)
        if name in draft.hosts:
            yield Problem(
                ("vips", name), "a host has this name too", "names are looked up: use another", at_key=True
            )


def _roles(draft: Draft) -> Iterator[Problem]:
    for host in draft.hosts.values():
        for index, role in enumerate(host.roles):
            if role in host.roles[:index]:
                yield Problem(("hosts", host.name, "roles", str(index)), f"{role} stands twice", "keep one")


def _overlaps(draft: Draft) -> Iterator[Problem]:
    for (one, a), (other, b) in combinations(draft.networks.items(), 2):
        if a.cidr.overlaps(b.cidr):
            yield Problem(
                ("networks", other, "cidr"),
                f"{b.cidr} overlaps network {one} ({a.cidr})",
                "use separate ranges",
            )


def _jump_host(draft: Draft) -> Iterator[Problem]:
    through = draft.ssh.through
    if through and through not in draft.hosts and draft.complete:
        yield Problem(
            ("ssh", "through"),
            f"{through} is not a host of this site",
            f"write one of {', '.join(draft.hosts)}",
        )


def _mode(draft: Draft) -> Iterator[Problem]:
    if draft.mode == "active-passive":
        yield Problem(
            ("mode",), "active-passive cannot be built yet", "write active-active, or leave mode out"
        )


def _has_parts(draft: Draft) -> Iterator[Problem]:
    if not draft.networks:
        yield Problem(("networks",), "there is no network", "add one: mgmt: {cidr: 10.0.0.0/24}")
    if not draft.vips:
        yield Problem(
            ("vips",), "there is no VIP", "add one: controller: {network: mgmt, address: 10.0.0.20}"
        )


def _votes(draft: Draft) -> Iterator[Problem]:
    controllers = [h for h in draft.hosts.values() if h.has(Role.CONTROLLER)]
    voters = [h for h in draft.hosts.values() if h.has(Role.CONTROLLER) or h.has(Role.ARBITER)]
    if len(controllers) < MINIMUM_CONTROLLERS:
        yield Problem(
            ("hosts",),
            f"{len(controllers)} of the hosts are controllers; one that fails must leave another",
            "give at least two hosts the role controller",
            at_key=True,
        )
    elif len(voters) % 2 == 0:
        names = ", ".join(h.name for h in voters)
        yield Problem(
            ("hosts",),
            f"{len(voters)} hosts vote ({names}): an even number cannot break a tie",
            "give one more host the role arbiter, or take it from one",
            at_key=True,
        )


def _attached(draft: Draft) -> Iterator[Problem]:
    cluster = next((vip.network for vip in draft.vips.values()), None)
    for host in draft.hosts.values():
        if cluster in draft.networks and cluster not in host.addresses:
            yield Problem(
                ("hosts", host.name),
                f"the host has no address in {cluster}, the VIP's network, where the clusters talk",
                f"add {cluster}: ADDRESS",
                at_key=True,
            )


def _services(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    for index, service in enumerate(draft.services):
        path = ("services", str(index))
        if service not in vocabulary.services:
            known = ", ".join(sorted(vocabulary.services))
            close = get_close_matches(service, list(vocabulary.services), n=1)
            yield Problem(
                path,
                f"{service} is not a service fournines builds",
                f"did you mean {close[0]}?" if close else f"it builds {known}",
            )
            continue
        if service in draft.services[:index]:
            yield Problem(path, f"{service} stands twice", "keep one")
        for need in vocabulary.services[service]:
            if need not in draft.services:
                yield Problem(path, f"{service} needs {need}, which is not listed", f"add {need} to services")


def _dashboard(draft: Draft) -> Iterator[Problem]:
    if "horizon" in draft.services and not any(h.has(Role.DASHBOARD) for h in draft.hosts.values()):
        where = ("services", str(draft.services.index("horizon")))
        yield Problem(where, "horizon needs a host with the role dashboard", "give one host that role")


_Rule = Callable[[Draft], Iterator[Problem]]
_ALWAYS: tuple[_Rule, ...] = (_addresses, _twice, _roles, _overlaps, _jump_host, _mode)
_WHEN_COMPLETE: tuple[_Rule, ...] = (_has_parts, _votes, _attached, _dashboard)

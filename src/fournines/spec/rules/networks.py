"""The rules about networks and addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from fournines.spec.document import Path, Problem
from fournines.spec.draft import Draft, addresses
from fournines.spec.model import Purpose
from fournines.spec.rules.ranges import (
    cluster_network,
    lacks,
    missed_ranges,
    no_providers,
    outside_range,
    ranges,
    sound_ranges,
)
from fournines.spec.rules.site import Rule
from fournines.spec.rules.vips import VIP_RULES
from fournines.spec.told.elsewhere import belongs
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import near


def has_parts(draft: Draft) -> Iterator[Problem]:
    """There are networks, VIPs and hosts at all."""
    if draft.networks_known and not draft.networks:
        hint = "write networks: {mgmt: {cidr: 10.0.0.0/24}}"
        yield Problem(("networks",), "there is no network", hint)
    if draft.vips is not None and not draft.vips:
        hint = "write vips: {controller: {network: mgmt, address: 10.0.0.20}}"
        yield Problem(("vips",), "there is no VIP", hint)


def unused(draft: Draft) -> Iterator[Problem]:
    """Somebody is attached to each network; a provider's is judged by who makes virtual networks."""
    attached = {name for host in draft.hosts.values() for name in host.attached}
    attached |= {vip.network for vip in (draft.vips or {}).values() if vip.network}
    whole = draft.hosts_known and all(host.whole for host in draft.hosts.values())
    if not whole or attached - set(draft.networks):  # it may be one of these, mistyped
        return
    for name, network in draft.networks.items():
        if name not in attached and network.cidr and network.purpose is None and network.purpose_known:
            hint = f"give hosts an address in it ({name}: ADDRESS), or take it away"
            yield Problem(("networks", name), f"no host is attached to {name}", hint, at_key=True)


def purposes(draft: Draft) -> Iterator[Problem]:
    """One network is the cluster's, and every host has an address in it."""
    networks = draft.networks
    clusters = [name for name, network in networks.items() if network.purpose is Purpose.CLUSTER]
    for name in clusters[1:]:
        path = ("networks", name, "purpose")
        yield Problem(path, f"{clusters[0]} is the cluster network already", "keep one of them")
    cluster = cluster_network(draft)
    for host in draft.hosts.values():
        if cluster and lacks(draft, host, cluster):
            yield Problem(
                ("hosts", host.name),
                f"the host has no address in {cluster}, where the hosts talk to each other",
                f"add {cluster}: ADDRESS, or say which network it is: networks.NAME.purpose: cluster",
                at_key=True,
            )


def attachments(draft: Draft) -> Iterator[Problem]:
    """A host's address lies in the network's range; in a provider network it has none."""
    networks, sound = draft.networks, sound_ranges(draft)
    misnamed = no_providers(draft)
    for name, around in missed_ranges(draft, sound).items():
        what = f"none of the addresses in {name} lies in {sound.pop(name)}"
        yield Problem(("networks", name, "cidr"), what, f"write for example {around}, or other addresses")
    for name, said in networks.items():
        if said.purpose is Purpose.PROVIDER and said.says_cidr and name not in misnamed:
            hint = "take it away; the range of a virtual network is said to Neutron"
            yield Problem(("networks", name, "cidr"), "a provider network has no range of the site's", hint)
    for name in misnamed:
        hint = "give it another purpose, or take the hosts' addresses away"
        yield Problem(
            ("networks", name, "purpose"), "the hosts have addresses in it; a provider's has none", hint
        )
    for host, name, address in addresses(draft):
        network = networks.get(name)
        path = ("hosts", host.name, "addresses", name)
        if network is not None and network.purpose is Purpose.PROVIDER and name not in misnamed:
            hint = "write {interface: enp2s0} in its place"
            yield Problem(path, f"{name} is a provider network: hosts have no address in it", hint)
        elif name in sound:
            yield from outside_range(path, address, name, sound[name])


def bare_attachments(draft: Draft, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A host is attached to networks of the site; without an address only to a provider's, by interface."""
    for host in draft.hosts.values() if draft.networks and draft.networks_known else ():
        for name in host.attached:
            path, network = ("hosts", host.name, name), draft.networks.get(name)
            if network is None:
                hint = belongs(path, vocabulary) or near(name, draft.networks)
                what = f"{name} is neither a host's key nor a network of this site"
                yield Problem(path, what, hint, at_key=True)
            elif name in host.bare and network.purpose is not Purpose.PROVIDER and network.purpose_known:
                hint = "add address: ADDRESS, or make it a network of purpose: provider"
                yield Problem(path, f"the host has no address in {name}", hint)
            elif name in host.bare and name not in host.interfaces and not network.says_interface:
                hint = "write {interface: enp2s0}: without an address nothing else says which it is"
                yield Problem(path, f"the host's interface in {name} is not named", hint)


def interfaces(draft: Draft) -> Iterator[Problem]:
    """An interface is a host's way into one network; a provider's is taken from the host itself."""
    for host in draft.hosts.values():
        used: dict[str, str] = {}
        for name in sorted(host.attached, key=lambda name: name in host.bare):
            network = draft.networks.get(name)
            if network is None:
                continue
            said = host.interfaces.get(name, network.interface)
            if said is None:
                continue
            other = used.setdefault(said, name)
            if other != name:
                written = name in host.interfaces
                why = "it is handed on to virtual networks" if name in host.bare else "two links on one wire"
                yield Problem(
                    ("hosts", host.name, "interfaces", name) if written else ("networks", name, "interface"),
                    f"{said} is {host.name}'s interface in {other} too: {why}",
                    f"name the one that leads into {name}, as `ip link` shows it on the host",
                )


def twice(draft: Draft) -> Iterator[Problem]:
    """An address has one owner, and a name one meaning."""
    owners: dict[IPv4Address, str] = {}
    places: dict[IPv4Address, Path] = {}
    for host, network, address in addresses(draft):
        path: Path = ("hosts", host.name, "addresses", network)
        if host.name in draft.counted:
            places.setdefault(address, path)
        if address in owners:
            yield Problem(path, f"{address} is also {owners[address]}", "give each host its own")
        owners.setdefault(address, f"hosts.{host.name}.{network}")
    for name, vip in (draft.vips or {}).items():
        path = ("vips", name, "address")
        if vip.address in places:
            counted = places[vip.address]
            what = f"counted up, {counted[1]} has {vip.address}, which is the VIP {name}"
            yield Problem(counted, what, "begin after it, or give the VIP an address that no range comes to")
        elif vip.address in owners:
            owner = owners[vip.address]
            hint = (
                "a VIP moves: no host may own it" if owner.startswith("hosts.") else "give each VIP its own"
            )
            yield Problem(path, f"the VIP {vip.address} is also {owner}", hint)
        if vip.address is not None:
            owners.setdefault(vip.address, f"vips.{name}.address")
        if name in draft.hosts:
            hint = "names are looked up: use another"
            yield Problem(("vips", name), "a host has this name too", hint, at_key=True)


WORD_RULES = (bare_attachments,)
NETWORK_RULES: tuple[Rule, ...] = (
    has_parts,
    ranges,
    unused,
    purposes,
    attachments,
    interfaces,
    twice,
    *VIP_RULES,
)

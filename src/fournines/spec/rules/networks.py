"""The rules about networks, addresses and VIPs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from fournines.spec.document import Path, Problem
from fournines.spec.draft import Draft, DraftHost, DraftVip, addresses
from fournines.spec.model import Purpose, Role, Visibility, cluster_of
from fournines.spec.rules.site import Rule
from fournines.spec.words import near

_UNUSABLE = {
    IPv4Network("0.0.0.0/8"): "means this host",
    IPv4Network("127.0.0.0/8"): "is every host's own loopback",
    IPv4Network("169.254.0.0/16"): "is link-local: hosts give themselves such addresses",
    IPv4Network("224.0.0.0/4"): "is multicast",
    IPv4Network("240.0.0.0/4"): "is reserved",
}
"""RFC 6890's ranges that no host can have as an address others reach it by, and why."""
_BENEATH = dict.fromkeys(
    ("address", "interface", "ip"),
    "write it at its network's name: mgmt: 10.0.0.11, or mgmt: {address: 10.0.0.11, interface: eth0}",
)
"""What people write of a host that belongs to one of its networks."""
_LONGEST = 30
"""A range of four addresses has two for hosts."""


def has_parts(draft: Draft) -> Iterator[Problem]:
    """There are networks, VIPs and hosts at all."""
    if draft.networks_known and not draft.networks:
        hint = "write networks: {mgmt: {cidr: 10.0.0.0/24}}"
        yield Problem(("networks",), "there is no network", hint)
    if draft.vips is not None and not draft.vips:
        hint = "write vips: {controller: {network: mgmt, address: 10.0.0.20}}"
        yield Problem(("vips",), "there is no VIP", hint)


def ranges(draft: Draft) -> Iterator[Problem]:
    """Every network but a provider's has a range that hosts can use, apart from the others'."""
    networks = draft.networks
    for name, network in networks.items():
        path = ("networks", name, "cidr")
        if network.cidr is None:
            if not network.says_cidr and network.purpose is None and network.purpose_known:
                yield Problem(path, "cidr is missing", "add cidr: 10.0.0.0/24", at_key=True)
            continue
        yield from _unusable(path, network.cidr)
    readable = [(n, w.cidr) for n, w in networks.items() if w.cidr and not list(_unusable((), w.cidr))]
    for (one, a), (other, b) in combinations(readable, 2):
        if a.overlaps(b):
            path = ("networks", other, "cidr")
            yield Problem(path, f"{b} overlaps network {one} ({a})", "use separate ranges")


def _sound(draft: Draft) -> dict[str, IPv4Network]:
    """The ranges with which nothing is wrong: only there an address can be in the wrong place."""
    wrong = {problem.path[1] for problem in ranges(draft)}
    readable = {name: network.cidr for name, network in draft.networks.items() if network.cidr is not None}
    wrong |= {
        one for one, a in readable.items() for other, b in readable.items() if one != other and a.overlaps(b)
    }
    return {name: cidr for name, cidr in readable.items() if name not in wrong}


def _unusable(path: Path, cidr: IPv4Network) -> Iterator[Problem]:
    for taken, why in _UNUSABLE.items():
        if cidr.overlaps(taken):
            yield Problem(path, f"{cidr}: {taken} {why}", "use a private range such as 10.0.0.0/24")
            return
    if cidr.prefixlen > _LONGEST:
        yield Problem(path, f"{cidr} has no room for hosts", f"write a prefix length of {_LONGEST} or less")


def purposes(draft: Draft) -> Iterator[Problem]:
    """One network is the cluster's, and every host has an address in it."""
    networks = draft.networks
    clusters = [name for name, network in networks.items() if network.purpose is Purpose.CLUSTER]
    for name in clusters[1:]:
        path = ("networks", name, "purpose")
        yield Problem(path, f"{clusters[0]} is the cluster network already", "keep one of them")
    cluster = _cluster(draft)
    for host in draft.hosts.values():
        if cluster and _lacks(draft, host, cluster):
            yield Problem(
                ("hosts", host.name),
                f"the host has no address in {cluster}, where the hosts talk to each other",
                f"add {cluster}: ADDRESS, or say which network it is: networks.NAME.purpose: cluster",
                at_key=True,
            )


def _cluster(draft: Draft) -> str | None:
    """The cluster network; None where the networks are not known."""
    if not draft.networks or not draft.networks_known:
        return None
    known = {name: network.purpose for name, network in draft.networks.items()}
    return cluster_of(known, [tuple(host.addresses) for host in draft.hosts.values()])


def _lacks(draft: Draft, host: DraftHost, network: str) -> bool:
    """Whether the host is surely not attached: an unknown network of it may be a mistyped one."""
    return host.whole and network not in host.attached and all(n in draft.networks for n in host.attached)


def attachments(draft: Draft) -> Iterator[Problem]:
    """A host's address lies in the network's range; in a provider network it has none."""
    networks, sound = draft.networks, _sound(draft)
    misnamed = _misnamed(draft)
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
            yield from _outside(path, address, name, sound[name])


def _misnamed(draft: Draft) -> tuple[str, ...]:
    """Networks called a provider's in which all hosts have addresses: it is the purpose that is wrong."""
    providers = [n for n, network in draft.networks.items() if network.purpose is Purpose.PROVIDER]
    attached = {n: [h for h in draft.hosts.values() if n in h.attached] for n in providers}
    return tuple(
        n for n, hosts in attached.items() if len(hosts) > 1 and all(n in h.addresses for h in hosts)
    )


def bare_attachments(draft: Draft) -> Iterator[Problem]:
    """A host is attached to networks of the site; without an address only to a provider's, by interface."""
    for host in draft.hosts.values() if draft.networks and draft.networks_known else ():
        for name in host.attached:
            path, network = ("hosts", host.name, name), draft.networks.get(name)
            if network is None:
                hint = _BENEATH.get(name) or near(name, draft.networks)
                yield Problem(path, f"{name} is not a network of this site", hint, at_key=True)
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


def _outside(path: Path, address: IPv4Address, name: str, cidr: IPv4Network) -> Iterator[Problem]:
    if address not in cidr:
        hint = f"write a free address of {cidr}, or widen it"
        yield Problem(path, f"{address} is not in network {name} ({cidr})", hint)
    elif address in {cidr.network_address, cidr.broadcast_address}:
        what = f"{address} is the network or broadcast address of {cidr}"
        yield Problem(path, what, "write a host's address")


def twice(draft: Draft) -> Iterator[Problem]:
    """An address has one owner, and a name one meaning."""
    owners: dict[IPv4Address, str] = {}
    for host, network, address in addresses(draft):
        path: Path = ("hosts", host.name, "addresses", network)
        if address in owners:
            yield Problem(path, f"{address} is also {owners[address]}", "give each host its own")
        owners.setdefault(address, f"hosts.{host.name}.{network}")
    for name, vip in (draft.vips or {}).items():
        path = ("vips", name, "address")
        if vip.address in owners:
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


def vips(draft: Draft) -> Iterator[Problem]:
    """A VIP lies in a network to which every controller is attached: it could move nowhere else."""
    networks, sound, cluster, misnamed = draft.networks, _sound(draft), _cluster(draft), _misnamed(draft)
    for name, vip in (draft.vips or {}).items() if draft.networks and draft.networks_known else ():
        if vip.network is None:
            continue
        path, network = ("vips", name, "network"), networks.get(vip.network)
        if network is None:
            yield Problem(path, f"{vip.network} is not a network of this site", near(vip.network, networks))
        elif vip.network in misnamed:
            continue
        elif network.purpose is Purpose.PROVIDER:
            hint = "put the VIP into a network where the hosts have addresses"
            yield Problem(path, f"{vip.network} is a provider network: hosts have no address in it", hint)
        else:
            if vip.address is not None and vip.network in sound:
                yield from _outside(("vips", name, "address"), vip.address, vip.network, sound[vip.network])
            if vip.network != cluster:  # there every host is asked for an address anyway
                yield from _unreachable(draft, path, vip.network)


def _unreachable(draft: Draft, path: Path, network: str) -> Iterator[Problem]:
    controllers = [host for host in draft.hosts.values() if host.has(Role.CONTROLLER)]
    without = [host.name for host in controllers if _lacks(draft, host, network)]
    if without:
        yield Problem(
            path,
            f"the VIP cannot move to {', '.join(without)}: no address in {network}",
            f"give every controller an address in {network}, or the VIP another network",
        )


def serves(draft: Draft) -> Iterator[Problem]:
    """Each kind of client has exactly one VIP to come to."""
    if not draft.vips:
        return
    owners: dict[Visibility, str] = {}
    for name, vip in draft.vips.items():
        for index, kind in enumerate(vip.serves or ()):
            path = ("vips", name, "serves", str(index))
            if kind in owners:
                what = (
                    f"{kind} stands twice"
                    if owners[kind] == name
                    else f"{owners[kind]} serves {kind} already"
                )
                yield Problem(path, what, "keep one of them")
            owners.setdefault(kind, name)
        if vip.serves == ():
            yield Problem(("vips", name, "serves"), "it serves nobody", "leave serves out, or the VIP")
            return
    if not all(vip.serves_known for vip in draft.vips.values()):
        return
    left = [kind for kind in Visibility if kind not in owners]
    silent = [name for name, vip in draft.vips.items() if vip.serves is None]
    yield from _shared_out(draft.vips, left, silent)


def _shared_out(vips: Mapping[str, DraftVip], left: list[Visibility], silent: list[str]) -> Iterator[Problem]:
    for name in silent[1:] if left else silent:
        yield Problem(
            ("vips", name),
            f"nothing says whom it serves: {silent[0]} serves the rest"
            if left
            else "the others serve everybody",
            "write serves: [public] here, or another of public, internal, admin"
            if left
            else "leave the VIP out",
            at_key=True,
        )
    if left and not silent:
        names = ", ".join(left)
        hint = f"add {names} to serves of one of them"
        yield Problem(("vips", tuple(vips)[-1], "serves"), f"no VIP serves {names}", hint)


NETWORK_RULES: tuple[Rule, ...] = (
    has_parts,
    ranges,
    purposes,
    attachments,
    bare_attachments,
    interfaces,
    twice,
    vips,
    serves,
)

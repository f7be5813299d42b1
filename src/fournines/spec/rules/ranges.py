"""What ranges and attachments are worth: which of them rules can rely on, and where a slip of one shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from fournines.spec.document import Path, Problem
from fournines.spec.draft import Draft, DraftHost, addresses
from fournines.spec.model import Purpose, cluster_of

_UNUSABLE = {
    IPv4Network("0.0.0.0/8"): "means this host",
    IPv4Network("127.0.0.0/8"): "is every host's own loopback",
    IPv4Network("169.254.0.0/16"): "is link-local: hosts give themselves such addresses",
    IPv4Network("224.0.0.0/4"): "is multicast",
    IPv4Network("240.0.0.0/4"): "is reserved",
}
"""RFC 6890's ranges that no host can have as an address others reach it by, and why."""
_USUAL, _WIDEST = 24, 8
"""The prefix lengths of what is suggested."""
_LONGEST = 30
"""A range of four addresses has two for hosts."""


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


def sound_ranges(draft: Draft) -> dict[str, IPv4Network]:
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


def missed_ranges(draft: Draft, sound: Mapping[str, IPv4Network]) -> dict[str, IPv4Network]:
    """Ranges in which none of several addresses lies, with one in which all do: the slip is in the range."""
    inside: dict[str, list[IPv4Address]] = {}
    for _, network, address in addresses(draft):
        inside.setdefault(network, []).append(address)
    found: dict[str, IPv4Network] = {}
    for name, said in inside.items():
        cidr = sound.get(name)
        if cidr is not None and len(said) > 1 and not any(address in cidr for address in said):
            fit = (IPv4Network((said[0], prefix), strict=False) for prefix in range(_USUAL, _WIDEST - 1, -1))
            around = next((one for one in fit if all(address in one for address in said)), None)
            found |= {name: around} if around else {}
    return found


def no_providers(draft: Draft) -> tuple[str, ...]:
    """Networks called a provider's in which all hosts have addresses: it is the purpose that is wrong."""
    providers = [n for n, network in draft.networks.items() if network.purpose is Purpose.PROVIDER]
    attached = {n: [h for h in draft.hosts.values() if n in h.attached] for n in providers}
    return tuple(
        n for n, hosts in attached.items() if len(hosts) > 1 and all(n in h.addresses for h in hosts)
    )


def cluster_network(draft: Draft) -> str | None:
    """The cluster network; None where the networks are not known."""
    if not draft.networks or not draft.networks_known:
        return None
    known = {name: network.purpose for name, network in draft.networks.items()}
    return cluster_of(known, [tuple(host.addresses) for host in draft.hosts.values()])


def lacks(draft: Draft, host: DraftHost, network: str) -> bool:
    """Whether the host is surely not attached: an unknown network of it may be a mistyped one."""
    return host.whole and network not in host.attached and all(n in draft.networks for n in host.attached)


def outside_range(path: Path, address: IPv4Address, name: str, cidr: IPv4Network) -> Iterator[Problem]:
    """What is wrong with an address of that network."""
    if address not in cidr:
        hint = f"write a free address of {cidr}, or widen it"
        yield Problem(path, f"{address} is not in network {name} ({cidr})", hint)
    elif address in {cidr.network_address, cidr.broadcast_address}:
        what = f"{address} is the network or broadcast address of {cidr}"
        yield Problem(path, what, "write a free address between them")

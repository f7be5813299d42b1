"""The rules about VIPs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from fournines.spec.document import Path, Problem
from fournines.spec.draft import Draft, DraftVip
from fournines.spec.model import Purpose, Role, Visibility
from fournines.spec.rules.ranges import (
    cluster_network,
    lacks,
    missed_ranges,
    no_providers,
    outside_range,
    sound_ranges,
)
from fournines.spec.rules.site import Rule
from fournines.spec.words import near


def vips(draft: Draft) -> Iterator[Problem]:
    """A VIP lies in a network to which every controller is attached: it could move nowhere else."""
    networks, cluster, misnamed = draft.networks, cluster_network(draft), no_providers(draft)
    sound = sound_ranges(draft)
    for name in missed_ranges(draft, sound):
        del sound[name]
    for name, vip in (draft.vips or {}).items() if draft.networks and draft.networks_known else ():
        if vip.network is None:
            continue
        path, network = ("vips", name, "network"), networks.get(vip.network)
        if network is None:
            hint = _by_address(vip, sound) or near(vip.network, networks)
            yield Problem(path, f"{vip.network} is not a network of this site", hint)
        elif vip.network in misnamed:
            continue
        elif network.purpose is Purpose.PROVIDER:
            hint = "put the VIP into a network where the hosts have addresses"
            yield Problem(path, f"{vip.network} is a provider network: hosts have no address in it", hint)
        else:
            if vip.address is not None and vip.network in sound:
                at = ("vips", name, "address")
                yield from outside_range(at, vip.address, vip.network, sound[vip.network])
            if vip.network != cluster:  # there every host is asked for an address anyway
                yield from _unreachable(draft, path, vip.network)


def _by_address(vip: DraftVip, ranges: Mapping[str, IPv4Network]) -> str:
    """The network that is meant by the address; empty where there is none of either."""
    inside = [name for name, cidr in ranges.items() if vip.address is not None and vip.address in cidr]
    return f"write {inside[0]}, in which {vip.address} lies" if inside else ""


def _unreachable(draft: Draft, path: Path, network: str) -> Iterator[Problem]:
    controllers = [host for host in draft.hosts.values() if host.has(Role.CONTROLLER)]
    without = [host.name for host in controllers if lacks(draft, host, network)]
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


VIP_RULES: tuple[Rule, ...] = (vips, serves)

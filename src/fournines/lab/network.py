"""The lab's network: one namespace, one bridge for each network of the site, and who is plugged in.

Everything of a lab, the client that measures it included, is inside the namespace; the machine's own
network gets no address and no route of it. Programs are run in the namespace with ``nsenter``, because
``ip netns exec`` mounts a new /sys over the cgroup tree that systemd-nspawn needs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.lab.names import NAMESPACE_PREFIX, namespace
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from fournines.lab.plan import LabHost, LabNetwork, LabPlan

NAMESPACES = Path("/run/netns")

BRIDGE = "type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
"""No spanning tree (it would hold back a healed cable for seconds) and no multicast snooping (VRRP
multicast would need a querier)."""

UNPLUGGED = "unplugged"
"""The bridge that a cable goes into when it is taken out of its own. It is never up, so it drops whatever
comes. A cable's end that was in no bridge would be an interface of the lab itself: the dying host's FIN
would reach the client through it, and the client would answer the host's ARP requests."""


@dataclass(frozen=True, slots=True)
class Link:
    """One interface of the namespace as the kernel reports it."""

    name: str
    up: bool
    bridge: str | None = None
    addresses: frozenset[IPv4Interface] = field(default_factory=frozenset)


def parse_links(text: str) -> Mapping[str, Link]:
    """The links, by name, from the output of ``ip -j address show``."""
    links = (
        Link(
            name=entry["ifname"],
            up="UP" in entry["flags"],
            bridge=entry.get("master"),
            addresses=frozenset(
                IPv4Interface(f"{a['local']}/{a['prefixlen']}")
                for a in entry["addr_info"]
                if a["family"] == "inet"
            ),
        )
        for entry in json.loads(text)
        if entry
    )
    return {link.name: link for link in links}


def missing(plan: LabPlan, links: Mapping[str, Link]) -> tuple[str, ...]:
    """The lines of ``ip -batch`` that make the namespace what the plan says; none when it already is."""
    loopback = links.get("lo")
    lines = [] if loopback is not None and loopback.up else ["link set lo up"]
    if UNPLUGGED not in links:
        lines.append(f"link add {UNPLUGGED} type bridge")
    for network in plan.networks:
        lines += _missing_of(network, links.get(network.bridge))
    return tuple(lines)


def _missing_of(network: LabNetwork, link: Link | None) -> list[str]:
    lines = [] if link is not None else [f"link add {network.bridge} address {mac(network)} {BRIDGE}"]
    if link is None or network.interface not in link.addresses:
        lines.append(f"address add {network.interface} dev {network.bridge}")
    if link is None or not link.up:
        lines.append(f"link set {network.bridge} up")
    return lines


def mac(network: LabNetwork) -> str:
    """The bridge's own MAC address; one that is not set follows the lowest of the cables plugged in."""
    return ":".join(f"{byte:02x}" for byte in b"\x02N" + network.address.packed)


def plug_lines(
    host: LabHost,
    links: Mapping[str, Link],
    network: str | None = None,
    *,
    cut: Collection[str] = (),
) -> tuple[str, ...]:
    """The lines that put a host's cables (or the one into ``network``) where they belong.

    That is into their bridges, but for those into networks that the host is ``cut`` off from.
    """
    belong = {nic: UNPLUGGED if nic.network in cut else nic.bridge for nic in host.nics}
    return tuple(
        f"link set {nic.outside} master {bridge} up"
        for nic, bridge in belong.items()
        if network in {None, nic.network}
        and not ((link := links.get(nic.outside)) and link.up and link.bridge == bridge)
    )


def unplug_lines(host: LabHost, links: Mapping[str, Link], network: str | None = None) -> tuple[str, ...]:
    """The lines that take a host's cables (or the one into ``network``) out of their bridges.

    The host keeps its carrier, as behind a switch that lost its uplink, so nothing in it notices at once.
    """
    return tuple(
        f"link set {nic.outside} master {UNPLUGGED}"
        for nic in host.nics
        if network in {None, nic.network} and (link := links.get(nic.outside)) and link.bridge != UNPLUGGED
    )


def remove_lines(host: LabHost, links: Mapping[str, Link]) -> tuple[str, ...]:
    """The lines that take a host's cables away altogether."""
    return tuple(f"link delete {nic.outside}" for nic in host.nics if nic.outside in links)


def exists(lab: str) -> bool:
    """Whether the lab's namespace is there (a file of that name without a namespace behind it is not)."""
    path = str(NAMESPACES / namespace(lab))
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return any(line.split(" ")[1] == path for line in mounts)


def labs_with_namespace() -> frozenset[str]:
    """Every lab of which a namespace, or the remains of one, is left on this machine."""
    with suppress(OSError):
        names = (path.name for path in NAMESPACES.iterdir())
        return frozenset(n.removeprefix(NAMESPACE_PREFIX) for n in names if n.startswith(NAMESPACE_PREFIX))
    return frozenset()


def make(plan: LabPlan) -> None:
    """Make the namespace and what is missing in it."""
    if not exists(plan.name):
        remove(plan.name)  # the remains of an ``ip netns add`` that was interrupted
        run(["ip", "netns", "add", plan.namespace])
    batch(plan.name, missing(plan, links(plan.name)))


def remove(lab: str) -> None:
    """Remove the namespace, and with it the bridges; nothing happens when there is none."""
    if (NAMESPACES / namespace(lab)).exists():
        run(["ip", "netns", "delete", namespace(lab)])


def links(lab: str) -> Mapping[str, Link]:
    """What the lab's namespace holds now."""
    return parse_links(run(["ip", "-netns", namespace(lab), "-json", "address", "show"]).stdout)


def batch(lab: str, lines: Iterable[str], *, check: bool = True) -> bool:
    """Carry out lines of ``ip -batch`` in the lab's namespace; False when one failed and ``check`` is off."""
    text = "".join(line + "\n" for line in lines)
    if not text:
        return True
    return run(["ip", "-netns", namespace(lab), "-batch", "-"], stdin=text, check=check).returncode == 0


def inside(lab: str, argv: Iterable[str]) -> list[str]:
    """The command that runs another in the lab's namespace."""
    return ["nsenter", f"--net={NAMESPACES / namespace(lab)}", *argv]


def need(lab: str) -> None:
    """Return only when the lab's namespace is there.

    Raises:
        LabError: it is not; the lab is down.
    """
    if not exists(lab):
        raise LabError(f"lab {lab} is not up", try_this="nines lab up SITE")

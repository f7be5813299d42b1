"""Ways to hurt Neutron, and the router that a drill pings while the host on which it is active dies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fournines.components.neutron.checks import STORY, administrator
from fournines.components.neutron.model import (
    AGENT_UNITS,
    NETWORKS,
    PHYSICAL,
    SERVER_UNITS,
    SERVERS,
    free_run,
)
from fournines.components.neutron.on_host import stand
from fournines.kit import program
from fournines.kit.check import Ask, Output
from fournines.kit.common.fencing import lab_address
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.declare import Switch
from fournines.kit.fault import Fault
from fournines.kit.probe import Reached
from fournines.spec.model import Site

GAP: Final = 7.0
"""Seconds: three adverts and a part of VRRP are missed, then keepalived says anew where the address is."""
HEAL: Final = 240.0
"""Seconds: agents start after all that they need, and a router is made and deleted to see that they work."""


def faults(context: Context) -> Iterator[Fault]:
    """Each daemon crashes and is started again, is killed for good, hangs, or is stopped in order."""
    for units, hosts in ((SERVER_UNITS, SERVERS), (AGENT_UNITS, NETWORKS)):
        for daemon, unit in units.items():
            program = unit.removesuffix(".service")
            names = hosts.names(context.site)
            serves = "neutron" if daemon == "api" else ""
            yield from unit_faults(
                "neutron", unit, program=program, daemon=daemon, hosts=names, serves=serves
            )


def reached(site: Site) -> Reached:
    """What is made, how, and which hosts may have its address."""
    return Reached(
        "router",
        hosts=NETWORKS.names(site),
        make=_make,
        address=address_of,
        unmake=_ask,
        has=_has,
        seconds=GAP,
        heal=HEAL,
        faults=(*(f"neutron.{daemon}." for daemon in AGENT_UNITS), "openvswitch."),
    )


def _make(context: Context) -> Ask | None:
    """None where routers are not reached from outside.

    Only in a lab is it known which addresses of that network are nobody's.
    """
    site, network = context.site, context.one(Switch).external
    if network is None:
        return None
    cidr, pool = site.networks[network].cidr, None
    if site.lab and cidr is not None:
        taken = {host.addresses[network] for host in site.hosts.values() if network in host.addresses}
        taken |= {vip.address for vip in site.vips.values()}
        own = lab_address(site, network)
        pool = free_run(cidr, taken | ({own} if own else set()))
    addresses = [str(address) for address in pool or ()]
    return _ask(context, physical=PHYSICAL, cidr=str(cidr or ""), pool=addresses, seconds=STORY)


def address_of(answer: Output) -> str:
    """The address that it has outside.

    Raises:
        OSError: it was not made.
    """
    found = program.heard(answer)
    if found is None:
        raise OSError(program.complaint(answer))
    return str(found["address"])


def _ask(context: Context, **wanted: object) -> Ask:
    question = program.fed({**administrator(context), **wanted})
    return Ask(program.argv(stand), stdin=question, timeout=STORY + 60)


def _has(address: str) -> Ask:
    """Whether the asked host is the one on which a router has this address."""
    look = (
        "for space in $(ip netns list | cut -d' ' -f1); do"
        ' ip -netns "$space" -oneline -4 address | grep -qF " $1/" && exit 0; done; exit 1'
    )
    return Ask(("sh", "-c", look, "sh", address))

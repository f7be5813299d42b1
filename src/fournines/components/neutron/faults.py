"""Ways to hurt Neutron; the router that is pinged and the guest that wants a lease while a host dies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Final

from fournines.components.neutron.checks import STORY, administrator
from fournines.components.neutron.model import (
    AGENT_UNITS,
    NETWORKS,
    PHYSICAL,
    SERVER_UNITS,
    SERVERS,
    Options,
    dhcp_hosts,
    free_run,
    guest_host,
)
from fournines.components.neutron.on_host import guest, stand
from fournines.kit import program
from fournines.kit.check import Ask, Output
from fournines.kit.common.clustered import moving
from fournines.kit.common.fencing import lab_address
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.declare import Switch
from fournines.kit.fault import Fault
from fournines.kit.probe import Asked, Reached
from fournines.spec.model import Site

GAP: Final = 7.0
"""Seconds: three adverts and a part of VRRP are missed, then keepalived says anew where the address is."""
MOVE: Final = 120.0
"""Seconds: a host that is lost is fenced, and the agents start one after the other on the next, where the
router is made anew. Each of them loads for several seconds."""
LEASE_GAP: Final = 5.0
"""Seconds: one request is lost with the server that was about to answer, and given up after three."""
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
                "neutron",
                unit,
                program=program,
                daemon=daemon,
                moves=moving(context, unit) is not None,
                hosts=names,
                serves=serves,
            )


def reached(site: Site, options: Options) -> Reached:
    """What is made, how, and which hosts may have its address."""
    moves = options.moves_in(site)
    return Reached(
        "router",
        hosts=NETWORKS.names(site),
        make=partial(_make, ha=not moves),
        address=address_of,
        unmake=partial(_ask, stand),
        has=_has,
        seconds=MOVE if moves else GAP,
        heal=HEAL,
        faults=(*(f"neutron.{daemon}." for daemon in AGENT_UNITS if daemon != "dhcp"), "openvswitch."),
    )


def leased(site: Site, options: Options) -> Iterator[Reached]:
    """A guest that asks for leases; none where one host alone serves DHCP in a network.

    The host that is hurt is never the guest's own, without which nobody could ask.
    """
    host = guest_host(site)
    if dhcp_hosts(site, options) > 1:
        yield Reached(
            "dhcp",
            called="DHCP server of a guest",
            at=host,
            hosts=tuple(name for name in NETWORKS.names(site) if name != host),
            make=_make_guest,
            address=address_of,
            unmake=partial(_ask, guest),
            has=_has,
            asked=Asked(
                "lease",
                "DHCPDISCOVER of a guest that has no lease (udhcpc)",
                Ask(guest.LEASE),
                _served,
                interval=1.0,
                timeout=4.0,
            ),
            seconds=LEASE_GAP,
            heal=HEAL,
            faults=("neutron.dhcp.",),
        )


def _make_guest(context: Context) -> Ask:
    site, options = context.site, context.options("neutron", Options)
    return _ask(guest, context, host=guest_host(site), servers=dhcp_hosts(site, options), seconds=STORY)


def _served(answer: Output) -> str | None:
    """The DHCP server that gave a lease; udhcpc says so on either output."""
    return guest.server_of(f"{answer.stdout}\n{answer.stderr}")


def _make(context: Context, *, ha: bool) -> Ask | None:
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
    wanted = {"physical": PHYSICAL, "cidr": str(cidr or ""), "pool": addresses, "seconds": STORY, "ha": ha}
    return _ask(stand, context, **wanted)


def address_of(answer: Output) -> str:
    """The address by which whoever is to be hurt is found.

    Raises:
        OSError: it was not made.
    """
    found = program.heard(answer)
    if found is None:
        raise OSError(program.complaint(answer))
    return str(found["address"])


def _ask(what: ModuleType, context: Context, **wanted: object) -> Ask:
    question = program.fed({**administrator(context), **wanted})
    return Ask(program.argv(what), stdin=question, timeout=STORY + 60)


def _has(address: str) -> Ask:
    """Whether a router or a DHCP server on the asked host has this address."""
    look = (
        "for space in $(ip netns list | cut -d' ' -f1); do"
        ' ip -netns "$space" -oneline -4 address | grep -qF " $1/" && exit 0; done; exit 1'
    )
    return Ask(("sh", "-c", look, "sh", address))

"""Cold starts in an order of the hosts: which comes back first decides who may wait for whom. Pure."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from fournines.drill.scenario import Part, Scenario
from fournines.errors import DrillError
from fournines.spec.model import Site

SEPARATOR = ":"
EVERY = "every"
APART = 10.0
"""Seconds between two hosts: longer than one takes to boot and look for the others."""
COLD = "cold-start"
SHAPE = f"{COLD}{SEPARATOR}HOST,HOST,... (power returns in that order), {COLD}{SEPARATOR}{EVERY} (each order)"


def ordered(name: str, cold: Scenario, site: Site) -> tuple[Scenario, ...]:
    """The cold starts that a name asks for: ``cold-start:HOST,HOST,...``, or ``cold-start:every`` order.

    A host that the name leaves out gets its power back with the first one. ``every`` are all orders of the
    hosts that vote: which of the others comes first is all the same to them.

    Raises:
        DrillError: the name says a host that there is not, or one twice; or it is about no cold start.
    """
    said = name.partition(SEPARATOR)[2]
    if cold.part is not Part.EVERY_HOST:
        raise DrillError(f"{name}: {cold.name} has no order of hosts", try_this=SHAPE)
    if said == EVERY:
        return tuple(_in(order, cold) for order in permutations(host.name for host in site.voters))
    order = tuple(said.split(","))
    strange = [host or "nothing" for host in order if host not in site.hosts]
    if strange or len(set(order)) < len(order):
        what = f"there is no host {', '.join(strange)}" if strange else "it names a host twice"
        raise DrillError(
            f"{name}: {what}", where=site.name, try_this=f"{SHAPE}; hosts: {', '.join(site.hosts)}"
        )
    return (_in(order, cold),)


def _in(order: tuple[str, ...], cold: Scenario) -> Scenario:
    return replace(
        cold,
        name=f"{cold.name}{SEPARATOR}{','.join(order)}",
        when=f"every host loses power at once, and they get it back one after the other: {', '.join(order)}",
        order=order,
        back=APART,
        # Counted from the first one's power on.
        heal=cold.heal + APART * (len(order) - 1),
    )

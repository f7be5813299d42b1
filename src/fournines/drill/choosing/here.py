"""What can be hurt on a site, which drills can run there, and why the others cannot. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from fournines.drill.hurt.cables import networks
from fournines.drill.scenario import ComponentFault, Cut, Freeze, Lost, Part, PowerLoss, Scenario
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser, Volume
from fournines.kit.fault import Fault
from fournines.kit.probe import Reached
from fournines.plan.context import taking_part
from fournines.plan.patience import patient_fault

_PAIR_AND_VOTE = (2, 3)
"""So many controllers, and so many that vote."""


def faults_of(context: Context) -> Mapping[str, Fault]:
    """Every fault that a component of the site declares, by id, with the hosts that it can be tried on."""
    patience = context.site.patience
    return {
        fault.id: replace(
            patient_fault(fault, patience), hosts=fault.hosts or component.on.names(context.site)
        )
        for component in taking_part(context.site)
        for fault in component.faults(context)
    }


def reachable(context: Context) -> tuple[Reached, ...]:
    """The addresses that components declare to be pinged, as far as they can be made in this site."""
    return tuple(one for one in context.declared(Reached) if one.make(context) is not None)


def fitting(known: Mapping[str, Scenario], context: Context) -> tuple[Scenario, ...]:
    """The scenarios that can run on a site, in their order."""
    left_out = unfit(known.values(), context)
    return tuple(scenario for scenario in known.values() if scenario.name not in left_out)


def unfit(scenarios: Iterable[Scenario], context: Context) -> Mapping[str, str]:
    """Of these drills, by name, those that cannot run on a site: what the site lacks."""
    faults = faults_of(context)
    reached = {one.name for one in reachable(context)}
    found = ((one.name, next(_lacking(one, context, faults, reached), "")) for one in scenarios)
    return {name: why for name, why in found if why}


def _lacking(
    scenario: Scenario, context: Context, faults: Collection[str], reached: Collection[str]
) -> Iterator[str]:
    site, injury = context.site, scenario.injury
    if scenario.mode not in (None, site.mode):
        yield f"for sites of mode {scenario.mode}; this one's is {site.mode}"
    if scenario.volumes and not context.declared(Volume):
        yield "no component of this site keeps a volume with DRBD"
    if scenario.part is Part.QUEUE_LEADER and not context.declared(MessageUser):
        yield "no component of this site sends messages, so no host leads a queue"
    if scenario.part is Part.REACHED and scenario.reached not in reached:
        yield f"no {scenario.reached} that a client could reach can be made in this site"
    if isinstance(injury, ComponentFault) and injury.id not in faults:
        yield f"no component of this site declares the fault {injury.id}"
    if isinstance(injury, Cut) and not networks(injury.cables, context):
        yield "its cluster has no link in a network without a VIP beside the cluster network"
    if scenario.part is Part.BOTH_OTHERS and (len(site.controllers), len(site.voters)) != _PAIR_AND_VOTE:
        yield "it is for two controllers and one host that only votes"
    if isinstance(injury, PowerLoss | Freeze | Cut | Lost) and not site.lab:
        yield "it takes power over whole hosts, which only a lab gives (lab: true)"

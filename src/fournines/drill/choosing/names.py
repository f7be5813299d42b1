"""What the names of drills on a command line stand for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from fournines.drill.apis import of_apis, promised
from fournines.drill.choosing.here import faults_of, reachable, unfit
from fournines.drill.choosing.orders import SEPARATOR, ordered
from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.errors import DrillError
from fournines.kit.context import Context
from fournines.kit.fault import Fault
from fournines.kit.probe import Reached
from fournines.spec.model import Site


def measuring(fault: Fault, site: Site, reached: Iterable[Reached] = ()) -> Scenario:
    """A fault that a component declares as a drill of its own: what it costs is measured, not judged.

    It is tried on the host that holds the VIP, or where that is which it is about; of what is not on every
    host that may hold the VIP, on one of its own hosts.
    """
    about = next((one for one in reached if fault.id.startswith(one.faults)), None)
    everywhere = set(fault.hosts) >= {host.name for host in site.controllers}
    where, part = "on one of its hosts", Part.ONE_OF
    if about is not None:
        where, part = f"on the host where a {about.words} is active", Part.REACHED
    elif everywhere:
        where, part = "on the host that holds the VIP", Part.VIP_HOLDER
    return Scenario(
        name=fault.id,
        when=f"{fault.what}, {where}",
        part=part,
        hosts=fault.hosts,
        reached=about.name if about else "",
        injury=ComponentFault(fault.id),
        bounds=Bounds(),
        after=Bounds(),
    )


def picked(
    known: Mapping[str, Scenario], names: Sequence[str], context: Context, each: Sequence[str] = ()
) -> tuple[Scenario, ...]:
    """The scenarios of these names in this order; then APIs hurt in turn.

    A name may be a fault's id, or a cold start with the hosts in an order (``choosing.orders``).
    ``each`` are words of faults (kill, hang): every API of the site is hurt by each of them.

    Raises:
        DrillError: there is neither a scenario nor a fault of that name, or no API with such a fault; or it
            cannot run on this site.
    """
    faults, reached = faults_of(context), reachable(context)
    found: list[Scenario] = []
    for name in (*names, *of_apis(each, faults)):
        if name in known:
            found.append(known[name])
        elif (cold := name.partition(SEPARATOR)[0]) in known:
            found += ordered(name, known[cold], context.site)
        elif name in faults:
            found.append(promised(measuring(faults[name], context.site, reached), faults[name], context))
        else:
            alike = get_close_matches(name, faults, n=4, cutoff=0.5)
            raise DrillError(f"there is no drill {name!r}", try_this=f"one of {', '.join((*known, *alike))}")
    for name, why in unfit(found, context).items():
        raise DrillError(
            f"{name} cannot run here: {why}",
            where=context.site.name,
            try_this="nines drill SITE --list says which drills can",
        )
    return tuple(found)

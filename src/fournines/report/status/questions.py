"""What is asked for a glance: quick promises of `nines verify`, one look at each host, one at the pools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fournines.kit.check import Ask, Check
from fournines.kit.context import Context
from fournines.kit.probe import BackendsSeen
from fournines.kit.step import Unit
from fournines.plan.model import Plan
from fournines.report.document import component_of

QUICK = 10.0
"""A check that gives its question more seconds than this is better left to ``nines verify``."""

_LOOK = """\
ps -o etimes= -p 1
echo --
ip -o -4 address show
echo --
[ $# -eq 0 ] || systemctl show --property=Id,ActiveState,SubState -- "$@"
"""


def backends_seen(context: Context) -> BackendsSeen | None:
    """Who of the site's components tells which backends are in use; None where nobody balances."""
    return next(iter(context.declared(BackendsSeen)), None)


def quick(checks: Iterable[Check], seen: BackendsSeen | None = None) -> tuple[Check, ...]:
    """The checks that are worth asking at a glance, in their order; with that which tells of backends.

    Of every component those quick ones that end its phase, as they say whether it works; where there is
    none, its other quick ones, and where all are slow, all. Those about units are left out if possible:
    every host is asked about its units anyway.
    """
    listed = tuple(checks)
    chosen: set[str] = set()
    for name in dict.fromkeys(map(component_of, listed)):
        mine = [c for c in listed if component_of(c) == name]
        fast = [c for c in mine if all(ask.timeout <= QUICK for ask in c.asks.values())]
        telling = [c for c in fast if not c.id.endswith(".units")]
        chosen.update(c.id for c in [c for c in telling if c.barrier] or telling or fast or mine)
    return tuple(c for c in listed if c.id in chosen or (seen and c.id == seen.check))


def looks(plan: Plan) -> dict[str, Ask]:
    """What to ask each host besides the checks."""
    return {host: Ask(("sh", "-c", _LOOK, "sh", *units)) for host, units in units_of(plan).items()}


def units_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The units that should run, by host, in the plan's order; of the hosts that the plan is limited to."""
    steps = [
        (host, step)
        for phase in plan.phases
        for host, listed in phase.steps.items()
        for step in listed
        if isinstance(step, Unit) and step.running
    ]
    return {
        name: tuple(dict.fromkeys(step.name for host, step in steps if host == name))
        for name in plan.context.site.hosts
        if plan.concerns(name)
    }


def pool_asks(checks: Iterable[Check], seen: BackendsSeen | None) -> Mapping[str, Ask]:
    """How to ask each balancer for its pools: the question of the check that asks it anyway."""
    return next((check.asks for check in checks if seen and check.id == seen.check), {})

"""How a site stands at a glance: what is asked for it, and the pure judgement of the answers.

The promises are those of ``nines verify``, the quick ones of them; what is added is one look at each
host (its age, its addresses, its units) and one at each balancer's pools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from fournines.kit.check import Ask, Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.probe import BackendsSeen
from fournines.kit.step import Unit
from fournines.kit.verdict import Outcome
from fournines.plan.model import Plan
from fournines.report.document import Judged, component_of, outcome_of
from fournines.report.style import WORST_FIRST
from fournines.spec.model import Strict

QUICK = 10.0
"""A check that gives its question more seconds than this is better left to ``nines verify``."""

_LOOK = """\
ps -o etimes= -p 1
echo --
ip -o -4 address show
echo --
[ $# -eq 0 ] || systemctl show --property=Id,ActiveState,SubState -- "$@"
"""


class Level(StrEnum):
    """How bad it is, in the words of the Nagios plug-in guidelines."""

    OK = "ok"
    """Every quick promise holds."""
    WARNING = "warning"
    """Clients are served, but something is broken or not known: the next fault may hurt them."""
    CRITICAL = "critical"
    """Clients are not served, or may be served wrongly."""
    UNKNOWN = "unknown"
    """No host answered."""


EXIT_CODES = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}
"""What ``nines status`` exits with, as Nagios and its kin want it."""


class VipState(Strict):
    """Who holds a VIP."""

    name: str
    """The name clients use."""
    address: str
    """The moving address."""
    holders: tuple[str, ...]
    """The hosts that have the address; exactly one when all is well."""


class UnitState(Strict):
    """A unit that should run and does not."""

    unit: str
    """The systemd unit."""
    state: str
    """What systemd says of it, for example ``failed``."""


class HostState(Strict):
    """One host. Of a host that does not answer nothing but its name is known."""

    name: str
    """The host's name."""
    reachable: bool
    """Whether it answered in time."""
    up_seconds: int | None
    """Seconds since its first process started."""
    units: int
    """How many units should run on it."""
    not_running: tuple[UnitState, ...]
    """Those of them that do not."""


class PoolState(Strict):
    """The backends of one endpoint, as the balancer of the VIP's holder sees them."""

    name: str
    """The endpoint."""
    up: tuple[str, ...]
    """The hosts whose backend is in use or ready to be."""
    down: tuple[str, ...]
    """The hosts whose backend is not."""
    writer: str | None
    """The one host that gets everything, if the endpoint has a single writer."""


class ComponentState(Strict):
    """One component and the worst of its quick promises."""

    name: str
    """The component."""
    outcome: Outcome
    """pass, fail or unknown."""
    holding: int
    """How many of its quick promises hold."""
    asked: int
    """How many were asked about."""
    seen: str
    """What was seen of the worst one; of the most telling one when all hold."""
    check: str
    """That promise's id."""


class StatusDocument(Strict):
    """What ``nines status --json`` prints."""

    format: Literal["fournines/status/1"] = "fournines/status/1"
    """The shape of this document."""
    site: str
    """The site's name."""
    at: datetime
    """When the hosts were asked (UTC)."""
    seconds: float
    """How long asking took, in seconds."""
    level: Level
    """ok, warning, critical or unknown."""
    why: str
    """The worst thing found, in a sentence."""
    vips: tuple[VipState, ...]
    """The VIPs and who holds them."""
    hosts: tuple[HostState, ...]
    """Every host, in the site's order."""
    pools: tuple[PoolState, ...]
    """The endpoints' backends; empty when no balancer answered."""
    components: tuple[ComponentState, ...]
    """Every component, in the site's order."""
    hint: str
    """What to do next: a command to type."""


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


def assess(
    plan: Plan,
    judged: Sequence[Judged],
    looked: Mapping[str, Output | None],
    pools: Mapping[str, Output | None],
    *,
    at: datetime,
    seconds: float,
) -> StatusDocument:
    """Everything that was heard as one picture.

    Args:
        plan: the site's plan.
        judged: the quick checks and their verdicts.
        looked: every host's answer to its look, None if it gave none.
        pools: every balancer's answer about its pools.
        at: when this was asked.
        seconds: how long asking took.
    """
    units = units_of(plan)
    hosts = tuple(_host(name, wanted, looked.get(name)) for name, wanted in units.items())
    # Who holds a VIP only all hosts together can tell.
    vips = tuple(_vips(plan.context, looked)) if plan.only is None else ()
    seen = _pools_of_holder(plan.context, vips, pools)
    components = tuple(_components(judged))
    level, why = _level(vips, hosts, seen, components)
    return StatusDocument(
        site=plan.context.site.name,
        at=at,
        seconds=round(seconds, 3),
        level=level,
        why=why,
        vips=vips,
        hosts=hosts,
        pools=seen,
        components=components,
        hint=_hint(str(plan.context.site.file), hosts, components),
    )


def _parts(answer: Output) -> tuple[str, str, str]:
    age, _, rest = answer.stdout.partition("--\n")
    addresses, _, units = rest.partition("--\n")
    return age, addresses, units


def _host(name: str, wanted: Sequence[str], answer: Output | None) -> HostState:
    if answer is None:
        return HostState(name=name, reachable=False, up_seconds=None, units=len(wanted), not_running=())
    age, _, told = _parts(answer)
    blocks = [
        dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        for block in told.strip().split("\n\n")
    ]
    # One block per unit in the order asked; what systemctl did not tell of is not known to run.
    blocks += [{}] * (len(wanted) - len(blocks))
    stopped = tuple(
        UnitState(unit=unit, state=_state(block))
        for unit, block in zip(wanted, blocks, strict=False)
        if block.get("ActiveState") != "active"
    )
    seconds = int(age) if age.strip().isdigit() else None
    return HostState(name=name, reachable=True, up_seconds=seconds, units=len(wanted), not_running=stopped)


def _state(block: Mapping[str, str]) -> str:
    active, sub = block.get("ActiveState", "not known"), block.get("SubState", "")
    return active if sub in {"", active, "dead"} else f"{active}, {sub}"


def _vips(context: Context, looked: Mapping[str, Output | None]) -> Iterator[VipState]:
    held = {host: _addresses(answer) for host, answer in looked.items() if answer is not None}
    for name, vip in context.site.vips.items():
        holders = tuple(host for host in context.site.hosts if str(vip.address) in held.get(host, ()))
        yield VipState(name=name, address=str(vip.address), holders=holders)


def _addresses(answer: Output) -> frozenset[str]:
    # A row reads: number, interface, family, address with prefix length, and more.
    rows = (line.split() for line in _parts(answer)[1].splitlines())
    return frozenset(row[3].partition("/")[0] for row in rows if len(row) > 3 and row[2] == "inet")  # noqa: PLR2004


def _pools_of_holder(
    context: Context, vips: Sequence[VipState], answers: Mapping[str, Output | None]
) -> tuple[PoolState, ...]:
    """The pools as the first holder of a VIP sees them, else as any balancer that answered."""
    heard = {host: answer for host, answer in answers.items() if answer is not None and answer.code == 0}
    holders = [host for vip in vips for host in vip.holders if host in heard]
    for host in (*holders, *heard):
        return tuple(_pools(context, heard[host]))
    return ()


def _pools(context: Context, answer: Output) -> Iterator[PoolState]:
    seen = backends_seen(context)
    usable = seen.read(answer) if seen else {}
    for endpoint in context.declared(Endpoint):
        mine = ((host, usable.get((endpoint.name, host))) for host in endpoint.hosts)
        in_line = {host: preferred for host, preferred in mine if preferred is not None}
        up = list(in_line)
        first = sorted(up, key=lambda host: not in_line[host])
        yield PoolState(
            name=endpoint.name,
            up=tuple(up),
            down=tuple(host for host in endpoint.hosts if host not in up),
            writer=first[0] if endpoint.single_writer and first else None,
        )


def _components(judged: Sequence[Judged]) -> Iterator[ComponentState]:
    groups: dict[str, list[Judged]] = {}
    for pair in judged:
        groups.setdefault(component_of(pair[0]), []).append(pair)
    for name, members in groups.items():
        check, verdict = min(members, key=_telling)
        yield ComponentState(
            name=name,
            outcome=outcome_of(members),
            holding=sum(v.outcome is Outcome.PASS for _, v in members),
            asked=len(members),
            seen=verdict.seen,
            check=check.id,
        )


def _telling(pair: Judged) -> tuple[int, bool, bool]:
    """The worst first; of those that hold, one that counts something, and speaks for all hosts at once."""
    check, verdict = pair
    seen = verdict.seen
    for host in check.asks:
        seen = seen.replace(host, "")
    counts = any(character.isdigit() for character in seen)
    return WORST_FIRST.index(verdict.outcome), not counts, seen != verdict.seen


def _level(
    vips: Sequence[VipState],
    hosts: Sequence[HostState],
    pools: Sequence[PoolState],
    components: Sequence[ComponentState],
) -> tuple[Level, str]:
    if not any(host.reachable for host in hosts):
        return Level.UNKNOWN, "no host answered"
    for why in _unserved(vips, pools):
        return Level.CRITICAL, why
    for why in _degraded(hosts, pools, components):
        return Level.WARNING, why
    return Level.OK, "every promise that was asked about holds"


def _unserved(vips: Sequence[VipState], pools: Sequence[PoolState]) -> Iterator[str]:
    for vip in vips:
        if not vip.holders:
            yield f"no host that answers holds {vip.name} ({vip.address})"
        elif len(vip.holders) > 1:
            yield f"{' and '.join(vip.holders)} hold {vip.name} ({vip.address}) at once"
    for pool in pools:
        if not pool.up:
            yield f"{pool.name} has no usable backend"


def _degraded(
    hosts: Sequence[HostState], pools: Sequence[PoolState], components: Sequence[ComponentState]
) -> Iterator[str]:
    for host in hosts:
        if not host.reachable:
            yield f"{host.name} does not answer"
    for host in hosts:
        for unit in host.not_running:
            yield f"{unit.unit} is {unit.state} on {host.name}"
    for pool in pools:
        if pool.down:
            yield f"{pool.name} runs without {', '.join(pool.down)}"
    for component in sorted(components, key=lambda c: WORST_FIRST.index(c.outcome)):
        if component.outcome is not Outcome.PASS:
            yield f"{component.name}: {component.seen}"


def _hint(file: str, hosts: Sequence[HostState], components: Sequence[ComponentState]) -> str:
    """The one command that helps most: reach the host, read the unit's log, ask the broken promise."""
    if not any(host.reachable for host in hosts):
        return f"is it there? for a lab: nines lab up {file}"
    for host in hosts:
        if not host.reachable:
            return f"look at {host.name}'s power and network; for a lab: nines lab status"
    for host in hosts:
        for unit in host.not_running:
            return f"on {host.name}: journalctl -b -n 50 -u {unit.unit}; then: nines deploy {file}"
    for component in sorted(components, key=lambda c: WORST_FIRST.index(c.outcome)):
        if component.outcome is not Outcome.PASS:
            return f"nines verify {file} --only '{component.name}.*'"
    return f"nines verify {file} asks about everything; nines drill {file} proves it"

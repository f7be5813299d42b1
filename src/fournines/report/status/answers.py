"""What the hosts answered, read: their age, addresses and units, who holds a VIP, the pools, the promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.verdict import Outcome
from fournines.report.document import Judged, component_of, outcome_of
from fournines.report.status.document import ComponentState, HostState, PoolState, UnitState, VipState
from fournines.report.status.questions import backends_seen
from fournines.report.style import WORST_FIRST


def _parts(answer: Output) -> tuple[str, str, str]:
    age, _, rest = answer.stdout.partition("--\n")
    addresses, _, units = rest.partition("--\n")
    return age, addresses, units


def host_state(name: str, wanted: Sequence[str], answer: Output | None) -> HostState:
    """One host, of which None is heard if it is not there: its age, and which ``wanted`` units do not run."""
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


def vip_states(context: Context, looked: Mapping[str, Output | None]) -> Iterator[VipState]:
    """Every VIP and the hosts that have its address."""
    held = {host: _addresses(answer) for host, answer in looked.items() if answer is not None}
    for name, vip in context.site.vips.items():
        holders = tuple(host for host in context.site.hosts if str(vip.address) in held.get(host, ()))
        yield VipState(name=name, address=str(vip.address), holders=holders)


def _addresses(answer: Output) -> frozenset[str]:
    # A row of `ip -o` reads: number, interface, family, address with prefix length, and more.
    rows = (line.split() for line in _parts(answer)[1].splitlines())
    return frozenset(row[3].partition("/")[0] for row in rows if len(row) > 3 and row[2] == "inet")  # noqa: PLR2004


def pools_of_holder(
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
        moved = endpoint.one_host and up  # on the others it is not meant to run
        first = sorted(up, key=lambda host: not in_line[host])
        yield PoolState(
            name=endpoint.name,
            up=tuple(up),
            down=() if moved else tuple(host for host in endpoint.hosts if host not in up),
            writer=first[0] if endpoint.single_writer and first else None,
        )


def component_states(judged: Sequence[Judged]) -> Iterator[ComponentState]:
    """Every component that was asked about, and the worst of its promises."""
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

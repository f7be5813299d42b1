"""What ran, on what machine, and what clusters say in their journals of members that they lost."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Sequence

from fournines.drill.judging.parting import Parting, partings
from fournines.drill.judging.takeover import moments
from fournines.drill.result import Moment
from fournines.engine.asking.ask import ask_all
from fournines.engine.wire.transport import Transport
from fournines.kit.check import Ask
from fournines.kit.probe import Membership, Milestones
from fournines.kit.step import File
from fournines.plan.model import Plan
from fournines.plan.packages import packages_of, version_table, versions_ask
from fournines.plan.patience import patient_ask
from fournines.probe.watch import Clock


async def versions(transport: Transport, plan: Plan) -> dict[str, dict[str, str]]:
    """Per host the installed version of each package of the plan; a host that is silent is left out."""
    asks = {host: versions_ask(names) for host, names in packages_of(plan).items()}
    heard = await ask_all(transport, asks.items())
    found = {}
    for host, ask in asks.items():
        answer = heard[host, ask]
        if answer is not None:  # a package that is not installed makes the code 1; the others are listed
            found[host] = version_table(answer.stdout)
    return found


async def losses(transport: Transport, plan: Plan, clock: Clock) -> tuple[Parting, ...]:
    """When members of the site's clusters suspected one another since the run's clock began.

    The clocks of the hosts are taken to agree with this one; it is a promise of the site that they do.
    """
    zero = time.time() - clock()
    asks = {
        (host, told): _journal(plan, told.units, (told.lost, told.whole), since=zero)
        for told in plan.context.declared(Membership)
        for host in told.hosts
    }
    heard = await ask_all(transport, ((host, ask) for (host, _), ask in asks.items()))
    found: list[Parting] = []
    for (host, told), ask in asks.items():
        answer = heard[host, ask]
        if answer is not None:
            found += partings(answer.stdout, told, host, zero=zero)
    return tuple(sorted(found, key=lambda one: one.began))


async def told_moments(
    transport: Transport, plan: Plan, clock: Clock, *, hurt: Sequence[str]
) -> tuple[Moment, ...]:
    """The milestones that the journals of the hosts that were not hurt tell since the run's clock began."""
    zero = time.time() - clock()
    asks = {
        (host, told): _journal(plan, told.units, [pattern for pattern, _ in told.lines], since=zero)
        for told in plan.context.declared(Milestones)
        for host in told.hosts
        if host not in hurt
    }
    heard = await ask_all(transport, ((host, ask) for (host, _), ask in asks.items()))
    answers = ((told, heard[host, ask]) for (host, told), ask in asks.items())
    return tuple(
        moment
        for told, answer in answers
        if answer is not None
        for moment in moments(answer.stdout, told, zero=zero)
    )


def _journal(plan: Plan, told_by: Iterable[str], patterns: Iterable[str], *, since: float) -> Ask:
    units = (f"--unit={unit}" for unit in told_by)
    shape = ("--output=short-unix", "--no-pager", "--quiet", "--case-sensitive")
    argv = ("journalctl", *shape, *units, f"--grep={'|'.join(patterns)}", f"--since=@{since:.0f}")
    return patient_ask(Ask(argv, timeout=30), plan.context.site.patience)


def digest(plan: Plan) -> str:
    """SHA-256 over every file of every host: two sites with one digest are configured alike."""
    total = hashlib.sha256()
    files = sorted(
        (host, step.path, step.content)
        for phase in plan.phases
        for host, steps in phase.steps.items()
        for step in steps
        if isinstance(step, File)
    )
    for parts in files:
        for part in parts:
            total.update(f"{len(part)}:{part}".encode())
    return total.hexdigest()


def machine() -> str:
    """The machine the drill was started on, which in a lab is the one under all hosts."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} cores, {pages / 2**30:.0f} GiB, Linux {platform.release()}"

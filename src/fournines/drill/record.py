"""What ran: the versions on the hosts, a digest of every configuration file, the machine under a lab."""

from __future__ import annotations

import hashlib
import os
import platform

from fournines.engine.asking.ask import ask_all
from fournines.engine.wire.transport import Transport
from fournines.kit.step import File
from fournines.plan.model import Plan
from fournines.plan.packages import packages_of, version_table, versions_ask


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

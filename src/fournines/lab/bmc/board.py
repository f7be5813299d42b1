"""Starting a lab's board, and what is needed to log in to it."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fournines import files
from fournines.errors import LabError
from fournines.lab import network
from fournines.lab.cgroups import JOIN_CGROUPS, Hierarchies, HostCgroups

if TYPE_CHECKING:
    from fournines.lab.plan import LabBmc, LabPlan
    from fournines.lab.state import LabPaths

CGROUP = "_bmc"
"""The board's cgroup stands among those of the lab's hosts, so that it ends with the lab, whatever became of
whoever started it. No host can have this name."""


def ensure(plan: LabPlan, paths: LabPaths, where: Hierarchies, *, timeout: float = 20.0) -> None:
    """Make the board answer, if the plan has one; one that runs is left alone.

    Raises:
        LabError: it did not begin to listen within ``timeout`` seconds; its log is named.
    """
    cgroups = HostCgroups(where, plan.name, CGROUP)
    if plan.bmc is None or (cgroups.processes() and paths.bmc.ready.exists()):
        return
    cgroups.clear()
    _furnish(plan.name, plan.bmc, paths)
    cgroups.make()
    serve = [sys.executable, "-I", "-m", "fournines.lab.bmc.server", plan.name]
    joined = ["setsid", "--fork", "sh", "-c", JOIN_CGROUPS, "join", *map(str, cgroups.directories), "--"]
    with paths.bmc.log.open("ab") as log:
        subprocess.run(
            [*joined, *network.inside(plan.name, serve)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            check=True,
        )
    give_up = time.monotonic() + timeout
    while not paths.bmc.ready.exists():
        if time.monotonic() > give_up:
            raise LabError("the lab's board does not listen", where=str(paths.bmc.log))
        time.sleep(0.02)


def _furnish(lab: str, bmc: LabBmc, paths: LabPaths) -> None:
    """A password and a certificate of the lab's own, once; a board that starts again keeps them."""
    paths.bmc.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths.bmc.ready.unlink(missing_ok=True)
    if not paths.bmc.password.exists():
        files.write(paths.bmc.password, secrets.token_hex(16) + "\n", mode=0o600)
    if not paths.bmc.certificate.exists():
        # 50 ms that every start of `nines` would pay
        from fournines.secrets.authority import Authority, issue, new_authority  # noqa: PLC0415

        now = datetime.now(UTC)
        authority = Authority.parse(new_authority(f"lab {lab}", now))
        leaf = issue(authority, [str(bmc.address)], now)
        files.write(paths.bmc.certificate, leaf, mode=0o600)

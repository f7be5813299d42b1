"""A database whose data moves with it, on two virtual machines: DRBD, fencing, takeover, for real.

Where no kernel comes up under KVM their processors are emulated, and this takes many minutes of two
processors: `make test-full` runs it. Nothing here is about how long things take.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lab.deployed import CONTROLLERS, Deployed, example

from fournines.drill.result import DrillRun, from_json

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        "NINES_LONG" not in os.environ, reason="many minutes of two processors: make test-full"
    ),
]


@pytest.fixture(name="moving", scope="module")
def of_the_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with example("active-passive-drbd", tmp_path_factory.mktemp("moving")) as site:
        yield site


def well(site: Deployed) -> bool:
    """Every promise holds, however long that takes."""
    return site.nines("verify", "--wait", f"{site.seconds:g}").returncode == 0


def in_use(site: Deployed) -> list[str]:
    """The hosts on which the volume is mounted."""
    asked = ("mountpoint", "--quiet", "/var/lib/mysql")
    return [host for host in CONTROLLERS if site.on(host, *asked).returncode == 0]


def drilled(site: Deployed, folder: Path, name: str) -> DrillRun:
    site.nines("drill", name, "--no-control", "--out", folder)
    (run,) = from_json((folder / "result.json").read_text()).runs
    assert run.fault is not None, [j.verdict.seen for j in run.judgements]
    (account,) = run.accounts
    assert account.acknowledged
    assert not account.unread
    assert (account.lost, account.duplicated, account.unexpected, account.torn) == (0, 0, 0, 0)
    return run


def test_every_promise_holds_and_a_second_deployment_changes_nothing(moving: Deployed) -> None:
    assert well(moving)
    assert len(in_use(moving)) == 1
    assert moving.changes() == []


def test_the_host_in_use_loses_its_power_and_nothing_else_is_lost(moving: Deployed, tmp_path: Path) -> None:
    assert well(moving)
    (before,) = in_use(moving)
    (other,) = (host for host in CONTROLLERS if host != before)
    run = drilled(moving, tmp_path, "data-power")
    told = [moment.what for moment in run.takeover]
    order = [
        "the others agree that it is lost",
        f"{before} is fenced",
        f"p_drbd_mysql is promoted on {other}",
        f"p_fs_mysql runs on {other}",
        f"mariadb runs on {other}",
    ]
    assert [what for what in told if what in order] == order, "it is fenced before anything else is done"
    assert well(moving)
    assert in_use(moving) == [other]


def test_a_database_that_is_killed_is_started_where_it_was(moving: Deployed, tmp_path: Path) -> None:
    assert well(moving)
    before = in_use(moving)
    drilled(moving, tmp_path, "data-kill")
    assert well(moving)
    assert in_use(moving) == before

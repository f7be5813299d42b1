"""A database whose data moves with it, on two virtual machines: DRBD, fencing, takeover, for real.

Where no kernel comes up under KVM their processors are emulated, and this takes many minutes of two
processors: `make test-full` runs it. Nothing here is about how long things take.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fournines.drill.result import DrillRun, from_json

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(
        "NINES_LONG" not in os.environ, reason="many minutes of two processors: make test-full"
    ),
]

EXAMPLE = Path(__file__).parents[2] / "examples/active-passive-drbd.yaml"
NINES = Path(sys.executable).with_name("nines")
CONTROLLERS = ("controller1", "controller2")
PATIENCE = "600"
"""Seconds in which every promise must hold again."""


def nines(*argv: str | Path, timeout: float = 1800) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NINES, *argv], capture_output=True, text=True, check=False, timeout=timeout)


@pytest.fixture(name="moving", scope="module")
def where_it_moves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The database alone: a service would take minutes to start where processors are emulated."""
    if os.geteuid() != 0:
        pytest.skip("lab hosts need root")
    name = f"moving{os.getpid()}"
    file = tmp_path_factory.mktemp("moving") / "site.yaml"
    text = EXAMPLE.read_text()
    for old, new in (("name: active-passive-drbd", f"name: {name}"), ("[keystone]", "[]")):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    try:
        for argv in (("lab", "up", file), ("deploy", file)):
            done = nines(*argv)
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        yield file
    finally:
        nines("lab", "down", name)


def well(site: Path) -> bool:
    return nines("verify", site, "--wait", PATIENCE).returncode == 0


def in_use(site: Path) -> list[str]:
    """The hosts on which the volume is mounted."""
    lab = next(line.split()[1] for line in site.read_text().splitlines() if line.startswith("name: "))
    asked = ("mountpoint", "--quiet", "/var/lib/mysql")
    return [h for h in CONTROLLERS if nines("lab", "exec", "--name", lab, h, "--", *asked).returncode == 0]


def changed(site: Path) -> list[str]:
    done = nines("deploy", "--json", site)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [event["subject"] for event in events if event["event"] == "StepChanged"]


def drilled(site: Path, folder: Path, name: str) -> DrillRun:
    nines("drill", site, name, "--no-control", "--out", folder)
    (run,) = from_json((folder / "result.json").read_text()).runs
    assert run.fault is not None, [j.verdict.seen for j in run.judgements]
    (account,) = run.accounts
    assert account.acknowledged
    assert not account.unread
    assert (account.lost, account.duplicated, account.unexpected, account.torn) == (0, 0, 0, 0)
    return run


def test_every_promise_holds_and_a_second_deployment_changes_nothing(moving: Path) -> None:
    assert well(moving)
    assert len(in_use(moving)) == 1
    assert changed(moving) == []


def test_the_host_in_use_loses_its_power_and_nothing_else_is_lost(moving: Path, tmp_path: Path) -> None:
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


def test_a_database_that_is_killed_is_started_where_it_was(moving: Path, tmp_path: Path) -> None:
    assert well(moving)
    before = in_use(moving)
    drilled(moving, tmp_path, "data-kill")
    assert well(moving)
    assert in_use(moving) == before

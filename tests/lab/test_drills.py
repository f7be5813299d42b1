"""Drills on real hosts: what they do is undone, what they find is on disk, and the bounds hold.

The figures themselves belong into a report of a quiet machine; here the bounds must hold on whatever
machine runs the tests, and nothing acknowledged may be lost anywhere.
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.lab.conftest import NINES, Deployed

from fournines.drill.result import Campaign, DrillRun, StageName, from_json
from fournines.kit.verdict import Outcome

pytestmark = pytest.mark.lab

CONVERGED = 120.0
"""How long a test waits for the site before and after it hurts it, in seconds."""


def _drill(site: Deployed, folder: Path, *names: str) -> tuple[int, Campaign]:
    done = subprocess.run(
        [NINES, "drill", site.file, *names, "--out", folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    result = folder / "result.json"
    assert result.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    assert (folder / "report.html").exists()
    return done.returncode, from_json(result.read_text())


def _well(site: Deployed) -> bool:
    return set(site.verdicts("*", "--wait", str(CONVERGED)).values()) == {"pass"}


def _said(run: DrillRun) -> list[str]:
    return [f"{j.id}: {j.verdict.seen}" for j in run.judgements if not j.verdict.passed]


@pytest.mark.parametrize("name", ["haproxy-kill", "writer-kill", "vip-cut", "vip-power"])
def test_a_drill_hurts_measures_heals_and_loses_nothing(
    deployed: Deployed, tmp_path: Path, name: str
) -> None:
    assert _well(deployed)
    _, campaign = _drill(deployed, tmp_path, name)
    (run,) = campaign.runs
    assert run.fault is not None, _said(run)
    assert run.injected
    assert run.undone
    assert run.healed is not None, _said(run)
    assert {account.ledger for account in run.accounts} == {
        "sql",
        "publish dashboard",
        "publish controller1",
        "publish controller2",
    }
    for account in run.accounts:
        assert account.acknowledged > 50
        assert (account.lost, account.duplicated, account.unexpected, account.torn) == (0, 0, 0, 0)
        assert not account.unread
    assert all(series.figures.attempts > 50 for series in run.series)
    assert _well(deployed)


def test_every_host_loses_power_and_the_site_comes_back_alone(deployed: Deployed, tmp_path: Path) -> None:
    assert _well(deployed)
    code, campaign = _drill(deployed, tmp_path, "cold-start")
    (run,) = campaign.runs
    assert (code, run.outcome) == (0, Outcome.PASS), _said(run)
    assert run.healed is not None
    assert run.healed <= 180
    assert sum(account.lost for account in run.accounts) == 0


def test_an_interrupted_drill_leaves_a_site_that_heals(deployed: Deployed, tmp_path: Path) -> None:
    """Ctrl-C while the host has no power: it has it again before the program ends."""
    assert _well(deployed)
    running = subprocess.Popen(
        [NINES, "drill", deployed.file, "vip-power", "--out", tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = tmp_path / "events-1-vip-power.jsonl"
    deadline = time.monotonic() + 60
    begun = f'"name": "{StageName.HOLD}"'
    while not (log.exists() and begun in log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) == 130
    status = subprocess.run(
        [NINES, "lab", "status", "--name", deployed.name], capture_output=True, text=True, check=True
    )
    assert " off " not in status.stdout
    assert _well(deployed)


def test_a_site_that_is_not_well_is_not_hurt(deployed: Deployed, tmp_path: Path) -> None:
    assert _well(deployed)
    deployed.on("controller2", "systemctl", "stop", "memcached")
    try:
        code, campaign = _drill(deployed, tmp_path, "vip-power")
    finally:
        deployed.on("controller2", "systemctl", "start", "memcached")
    (run,) = campaign.runs
    assert (code, run.outcome) == (4, Outcome.UNKNOWN)
    assert "memcached" in run.judgements[0].verdict.seen
    assert run.injected == ()


def test_probes_are_light(deployed: Deployed, tmp_path: Path) -> None:
    """All clients of a control run together take less than a fifth of one core."""
    assert _well(deployed)
    before = time.monotonic()
    with subprocess.Popen(
        [NINES, "drill", deployed.file, "control", "--out", tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        fields = Path(f"/proc/{running.pid}/stat")
        ticks = 0
        while running.poll() is None:
            text = fields.read_text().rsplit(")", 1)
            ticks = sum(map(int, text[1].split()[11:13])) if len(text) > 1 else ticks
            time.sleep(0.5)
    seconds = time.monotonic() - before
    assert ticks / 100 / seconds < 0.2

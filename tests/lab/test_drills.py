"""Drills on real hosts: what they do is undone, the site heals, nothing acknowledged is lost, all is told.

What depends on how fast the machine is (outages, bounds, what probes cost) is judged by drills themselves
and measured in bench/; here it must not matter.
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
from fournines.report.document import EXIT_CODES

pytestmark = pytest.mark.lab

CONVERGED = 300.0
"""Seconds a test waits for the site before and after it hurts it: that it heals, not how soon."""


def _drill(site: Deployed, folder: Path, *names: str) -> tuple[int, Campaign]:
    done = subprocess.run(
        [NINES, "drill", site.file, *names, "--no-control", "--out", folder],
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


@pytest.mark.parametrize("name", ["haproxy-kill", "writer-kill", "vip-cut", "vip-power", "cold-start"])
def test_a_drill_hurts_measures_heals_and_loses_nothing(
    deployed: Deployed, tmp_path: Path, name: str
) -> None:
    assert _well(deployed)
    for attempt in ("first", "second", "third"):
        code, campaign = _drill(deployed, tmp_path / attempt, name)
        (run,) = campaign.runs
        if run.fault is not None:
            break  # else a busy machine kept clients waiting before anything was hurt, and nothing was
    assert code == EXIT_CODES[run.outcome]
    assert run.fault is not None, _said(run)
    assert run.injected
    assert run.undone
    assert {account.ledger for account in run.accounts} == {
        "sql",
        "publish dashboard",
        "publish controller1",
        "publish controller2",
    }
    for account in run.accounts:
        assert account.acknowledged
        assert (account.lost, account.duplicated, account.unexpected, account.torn) == (0, 0, 0, 0)
        assert not account.unread
    verdicts = {j.id: j.verdict for j in run.judgements}
    assert verdicts["I1.rest"].passed, verdicts["I1.rest"].seen
    assert verdicts["I8.token"].passed, verdicts["I8.token"].seen
    assert all(series.figures.ok for series in run.series)
    _machine_is_told(run)
    assert _well(deployed)


def _machine_is_told(run: DrillRun) -> None:
    """The report says how busy the machine was, host by host where the kernel counts that."""
    assert run.load is not None
    assert run.load.waited or run.load.untold
    assert all(stall.seconds > 0 and stall.who and stall.how for stall in run.load.stalls)


def test_a_control_run_comes_first_and_hurts_nobody(deployed: Deployed, tmp_path: Path) -> None:
    assert _well(deployed)
    _, campaign = _drill(deployed, tmp_path, "control")
    (run,) = campaign.runs
    assert campaign.control is run
    assert (run.injected, run.undone, run.fault) == ((), (), None)
    assert all(account.lost == 0 for account in run.accounts)


def test_an_interrupted_drill_leaves_a_site_that_heals(deployed: Deployed, tmp_path: Path) -> None:
    """Ctrl-C while the host has no power: it has it again before the program ends."""
    assert _well(deployed)
    running = subprocess.Popen(
        [NINES, "drill", deployed.file, "vip-power", "--no-control", "--out", tmp_path],
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

"""Drills on real hosts: what they do is undone, the site heals, nothing acknowledged is lost, all is told.

What depends on how fast the machine is (outages, bounds, what probes cost) is judged by drills themselves
and measured in bench/; here it must not matter.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.lab.deployed import NINES, PATIENCE, Deployed

from fournines import lab
from fournines.drill.result import Campaign, DrillRun, StageName, from_json
from fournines.kit.verdict import Outcome
from fournines.report.document import EXIT_CODES

pytestmark = pytest.mark.lab

DRILLS = ("haproxy-kill", "writer-kill", "vip-cut", "vip-power", "cold-start")
WAIT = ("--wait", f"{PATIENCE:g}")
TRYING = 1200.0
"""Seconds after which a test believes that clients will never be answered."""


def drill(site: Deployed, folder: Path, *words: str) -> Campaign:
    done = site.nines("drill", *words, "--out", folder)
    result = folder / "result.json"
    assert result.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    assert (folder / "report.html").exists()
    found = from_json(result.read_text())
    assert done.returncode == EXIT_CODES[found.outcome]
    return found


@pytest.fixture(scope="module")
def campaign(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """All of them one after the other, as users run them."""
    return drill(deployed, tmp_path_factory.mktemp("campaign") / "out", *DRILLS, *WAIT)


@pytest.fixture(scope="module")
def runs(
    deployed: Deployed, campaign: Campaign, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, DrillRun]:
    """What each did. Where a busy machine kept clients waiting before anything was hurt, nothing was; such a
    drill is run again.
    """
    found = {run.name: run for run in campaign.runs}
    give_up = time.monotonic() + TRYING
    while again := [name for name in DRILLS if name in found and found[name].fault is None]:
        assert time.monotonic() < give_up, [said(found[name]) for name in again]
        folder = tmp_path_factory.mktemp("again") / "out"
        found |= {run.name: run for run in drill(deployed, folder, *again, "--no-control", *WAIT).runs}
    return found


def said(run: DrillRun) -> list[str]:
    """What was seen of that which did not pass."""
    return [f"{run.name}: {j.id}: {j.verdict.seen}" for j in run.judgements if not j.verdict.passed]


def test_a_control_run_comes_first_and_hurts_nobody(campaign: Campaign) -> None:
    run = campaign.runs[0]
    assert campaign.control is run
    assert (run.injected, run.undone, run.fault) == ((), (), None)
    assert all(account.lost == 0 for account in run.accounts)


@pytest.mark.parametrize("name", DRILLS)
def test_a_drill_hurts_measures_undoes_and_loses_nothing(runs: Mapping[str, DrillRun], name: str) -> None:
    assert name in runs, f"the campaign ended before it: {[said(run) for run in runs.values()]}"
    run = runs[name]
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
    the_machine_is_told(run)


def the_machine_is_told(run: DrillRun) -> None:
    """The report says how busy the machine was, host by host where the kernel counts that."""
    assert run.load is not None
    assert run.load.waited or run.load.untold
    assert all(stall.seconds > 0 and stall.who and stall.how for stall in run.load.stalls)


def test_the_site_heals(deployed: Deployed, runs: Mapping[str, DrillRun]) -> None:
    """Each drill that hurt it began when it was well again after the one before; this is after the last."""
    assert runs
    assert deployed.not_passing() == {}


def test_an_interrupted_drill_leaves_a_site_that_heals(deployed: Deployed, tmp_path: Path) -> None:
    """Ctrl-C while the host has no power: it has it again before the program ends."""
    # The hold is longer than this test may take to see that it has begun.
    options = ("--no-control", "--hold", f"{2 * PATIENCE:g}", *WAIT)
    log = tmp_path / "events-1-vip-power.jsonl"
    running = subprocess.Popen(
        [NINES, "drill", deployed.file, "vip-power", *options, "--out", tmp_path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 2 * PATIENCE
        begun = f'"name": "{StageName.HOLD}"'
        while not (log.exists() and begun in log.read_text()):
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.1)
        assert "off" in powers(deployed)
    finally:
        running.send_signal(signal.SIGINT)
        code = running.wait(timeout=PATIENCE)
    assert code == 130
    assert powers(deployed) == {"on"}
    assert deployed.not_passing() == {}


def powers(site: Deployed) -> set[str]:
    """How the hosts of the site's lab are."""
    return {host.power for host in lab.status(site.name).hosts}


def test_a_site_that_is_not_well_is_not_hurt(deployed: Deployed, tmp_path: Path) -> None:
    deployed.on("controller2", "systemctl", "stop", "memcached")
    try:
        campaign = drill(deployed, tmp_path / "out", "vip-power", "--no-control", "--wait", "0")
    finally:
        deployed.on("controller2", "systemctl", "start", "memcached")
    (run,) = campaign.runs
    assert run.outcome is Outcome.UNKNOWN
    assert "memcached" in run.judgements[0].verdict.seen
    assert run.injected == ()

"""``nines drill`` at the terminal: names, signals, and one line of progress."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import anyio
import pytest
from tests.components.virtual import LAB
from tests.drill.play import World, play
from tests.drill.test_result import RUN
from tests.drill.test_run import POWER
from typer.testing import CliRunner

from fournines.cli import app
from fournines.cli.drill import _command, _Session, progress
from fournines.cli.shared.site import Opened
from fournines.drill.journal import Journal
from fournines.drill.result import StageName, from_json
from fournines.drill.rig import Pace
from fournines.probe.sample import Reply, Sample


def test_the_list_names_every_drill_with_its_sentence() -> None:
    shown = CliRunner().invoke(app, ["drill", "no-such-site.yaml", "--list"])
    assert shown.exit_code == 0
    for name in ("haproxy-kill", "writer-kill", "queue-leader-power", "vip-power", "cold-start", "control"):
        assert name in shown.stdout.splitlines()
    assert "    When the host that holds the VIP loses power: an API answers again" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 100


def test_the_list_of_a_site_says_what_runs_there_and_what_does_not(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(LAB, encoding="utf-8")
    shown = CliRunner().invoke(app, ["drill", str(site), "--list"]).stdout.splitlines()
    assert "router-power" in shown, "a component of the site declares it"
    assert "active-power" not in shown
    assert any(line.startswith("    active-freeze, active-power, ") for line in shown)
    assert "    openvswitch: vswitchd.crash, vswitchd.kill" in "\n".join(shown)
    told = json.loads(CliRunner().invoke(app, ["drill", str(site), "--list", "--json"]).stdout)
    runs = [one["name"] for one in told["drills"] if one["runs_here"]]
    assert runs == [line for line in shown if line and line[0] != " " and not line.endswith(":")]
    assert all(one["claims"].startswith("When ") for one in told["drills"])
    assert "neutron.l3.hang" in {one["id"] for one in told["faults"]}


def test_the_command_that_repeats_a_campaign_says_what_was_said() -> None:
    said = _command(Path("site.yaml"), ["vip-power"], 7, {"--hold": None, "--wait": 0.0})
    assert said == "nines drill site.yaml vip-power --seed 7 --no-control --wait 0"


def test_a_campaign_of_many_rounds_names_each_drill_once() -> None:
    said = _command(Path("site.yaml"), ["control", "nova.api.kill"], 7, {"--hold": 5.5, "--times": 5})
    assert said == "nines drill site.yaml control nova.api.kill --seed 7 --hold 5.5 --times 5"


def session(folder: Path) -> _Session:
    plan = play(World())[0].plan
    opened = Opened(plan.context.site, plan, None)
    return _Session(
        opened=opened, chosen=(), seed=1, pace=Pace(), command="nines drill site.yaml", folder=folder
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_pressing_ctrl_c_twice_does_not_kill_the_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """The first signal cancels; the second comes while the undo runs, and the undo ends all the same."""
    undone: list[bool] = []
    subject = session(tmp_path)

    async def campaign() -> None:
        try:
            os.kill(os.getpid(), number)
            await anyio.sleep(30)
        finally:
            with anyio.CancelScope(shield=True):
                os.kill(os.getpid(), number)
                await anyio.sleep(0.1)
                undone.append(True)

    monkeypatch.setattr(subject, "_campaign", campaign)
    anyio.run(subject.run)
    assert undone == [True]
    assert subject.interrupted


def test_a_run_that_goes_on_is_told_first_and_cancelled_only_when_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = session(tmp_path)
    seen: list[bool] = []

    async def campaign() -> None:
        subject._began(POWER, Journal(lambda: 0.0))
        os.kill(os.getpid(), signal.SIGTERM)
        while not subject.enough.said:  # noqa: ASYNC110 - a signal is an event that comes from outside
            await anyio.sleep(0.01)
        seen.append(subject.interrupted)
        os.kill(os.getpid(), signal.SIGTERM)
        await anyio.sleep(30)
        seen.append(False)

    monkeypatch.setattr(subject, "_campaign", campaign)
    anyio.run(subject.run)
    assert seen == [True]


def test_an_error_is_kept_until_the_report_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = session(tmp_path)

    async def campaign() -> None:
        raise TimeoutError("the undo took too long")

    monkeypatch.setattr(subject, "_campaign", campaign)
    anyio.run(subject.run)
    assert str(subject.failure) == "the undo took too long"
    assert not subject.interrupted


def test_every_finished_run_is_on_disk_before_the_next_begins(tmp_path: Path) -> None:
    subject = session(tmp_path)
    subject._ended(RUN)
    assert from_json((tmp_path / "result.json").read_text()).runs == (RUN,)


def test_one_line_says_stage_and_silence() -> None:
    now = [0.0]
    journal = Journal(lambda: now[0])
    journal.enter(StageName.HOLD)
    journal.sample(Sample("keystone", 0, 0, 0.1, Reply.OK))
    journal.sample(Sample("sql", 0, 0, 0.1, Reply.OK))
    now[0] = 2.5
    journal.sample(Sample("keystone", 2.4, 2.4, 2.5, Reply.OK))
    assert progress("2/7", "vip-power", journal) == "2/7 vip-power: hold 2 s | no answer: sql 2.4 s"

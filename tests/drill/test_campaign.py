"""Several drills in a row: names, files, and stopping while the evidence is fresh."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest
from tests.drill.play import PACE, World, play
from tests.drill.test_run import POWER

from fournines.drill.campaign import lost_something, picked, run_campaign
from fournines.drill.control import CONTROL
from fournines.drill.result import Campaign, StageName
from fournines.drill.scenario import Scenario
from fournines.errors import DrillError
from fournines.kit.verdict import Outcome

KNOWN = {scenario.name: scenario for scenario in (POWER, CONTROL)}


def campaign(world: World, *scenarios: Scenario, folder: Path | None = None) -> Campaign:
    rig, _ = play(world)

    async def it() -> Campaign:
        return await run_campaign(
            scenarios, rig, seed=7, pace=PACE, command="nines drill play.yaml", folder=folder
        )

    return anyio.run(it)


def test_drills_are_picked_by_name_in_the_order_given() -> None:
    assert picked(KNOWN, ["control", "vip-power"]) == (CONTROL, POWER)
    assert picked(KNOWN, []) == (POWER, CONTROL)
    with pytest.raises(DrillError, match="no drill 'vip'") as caught:
        picked(KNOWN, ["vip"])
    assert caught.value.try_this == "one of vip-power, control"


def test_each_run_has_a_raw_log_of_json_lines(tmp_path: Path) -> None:
    result = campaign(World(), CONTROL, POWER, folder=tmp_path)
    assert [run.events for run in result.runs] == ["events-1-control.jsonl", "events-2-vip-power.jsonl"]
    for run in result.runs:
        lines = [json.loads(line) for line in (tmp_path / run.events).read_text().splitlines()]
        samples = [line for line in lines if line["event"] == "sample"]
        assert len(samples) == sum(len(series.samples) for series in run.series)
        stages = [line["name"] for line in lines if line["event"] == "stage"]
        assert stages == [*StageName, None]
    assert result.site == "play"
    assert {run.seed for run in result.runs} == {7}


def test_a_campaign_stops_where_a_write_was_lost() -> None:
    world = World(rows={"controller1": [], "controller2": []})
    result = campaign(world, POWER, CONTROL)
    assert [run.name for run in result.runs] == ["vip-power"]
    assert lost_something(result.runs[0])
    assert result.outcome is Outcome.FAIL


def test_a_failure_of_another_kind_does_not_stop_it() -> None:
    result = campaign(World(well=False), POWER, CONTROL)
    assert [run.outcome for run in result.runs] == [Outcome.UNKNOWN, Outcome.UNKNOWN]

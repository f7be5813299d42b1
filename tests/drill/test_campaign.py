"""Several drills in a row: names, files, and stopping while the evidence is fresh."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import anyio
import pytest
from tests.components.virtual import clouds
from tests.drill.play import PACE, World, play
from tests.drill.test_run import POWER
from tests.support import context_of, site_of

from fournines.drill.campaign import lost_something, run_campaign
from fournines.drill.choosing.here import fitting
from fournines.drill.choosing.names import picked
from fournines.drill.control import CONTROL
from fournines.drill.enough import Enough
from fournines.drill.result import Campaign, StageName
from fournines.drill.scenario import ComponentFault, Part, Scenario
from fournines.drill.settle import Judged
from fournines.errors import DrillError
from fournines.kit.check import Check
from fournines.kit.context import Context
from fournines.kit.declare import MessageUser
from fournines.kit.probe import Reached
from fournines.kit.verdict import Outcome

KNOWN = {scenario.name: scenario for scenario in (POWER, CONTROL)}


def campaign(
    world: World, *scenarios: Scenario, folder: Path | None = None, steady: float = PACE.steady
) -> Campaign:
    rig, _ = play(world)

    async def it() -> Campaign:
        return await run_campaign(
            scenarios,
            rig,
            seed=7,
            pace=replace(PACE, steady=steady),
            command="nines drill play.yaml",
            folder=folder,
        )

    return anyio.run(it)


def test_a_campaign_hurts_only_what_the_site_has(blog_context: Context) -> None:
    leader = replace(POWER, name="leader", part=Part.QUEUE_LEADER)
    known = {**KNOWN, "leader": leader}
    assert leader in fitting(known, blog_context)
    without = replace(
        blog_context,
        declarations=tuple(d for d in blog_context.declarations if not isinstance(d, MessageUser)),
    )
    assert fitting(known, without) == (POWER, CONTROL)


def test_drills_are_picked_by_name_in_the_order_given(blog_context: Context) -> None:
    assert picked(KNOWN, ["control", "vip-power"], blog_context) == (CONTROL, POWER)
    with pytest.raises(DrillError, match="no drill 'vip'") as caught:
        picked(KNOWN, ["vip"], blog_context)
    assert caught.value.try_this == "one of vip-power, control"


def test_any_declared_fault_is_a_drill_that_measures(blog_context: Context) -> None:
    first, second = picked(KNOWN, ["control", "memcached.hang"], blog_context)
    assert first is CONTROL
    assert (second.name, second.injury) == ("memcached.hang", ComponentFault("memcached.hang"))
    assert not any(asdict(second.bounds).values())
    with pytest.raises(DrillError, match=r"no drill 'memcached\.hung'") as caught:
        picked(KNOWN, ["memcached.hung"], blog_context)
    assert "memcached.hang" in (caught.value.try_this or "")


def test_a_fault_of_who_serves_an_address_is_tried_where_it_is() -> None:
    context = clouds()
    names = ["neutron.l3.hang", "openvswitch.vswitchd.kill", "neutron.dhcp.kill", "neutron.api.kill"]
    picks = picked(KNOWN, names, context)
    assert [one.part for one in picks] == [*[Part.REACHED] * 3, Part.VIP_HOLDER]
    assert [one.reached for one in picks] == ["router", "router", "dhcp", ""]
    assert "on the host where a router is active" in picks[0].sentence
    kept = tuple(one for one in context.declarations if not isinstance(one, Reached))
    assert picked(KNOWN, names, replace(context, declarations=kept))[0].part is Part.VIP_HOLDER


def test_a_fault_of_what_is_not_on_every_controller_is_tried_on_one_of_its_hosts() -> None:
    """The VIP's holder may have no such unit: neither the fault nor its undo would work there."""
    (pick,) = picked(KNOWN, ["horizon.kill"], context_of(site_of("three-controllers.yaml")))
    assert (pick.part, pick.hosts) == (Part.ONE_OF, ("dashboard",))
    assert "killed (SIGKILL), and it stays down, on one of its hosts" in pick.sentence


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


def test_a_campaign_that_is_ended_by_hand_keeps_the_run_that_went_on() -> None:
    rig, _ = play(World())
    enough = Enough()

    async def it() -> Campaign:
        return await run_campaign(
            (POWER, CONTROL),
            rig,
            seed=7,
            pace=PACE,
            command="nines drill",
            enough=enough,
            began=lambda _scenario, _journal: enough.say(),
        )

    (run,) = anyio.run(it).runs
    assert (run.name, run.outcome) == ("vip-power", Outcome.UNKNOWN)


def test_a_failure_of_another_kind_does_not_stop_it() -> None:
    result = campaign(World(well=False), POWER, CONTROL, steady=0.1)
    assert [run.outcome for run in result.runs] == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_the_round_that_ended_one_drill_begins_the_next() -> None:
    """Asking everything twice in a row would only keep the site busy."""
    rounds: list[int] = []
    rig, _ = play(World())
    ask = rig.ask
    assert ask is not None

    async def counted(checks: Sequence[Check]) -> Judged:
        rounds.append(len(checks))
        return await ask(checks)

    async def it() -> Campaign:
        return await run_campaign(
            (CONTROL, POWER), replace(rig, ask=counted), seed=7, pace=PACE, command="nines drill"
        )

    result = anyio.run(it)
    assert [run.healed is not None for run in result.runs] == [True, True]
    assert len(rounds) == 3, "before the first, after the first, after the second"


def test_a_site_that_did_not_heal_is_looked_at_again() -> None:
    slow = replace(POWER, heal=0.1)
    result = campaign(World(heals=False), slow, CONTROL, steady=0.1)
    assert result.runs[0].healed is None
    assert result.runs[1].judgements[0].id == "I0.steady"

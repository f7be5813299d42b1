"""Doing and undoing: each injury by the right deed, with its exact command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest
from tests.drill.play import KILL, PlayPower, World, play
from tests.support import context_of, site_of

from fournines.drill.hurt.harm import Harm, harm_of, to_all
from fournines.drill.hurt.power import Power
from fournines.drill.scenario import (
    Cables,
    ComponentFault,
    Cut,
    Freeze,
    Injury,
    Lost,
    Nothing,
    PowerLoss,
    Standby,
)
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import DrillError
from fournines.kit.check import Output


def harm(injury: Injury, power: Power | None, code: int = 0) -> Harm:
    def said(call: Call) -> Output:
        return Output(code, "", f"{call.argv[0]} said no")

    return harm_of(injury, replace(play(World())[0], transport=Fake(said), power=power))


@pytest.mark.parametrize(
    ("injury", "commands"),
    [
        (PowerLoss(), ["off a", "on a"]),
        (Freeze(), ["freeze a", "thaw a"]),
        (Cut(), ["cut mgmt a", "heal mgmt a"]),
    ],
)
def test_an_injury_of_a_whole_host_is_the_powers_deed(injury: Injury, commands: list[str]) -> None:
    world = World()

    async def it() -> list[str]:
        done = harm(injury, PlayPower(world))
        return [await done.inject("a"), await done.undo("a")]

    assert anyio.run(it) == commands == world.done


def test_a_components_fault_is_its_own_command() -> None:
    async def it() -> tuple[str, str]:
        done = harm(ComponentFault(KILL.id), None)
        return await done.inject("a"), await done.undo("a")

    assert anyio.run(it) == ("a: kill-it", "a: start-it")


def test_a_command_that_fails_says_what_the_host_said() -> None:
    with pytest.raises(DrillError, match="kill-it ended with 3: kill-it said no") as caught:
        anyio.run(harm(ComponentFault(KILL.id), None, code=3).inject, "a")
    assert caught.value.where == "a"


def in_a_cluster(injury: Injury, said: Callable[[Call], Output], power: Power | None = None) -> Harm:
    rig = play(World())[0]
    plan = replace(rig.plan, context=context_of(site_of("active-passive.yaml")))
    return harm_of(injury, replace(rig, plan=plan, transport=Fake(said), power=power))


def test_a_host_that_is_lost_has_no_cables_when_fencing_gives_it_power() -> None:
    world = World()

    async def it() -> None:
        done = in_a_cluster(Lost(), lambda _: Output(1, ""), PlayPower(world))
        await done.inject("controller1")
        await done.undo("controller1")

    anyio.run(it)
    assert [deed.partition(" controller")[0] for deed in world.done] == [
        *("cut mgmt", "cut external", "off"),
        *("on", "heal mgmt", "heal external"),
    ]


def test_every_link_of_a_cluster_is_cut() -> None:
    cut = in_a_cluster(Cut(Cables.EVERY), lambda _: Output(1, ""), PlayPower(World())).inject
    assert anyio.run(cut, "controller1") == "cut mgmt controller1; cut external controller1"


def test_standby_is_the_operators_own_verb_told_to_another_member() -> None:
    asked: list[tuple[str, str]] = []

    def member(call: Call) -> Output:
        asked.append((call.host, json.loads(call.stdin)["do"]))
        return Output(0, '{"seconds": 1.5}')

    async def it() -> str:
        done = in_a_cluster(Standby(), member)
        await done.inject("controller1")
        return await done.undo("controller1")

    assert anyio.run(it) == "nines online SITE controller1 --yes"
    assert [verb for _, verb in asked] == ["standby", "online"]
    assert "controller1" not in {host for host, _ in asked}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Output(0, '{"refused": "the cluster has no member x", "hint": ""}'), "no member x"),
        (Output(1, "", "Traceback\nOSError: away"), "OSError: away"),
    ],
)
def test_what_the_cluster_refuses_is_no_standby(answer: Output, says: str) -> None:
    with pytest.raises(DrillError, match=says):
        anyio.run(in_a_cluster(Standby(), lambda _: answer).inject, "controller1")


def test_who_waits_comes_later() -> None:
    done: list[str] = []

    async def deed(host: str) -> str:
        done.append(host)
        return host

    async def it() -> list[str]:
        return await to_all(deed, ["a", "b"], {"a": 0.1})

    assert anyio.run(it) == ["a", "b"], "the commands are told in the hosts' order"
    assert done == ["b", "a"]


def test_nothing_is_nothing() -> None:
    assert anyio.run(harm(Nothing(), None).inject, "a") == "a: nothing"


@pytest.mark.parametrize("injury", [PowerLoss(), Freeze(), Cut(), Lost()])
def test_whole_hosts_need_power(injury: Injury) -> None:
    with pytest.raises(DrillError, match="power over whole hosts"):
        harm(injury, None)


def test_all_hosts_are_tried_before_an_error_is_raised() -> None:
    tried: list[str] = []

    async def deed(host: str) -> str:
        tried.append(host)
        if host != "b":
            raise DrillError(f"{host} is broken")
        return host

    async def it() -> None:
        await to_all(deed, ["a", "b", "c"])

    with pytest.raises(DrillError, match="a is broken"):
        anyio.run(it)
    assert tried == ["a", "b", "c"]

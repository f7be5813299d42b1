"""Doing and undoing: each injury by the right deed, with its exact command."""

from __future__ import annotations

import anyio
import pytest
from tests.drill.play import KILL, PlayPower, World

from fournines.drill.hurt.harm import Harm, harm_of, to_all
from fournines.drill.hurt.power import Power
from fournines.drill.scenario import ComponentFault, Cut, Freeze, Injury, Nothing, PowerLoss
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import DrillError
from fournines.kit.check import Output


def harm(injury: Injury, power: Power | None, code: int = 0) -> Harm:
    def said(call: Call) -> Output:
        return Output(code, "", f"{call.argv[0]} said no")

    return harm_of(injury, faults={KILL.id: KILL}, transport=Fake(said), power=power, network="mgmt")


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


def test_nothing_is_nothing() -> None:
    assert anyio.run(harm(Nothing(), None).inject, "a") == "a: nothing"


@pytest.mark.parametrize("injury", [PowerLoss(), Freeze(), Cut()])
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

"""Who plays a part is asked of the hosts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import anyio
import pytest
from tests.components.virtual import clouds
from tests.drill.play import World, play

from fournines.drill.hurt import aim
from fournines.drill.hurt.parts import Cast
from fournines.drill.scenario import Part
from fournines.engine.wire.transport import Fake, Transport
from fournines.kit.check import Ask, Output
from fournines.probe.fleet import fleet_of

ADDRESS = "10.1.0.240"


@pytest.mark.parametrize(
    ("name", "asked", "having"),
    [("router", ["controller1", "controller2"], ("controller2",)), ("", [], ())],
    ids=["it is made", "it is not made"],
)
def test_hosts_are_asked_for_an_address_only_where_it_was_made(
    monkeypatch: pytest.MonkeyPatch, name: str, asked: list[str], having: tuple[str, ...]
) -> None:
    context, rig = clouds(), play(World())[0]
    rig = replace(rig, plan=replace(rig.plan, context=context))
    fleet = replace(fleet_of(context, "run", Fake(lambda _: Output(0, ""))).reaching(name), sql=None)
    for client in fleet.reached:
        client.address = ADDRESS
    questions: list[tuple[str, Ask]] = []

    async def heard(_: Transport, asks: Iterable[tuple[str, Ask]]) -> dict[tuple[str, Ask], Output]:
        questions.extend(asks)
        return {(host, ask): Output(0 if host == "controller2" else 1, "") for host, ask in questions}

    monkeypatch.setattr(aim, "ask_all", heard)

    async def it() -> Cast:
        return await aim.cast_of(Part.REACHED, rig, fleet)

    assert anyio.run(it).reached == having
    assert [host for host, ask in questions if ask.argv[-1] == ADDRESS] == asked

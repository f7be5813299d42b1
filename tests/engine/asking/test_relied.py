"""What is asked of hosts' packages before a file is written, and what is said of the answers."""

from __future__ import annotations

import json

import anyio
import pytest
from tests.engine.simulation import Simulation, everywhere, phase, plan

from fournines.engine import run
from fournines.engine.agent.main import MARK
from fournines.engine.asking.relied import Found, examine, notes, require
from fournines.engine.events import Event, Noted
from fournines.engine.run import deploy
from fournines.engine.wire import remote
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import PackageError, TransportError
from fournines.kit.check import Output
from fournines.kit.relies import Relied, has
from fournines.kit.step import File, Packages

RELIED = Relied("d", "1.2", "1.4", (has("/usr/bin/d"), has("/usr/bin/d-helper")))


def found(version: str, *, lost: str = "", silent: bool = False, late: bool = False) -> tuple[Found, ...]:
    def answer(call: Call) -> Output:
        assert call.argv == remote.ARGV
        _, request = json.loads(call.stdin)
        paths = [ask["argv"][-1] for ask in request["asks"]]
        if silent and "/usr/bin/d" in paths:
            raise TransportError("gone", where=call.host)
        answers = [
            {"code": 0, "stdout": f"d\t{version}\n" if version else "", "stderr": ""}
            if path == "d"
            else None
            if late
            else {"code": int(path == lost), "stdout": "", "stderr": ""}
            for path in paths
        ]
        return Output(0, MARK + json.dumps({"answers": answers}))

    return anyio.run(examine, Fake(answer), {"one": (RELIED,), "two": ()})


def test_a_proved_version_with_all_true_is_nothing_to_talk_about() -> None:
    assert found("1.3-1")[0].version == "1.3-1"
    require(found("1.3-1"))
    assert notes(found("1.3-1")) == ()


def test_what_is_no_longer_true_is_an_error_that_names_host_version_and_range() -> None:
    with pytest.raises(PackageError) as caught:
        require(found("1.5-2", lost="/usr/bin/d-helper"))
    assert caught.value.what.startswith("one: d 1.5-2 no longer has /usr/bin/d-helper")
    assert "fournines was proved with 1.2 to 1.4; nothing was changed" in caught.value.what


def test_another_version_with_all_true_is_a_note() -> None:
    require(found("1.5-2"))
    (note,) = notes(found("1.5-2"))
    assert note.startswith("one: d 1.5-2 is not among the versions fournines was proved with (1.2 to 1.4);")
    assert note.endswith(" all 2 things it relies on are true")


def test_a_package_that_is_not_there_is_asked_nothing() -> None:
    assert found("") == ()


def test_a_host_that_is_silent_or_too_busy_is_neither_broken_nor_noted() -> None:
    for unheard in (found("9", silent=True), found("9", late=True)):
        (one,) = unheard
        assert one.unknown == RELIED.truths
        assert one.note is None
        require([one])


def test_a_package_that_changed_ends_the_run_before_any_file_is_written(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def examined(*_: object) -> tuple[Found, ...]:
        broken = ((RELIED.truths[0], has("x").judge(Output(1, ""))),)
        return (Found("one", RELIED, "1.5", broken),)

    monkeypatch.setattr(run, "examine", examined)
    wanted = plan(phase("p", everywhere(Packages(("d",)), File("/etc/d", "x\n"))))
    with pytest.raises(PackageError):
        anyio.run(deploy, wanted, simulation.transport)
    assert all("d" in host.packages and not host.tree() for host in simulation.hosts.values())


def test_all_packages_come_before_the_first_file_and_an_unknown_version_is_told(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []

    async def examined(*_: object) -> tuple[Found, ...]:
        assert all({"d", "e"} <= set(host.packages) and not host.tree() for host in simulation.hosts.values())
        return (Found("one", RELIED, "1.5"),)

    async def whole() -> None:
        await deploy(wanted, simulation.transport, listen=told.append)

    monkeypatch.setattr(run, "examine", examined)
    first = phase("p", everywhere(Packages(("d",)), File("/etc/d", "x\n")))
    wanted = plan(first, phase("q", everywhere(Packages(("e",)))))
    anyio.run(whole)
    (note,) = (e.what for e in told if isinstance(e, Noted))
    assert note.startswith("one: d 1.5 is not among the versions fournines was proved with (1.2 to 1.4);")

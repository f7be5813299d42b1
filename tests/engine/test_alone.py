"""One run at a time changes a site: with real processes, which end in every way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from fournines.engine.agent import hold
from fournines.engine.alone import Holder, alone, refused
from fournines.engine.wire.transport import Call, Fake, Local
from fournines.errors import HeldError, HostError, PlanError, TransportError
from fournines.kit.check import Output

HERE = Holder.this("deploy", {"SUDO_USER": "anna"})
HOSTS = ("one",)
_OTHER = """
import anyio, signal, sys
from fournines.engine.alone import Holder, alone
from fournines.engine.wire.transport import Local

# whoever runs the tests in the background of a shell has SIGINT ignored, and so has this process
signal.signal(signal.SIGINT, signal.default_int_handler)

async def run():
    async with alone(Local(), ["one"], Holder.this("drill", {"SUDO_USER": "berta"}), place=sys.argv[1]):
        print("in", flush=True)
        await anyio.sleep(600)

anyio.run(run)
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "fournines" / "held")


async def within(place: str, body: Sequence[str] = ()) -> None:
    async with alone(Local(), HOSTS, HERE, place=place):
        for what in body:
            raise PlanError(what)


def another(place: str) -> subprocess.Popen[str]:
    running = subprocess.Popen([sys.executable, "-c", _OTHER, place], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "in\n"
    return running


def test_a_second_run_is_refused_and_told_who_is_at_work(place: str) -> None:
    with another(place) as other:
        with pytest.raises(HeldError) as caught:
            anyio.run(within, place)
        other.send_signal(signal.SIGINT)
    said = str(caught.value)
    assert said.startswith(
        f"one: nines drill of berta on {os.uname().nodename} (process {other.pid}, since 2"
    )
    assert said.endswith("is changing the site; nothing was done")
    assert f"kill {other.pid}, on " in (caught.value.try_this or "")
    anyio.run(within, place)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_lock_dies_with_its_holder_however_that_ends(place: str, how: signal.Signals) -> None:
    with another(place) as other:
        other.send_signal(how)
    end = time.monotonic() + 60
    while True:  # the program on the host ends a moment after the one that was killed
        try:
            anyio.run(within, place)
        except HeldError:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


def test_one_after_another_never_meet_also_where_one_fails(place: str) -> None:
    for number in range(5):
        anyio.run(within, place)
        with pytest.raises(PlanError, match=f"^broken {number}$"):
            anyio.run(within, place, [f"broken {number}"])


def test_of_two_that_begin_at_once_one_runs(place: str) -> None:
    entered: list[str] = []

    async def one_of_them(told: anyio.Event) -> None:
        try:
            async with alone(Local(), HOSTS, HERE, place=place):
                entered.append("in")
                with anyio.fail_after(120):
                    await told.wait()
        except HeldError:
            entered.append("refused")
            told.set()

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            told = anyio.Event()
            tasks.start_soon(one_of_them, told)
            tasks.start_soon(one_of_them, told)

    anyio.run(both)
    assert sorted(entered) == ["in", "refused"]


def test_hosts_that_are_away_are_left_out_and_all_others_held() -> None:
    class Gone(Fake):
        @asynccontextmanager
        async def hold(
            self,
            host: str,
            argv: Sequence[str],
            *,
            until: str,
            timeout: float = 30.0,  # noqa: ASYNC109 - the wire's contract
        ) -> AsyncIterator[Output]:
            assert [call.host for call in self.calls] == ["one", "two", "three", "four"], (
                "connections are opened first, side by side"
            )
            if host == "three":
                raise TransportError("went a moment ago", where=host)
            async with super().hold(host, argv, until=until, timeout=timeout) as said:
                yield said

    def answer(call: Call) -> Output:
        if call.host == "two":
            raise TransportError("no answer", where=call.host)
        return Output(0, "", "")

    wire = Gone(answer)

    async def run() -> None:
        async with alone(wire, ("one", "two", "three", "four"), HERE):
            assert list(wire.holding) == ["one", "four"]
        assert wire.holding == {}

    anyio.run(run)


def test_what_did_not_run_is_not_taken_for_a_lock() -> None:
    refused("one", Output(0, f"Welcome!\n{hold.HELD}\n", ""))
    with pytest.raises(HostError, match="cannot be held"):
        refused("one", Output(127, "python3: not found\n", ""))
    with pytest.raises(HeldError, match="somebody else is changing"):
        refused("one", Output(hold.TAKEN, "\n", ""))

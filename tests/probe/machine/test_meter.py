"""Looking at the real machine under the test: that a stall is seen, not that there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from fournines.probe.machine import meter as machine
from fournines.probe.machine import pressure, sleeper
from fournines.probe.machine.meter import Machine
from fournines.probe.machine.stall import Load, Stall
from fournines.probe.watch import new_clock


def watched(seconds: float) -> tuple[Load, list[Stall], tuple[float, float]]:
    """What a look at this machine sees while the clients' loop stands still for so long."""
    stood: list[float] = []
    told: list[Stall] = []

    async def it() -> Load:
        meter, clock = Machine(), new_clock()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(meter.run, clock, told.append)
            await anyio.sleep(0.3)
            stood.append(clock())
            time.sleep(seconds)  # noqa: ASYNC251 - the point of it
            stood.append(clock())
            await anyio.sleep(0.1)
            meter.stop()
        return meter.load()

    load = anyio.run(it)
    return load, told, (stood[0], stood[1])


def test_clients_that_stood_still_say_so() -> None:
    load, told, (began, ended) = watched(0.3)
    own = [s for s in load.stalls if s.who == "the clients" and s.began < ended and s.ended > began]
    assert sum(s.seconds for s in own) >= ended - began - 2 * machine.STEP
    assert tuple(told) == load.stalls
    assert load.cores >= 1


def test_a_machine_without_pressure_files_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pressure.read, "__kwdefaults__", {"machine": tmp_path})
    load, _, _ = watched(0.0)
    assert load.waited == {}
    assert load.untold == ("this machine tells nothing of its pressure (no /proc/pressure)",)


def test_sleepers_tell_on_each_processor_and_end_with_their_input() -> None:
    """With a tolerance below nothing every waking is told."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", sleeper.__file__, "0.01", "-1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        cpus = set[int]()
        allowed = set(os.sched_getaffinity(0))
        for line in running.stdout:
            cpu, due, woke = line.split()
            assert float(woke) >= float(due)
            cpus.add(int(cpu))
            if cpus == allowed:
                break
        running.stdin.close()
        running.stdout.read()  # ends when the last sleeper has

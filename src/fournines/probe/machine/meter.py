"""The machine under the clients while they ask: its pressure, and whether it wakes sleepers in time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

import anyio
from anyio.abc import Process

from fournines.probe.machine import pressure
from fournines.probe.machine.stall import Load, Stall
from fournines.probe.watch import Clock

STEP = 0.02
"""Seconds a sleeper sleeps; by so much its word of a stall may be off."""
TOLERATED = 0.05
"""Seconds by which a sleeper may be woken late before that is a stall: the kernel's own time slices."""
GLANCE = 0.2
"""Seconds between two looks at the pressure files."""
LEAST = 0.001
"""Shorter stalls are left out; they excuse nothing."""


class Meter(Protocol):
    """Looks at the machine from ``run`` to ``stop``; ``load`` is what it saw."""

    async def run(self, clock: Clock, note: Callable[[Stall], None]) -> None:
        """Look until :meth:`stop`; each stall is handed to ``note`` as it ends."""

    def stop(self) -> None:
        """Look no longer."""

    def load(self) -> Load:
        """Everything seen so far."""


class Machine:
    """This machine. ``hosts`` are the cgroups (v2) of those hosts of the site that live on it."""

    def __init__(self, hosts: Mapping[str, Path] | None = None) -> None:
        self._hosts = dict(hosts or {})
        self._stalls: list[Stall] = []
        self._over = anyio.Event()
        self._first: pressure.Reading | None = None
        self._last: pressure.Reading | None = None

    def stop(self) -> None:
        """Look no longer."""
        self._over.set()

    async def run(self, clock: Clock, note: Callable[[Stall], None]) -> None:
        """Look until :meth:`stop`."""

        def keep(stall: Stall) -> None:
            if stall.seconds >= LEAST:
                self._stalls.append(stall)
                note(stall)

        zero = time.monotonic() - clock()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._glance, clock, keep)
            tasks.start_soon(self._sleep, clock, keep)
            tasks.start_soon(self._others_sleep, zero, keep)
            await self._over.wait()

    def load(self) -> Load:
        """What was seen so far."""
        waited = pressure.waited(self._first, self._last) if self._first and self._last else {}
        untold = () if waited else ("this machine tells nothing of its pressure (no /proc/pressure)",)
        average = os.getloadavg()[0]
        return Load(os.cpu_count() or 1, round(average, 2), waited, tuple(self._stalls), untold)

    async def _glance(self, clock: Clock, keep: Callable[[Stall], None]) -> None:
        """Read the pressure files again and again, with a last time at the end."""
        self._first = self._last = pressure.read(clock(), self._hosts)
        while not self._over.is_set():
            with anyio.move_on_after(GLANCE):
                await self._over.wait()
            now = pressure.read(clock(), self._hosts)
            for stall in pressure.stalls(self._last, now):
                keep(stall)
            self._last = now

    async def _sleep(self, clock: Clock, keep: Callable[[Stall], None]) -> None:
        """The clients' own loop: what it is late, they are late."""
        due = clock() + STEP
        while not self._over.is_set():
            await anyio.sleep(max(0.0, due - clock()))
            woke = clock()
            if woke - due > TOLERATED:
                keep(Stall("the clients", "stood still", due, woke, woke - due))
            due = max(due + STEP, woke)

    async def _others_sleep(self, zero: float, keep: Callable[[Stall], None]) -> None:
        """One sleeper of ordinary priority per processor, in processes of their own."""
        with as_file(files("fournines.probe.machine") / "sleeper.py") as program:
            argv = [sys.executable, "-I", "-S", str(program), str(STEP), str(TOLERATED)]
            process = await anyio.open_process(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        async with process, anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen, process, zero, keep)
            await self._over.wait()
            if process.stdin is not None:
                await process.stdin.aclose()

    async def _listen(self, process: Process, zero: float, keep: Callable[[Stall], None]) -> None:
        """Every line of the sleepers; ends when the last of them has."""
        if process.stdout is None:
            return
        rest = ""
        with suppress(anyio.EndOfStream):
            while True:
                *lines, rest = (rest + (await process.stdout.receive()).decode("ascii")).split("\n")
                for line in lines:
                    cpu, due, woke = line.split()
                    began, ended = float(due) - zero, float(woke) - zero
                    keep(Stall(f"processor {cpu}", "let a sleeper wait", began, ended, ended - began))

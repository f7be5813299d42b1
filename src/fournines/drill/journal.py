"""The raw log of a run: every attempt, stage and deed as a JSON line, written as it happens."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO

from fournines.drill.result import Stage, StageName
from fournines.probe.machine.stall import Stall
from fournines.probe.sample import Sample
from fournines.probe.watch import Clock


class Journal:
    """Keeps what happened in memory, and in a file if there is one."""

    def __init__(self, clock: Clock, file: IO[str] | None = None) -> None:
        self.clock = clock
        self.samples: list[Sample] = []
        self.stages: list[Stage] = []
        self.injected: list[str] = []
        self.undone: list[str] = []
        self._file = file
        self._last_good: dict[str, float] = {}
        self._open: tuple[StageName, float] | None = None

    @property
    def stage(self) -> StageName | None:
        """The stage that is going on."""
        return self._open[0] if self._open else None

    def sample(self, sample: Sample) -> None:
        """An attempt has ended."""
        self.samples.append(sample)
        first = self._last_good.setdefault(sample.probe, sample.intended)
        if sample.good:
            self._last_good[sample.probe] = max(first, sample.ended)
        self._write("sample", **asdict(sample))

    def stall(self, stall: Stall) -> None:
        """The machine stood still."""
        self._write("stall", **asdict(stall))

    def enter(self, name: StageName | None) -> None:
        """The current stage ends and this one begins; None ends the last."""
        now = self.clock()
        if self._open is not None:
            self.stages.append(Stage(self._open[0], self._open[1], now))
        self._open = None if name is None else (name, now)
        self._write("stage", name=name, at=now)

    @property
    def stage_seconds(self) -> float:
        """How long the stage has been going on."""
        return self.clock() - self._open[1] if self._open else 0.0

    def silent(self, longer_than: float = 0.5) -> dict[str, float]:
        """The clients without a good answer for longer than that, with the seconds of silence."""
        now = self.clock()
        silence = {probe: now - at for probe, at in self._last_good.items()}
        return {probe: seconds for probe, seconds in silence.items() if seconds > longer_than}

    def began(self, name: StageName) -> float | None:
        """When a stage began, None if it never did."""
        for stage in self.stages:
            if stage.name is name:
                return stage.began
        return self._open[1] if self._open and self._open[0] is name else None

    def says(self, what: str, **seen: object) -> None:
        """Anything else worth knowing later."""
        self._write(what, at=self.clock(), **seen)

    def _write(self, what: str, **fields: object) -> None:
        if self._file is not None:
            self._file.write(json.dumps({"event": what, **fields}) + "\n")

"""The whole picture of a part of a run."""

from __future__ import annotations

from fournines.drill.result import DrillRun
from fournines.report.drill.picture.lanes import lane, latencies
from fournines.report.drill.picture.shapes import (
    AXIS,
    BAND,
    GAP,
    LANE,
    MARKS,
    PLOT,
    RIGHT,
    STAGES,
    Timeline,
)
from fournines.report.drill.picture.spans import lanes_of
from fournines.report.drill.picture.stretches import fault, marks, owners, stages
from fournines.report.drill.picture.words import clock, describe, gutter, signed
from fournines.report.drill.reasons import wall_clock
from fournines.report.drill.scale import Linear, ticks

_IN_MINUTES = 300.0
"""A part longer than this many seconds has its axis in minutes."""


def timeline(run: DrillRun, began: float, ended: float, *, show_stages: bool = True) -> Timeline:
    """Draw the part of a run from ``began`` to ``ended`` (seconds on the run's clock)."""
    series = lanes_of(run)
    left = gutter(one.name for one in series)
    x = Linear(began, ended, left, left + PLOT)
    top = (STAGES if show_stages else 0) + MARKS
    band = BAND if run.owners else 0
    first = top + band + (GAP if band else 0)
    bottom = first + len(series) * (LANE + GAP) - (GAP if series else 0)
    zero = run.fault[0] if run.fault else 0.0
    y = latencies(series)
    return Timeline(
        title=f"{run.name}: what clients saw from {signed(began - zero)} s to {signed(ended - zero)} s",
        description=describe(run, began, ended),
        caption=("seconds" if ended - began <= _IN_MINUTES else "minutes:seconds")
        + (" since the fault" if run.fault else " since the start")
        + f"; 0 is {wall_clock(run, zero)} UTC",
        width=left + PLOT + RIGHT,
        height=bottom + AXIS,
        left=left,
        right=left + PLOT,
        top=top,
        bottom=bottom,
        ticks=tuple(
            (x(zero + t), clock(t) if ended - began > _IN_MINUTES else signed(t))
            for t in ticks(began - zero, ended - zero, most=12)
        ),
        stages=tuple(stages(run.stages, x)) if show_stages else (),
        fault=fault(run, x),
        marks=marks(run, x),
        band_top=top,
        band_height=band,
        owners=tuple(owners(run, x)),
        lanes=tuple(
            lane(run, s, x=x, y=y, top=first + i * (LANE + GAP), zero=zero) for i, s in enumerate(series)
        ),
    )

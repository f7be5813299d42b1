"""Which part of a run is drawn: all of it, and what to look at closely."""

from __future__ import annotations

from fournines.drill.result import DrillRun, Series


def lanes_of(run: DrillRun) -> tuple[Series, ...]:
    """The series that get a lane: the VIP has a band of its own."""
    return tuple(s for s in run.series if s.kind != "vip" or not run.owners)


def span(run: DrillRun) -> tuple[float, float]:
    """From the first to the last thing that was seen."""
    healed = run.fault[1] + run.healed if run.fault and run.healed is not None else None
    times = [
        *(t for s in run.series for x in s.samples for t in (x.intended, x.ended)),
        *(t for owned in run.owners for t in (owned.began, owned.ended)),
        *(run.fault or ()),
        *(() if healed is None else (healed,)),
    ] or [t for stage in run.stages for t in (stage.began, stage.ended)]
    return (min(times), max(times)) if times else (0.0, 0.0)


def close_ups(run: DrillRun) -> list[tuple[float, float]]:
    """What to look at closely: the fault, and the undo if it hurt the clients as well.

    A close-up that would cover half of the run or more adds nothing and is left out.
    """
    if run.fault is None:
        return []
    began, ended = span(run)
    spans: list[tuple[float, float]] = []
    for moment in run.fault:
        last = _hurt_until(run, moment)
        if last is None and moment != run.fault[0]:
            continue
        left, right = max(began, moment - 1.0), min(ended, max(last or moment, moment + 1.0) + 1.5)
        if 0 < right - left < (ended - began) / 2 and not (spans and left < spans[-1][1]):
            spans.append((left, right))
    return spans


def _hurt_until(run: DrillRun, moment: float) -> float | None:
    """The end of the last outage in the chain that a moment set off, None if it set off none."""
    last = None
    found = (o for s in lanes_of(run) for o in s.figures.outages)
    for outage in sorted(found, key=lambda o: o.began):
        if moment - 0.5 <= outage.began <= (moment if last is None else last) + 2.0:
            last = max(last or 0.0, outage.ended)
    return last

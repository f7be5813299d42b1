"""Stretches and moments that the whole picture shares: stages, the fault, its marks, who owned the VIP."""

from __future__ import annotations

from collections.abc import Sequence

from fournines.drill.result import DrillRun, Owned, Stage
from fournines.report.drill.picture.shapes import Mark, Segment
from fournines.report.drill.picture.words import fits
from fournines.report.drill.scale import Linear
from fournines.report.style import seconds


def segment(
    x: Linear, began: float, ended: float, *, label: str, title: str, style: str = ""
) -> Segment | None:
    """The part of a stretch that lies in the picture; None where none does."""
    if ended < x.began or began > x.ended:
        return None
    left, right = x(began), x(ended)
    return Segment(left, round(right - left, 1), fits(label, right - left), title, style)


def stages(stages: Sequence[Stage], x: Linear) -> list[Segment]:
    """Every stage of the run that is wide enough to be seen."""
    found = (
        segment(
            x,
            s.began,
            s.ended,
            label=s.name.value,
            title=f"{s.name.value}, {seconds(s.ended - s.began)}",
        )
        for s in stages
    )
    return [segment for segment in found if segment and segment.width >= 1]


def fault(run: DrillRun, x: Linear) -> Segment | None:
    """From the injection to the undo; None where nothing was hurt."""
    if run.fault is None:
        return None
    length = seconds(run.fault[1] - run.fault[0])
    return segment(x, *run.fault, label="", title=f"the fault, {length} until the undo began")


def marks(run: DrillRun, x: Linear) -> tuple[Mark, ...]:
    """Fault, undo and healing as moments."""
    if run.fault is None:
        return ()
    moments = [(run.fault[0], "fault", "inject"), (run.fault[1], "undo", "undo")]
    if run.healed is not None:
        moments.append((run.fault[1] + run.healed, f"healed after {seconds(run.healed)}", "healed"))
    inside = [(x(t), label, style) for t, label, style in moments if x.began <= t <= x.ended]
    made = []
    for place, (at, label, style) in enumerate(inside):
        limit = inside[place + 1][0] if place + 1 < len(inside) else x.right
        made.append(Mark(at, label, style, "start" if fits(label, limit - at) else "end"))
    return tuple(made)


def owners(run: DrillRun, x: Linear) -> list[Segment]:
    """Who held the VIP, a stretch for each owner."""
    order = sorted({host for s in run.owners for host in s.hosts})
    found = (_owner(owned, order, x) for owned in run.owners)
    return [segment for segment in found if segment]


def _owner(owned: Owned, order: Sequence[str], x: Linear) -> Segment | None:
    label = " + ".join(owned.hosts) or "nobody"
    if len(owned.hosts) == 1:
        style = f"host{order.index(owned.hosts[0]) % 6}"
    else:
        style = "several" if owned.hosts else "nobody"
    title = f"VIP: {label}, {seconds(owned.ended - owned.began)}"
    return segment(x, owned.began, owned.ended, label=label, title=title, style=style)

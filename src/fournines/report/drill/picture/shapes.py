"""What the picture of a run is made of, in pixels; the template only writes it down."""

from __future__ import annotations

from dataclasses import dataclass

COLUMN = 4
COLUMNS = 190
LEFT, WIDEST, NUMBERS, RIGHT = 128, 300, 45, 112
PLOT = COLUMN * COLUMNS
"""Pixels: the names' gutter, at least and at most, what of it is the axis' numbers', the figures' gutter;
the plot."""

STAGES, MARKS, BAND, LANE, GAP, AXIS = 18, 20, 22, 50, 8, 40
"""Pixels of height: the stages' row, the marks' row, the band of the VIP, a client, between two, the axis."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time: ``label`` is empty where there is no room for it, ``title`` never."""

    x: float
    width: float
    label: str
    title: str
    style: str = ""

    @property
    def middle(self) -> float:
        """Where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, with its label to the right of the line or (``anchor`` end) to the left."""

    x: float
    label: str
    style: str
    anchor: str

    @property
    def label_x(self) -> float:
        """Where the label is anchored."""
        return round(self.x + (5 if self.anchor == "start" else -5), 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """One client: latencies and errors over time. Paths are SVG path data, empty if there is nothing."""

    name: str
    kind: str
    asks: str
    top: int
    grid: tuple[tuple[int, str], ...]
    worst: str
    median: str
    answered: str
    failed: str
    unknown: str
    outages: tuple[Segment, ...]
    longest: tuple[tuple[str, str], ...] = ()
    """Per part of the run its longest outage in words, and the outcome."""

    @property
    def bottom(self) -> int:
        """Where latency is smallest."""
        return self.top + LANE

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.top + LANE // 2 + 4


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing, ready to be written as SVG."""

    title: str
    description: str
    caption: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ticks: tuple[tuple[float, str], ...]
    stages: tuple[Segment, ...]
    fault: Segment | None
    marks: tuple[Mark, ...]
    band_top: int
    band_height: int
    owners: tuple[Segment, ...]
    lanes: tuple[Lane, ...]

    @property
    def singly(self) -> bool:
        """Whether every attempt is drawn, in every lane."""
        return not any(lane.worst for lane in self.lanes)

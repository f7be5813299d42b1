"""A volume's copies are parted in good order, and put together again: what is missing is copied."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="copy-away",
    when="the copies of every volume are parted in good order for 20 s of writes, and meet again",
    part=Part.DATABASE_WRITER,
    injury=ComponentFault("drbd.part"),
    bounds=Bounds(),
    after=Bounds(),
    hold=20.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    volumes=True,
)

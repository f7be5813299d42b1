"""The host whose copy of the database is in use freezes: it is fenced, and never goes on where it was."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Freeze, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="data-freeze",
    when="the host that has the use of the database's volume freezes",
    part=Part.DATABASE_WRITER,
    injury=Freeze(),
    bounds=Bounds(),
    after=Bounds(),
    hold=90.0,
    heal=300.0,
    mode=Mode.ACTIVE_PASSIVE,
    volumes=True,
    fences=True,
)

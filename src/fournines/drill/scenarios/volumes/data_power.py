"""The host whose copy of the database is in use loses power: fenced, then the other copy is put to use."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="data-power",
    when="the host that has the use of the database's volume loses power",
    part=Part.DATABASE_WRITER,
    injury=PowerLoss(),
    # Measured so far, not judged: what is judged is that no acknowledged write is lost.
    bounds=Bounds(),
    after=Bounds(),
    # Fenced, promoted, mounted, recovered; and the host that was fenced catches up.
    hold=90.0,
    heal=300.0,
    mode=Mode.ACTIVE_PASSIVE,
    volumes=True,
    fences=True,
)

"""The database on a volume dies: the cluster notices, and starts it again where its volume is."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="data-kill",
    when="the database whose data moves with it is killed (SIGKILL)",
    part=Part.DATABASE_WRITER,
    injury=ComponentFault("mariadb.crash"),
    bounds=Bounds(),
    after=Bounds(),
    hold=60.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    volumes=True,
)

"""The database server that takes the writes dies."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario

SCENARIO = Scenario(
    name="writer-kill",
    when="the database server that takes the writes is killed (SIGKILL)",
    part=Part.DATABASE_WRITER,
    injury=ComponentFault("galera.crash"),
    # The broker is not hurt, but in a lab it shares its disk with what is: a confirm waits for its fsync.
    bounds=Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=0.5),
    # A host may only hold the VIP while its haproxy sees a usable database; a writer's death is none of
    # the VIP's business.
    moves=0,
)

"""The link between a volume's copies is cut, and nothing else: both hosts live and hear each other."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, ComponentFault, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="replication-cut",
    when="the packets of the replication get lost between the hosts that keep copies",
    part=Part.DATABASE_WRITER,
    injury=ComponentFault("drbd.cut"),
    # Measured so far, not judged: what is judged is that no acknowledged write is lost.
    bounds=Bounds(),
    after=Bounds(),
    # Writes wait for the answer that does not come, and then for the members to agree: longer on slow hosts.
    hold=60.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    volumes=True,
)

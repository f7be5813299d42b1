"""The active host freezes: it is fenced before another takes over, and never goes on where it was."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Freeze, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="active-freeze",
    when="the host that holds the VIP freezes, and is fenced before another takes over",
    part=Part.VIP_HOLDER,
    injury=Freeze(),
    bounds=Bounds(http=2.9, sql=2.9, amqp=2.0, token=3.9, vip=2.9),
    agreed=True,
    hold=20.0,
    mode=Mode.ACTIVE_PASSIVE,
    fences=True,
)

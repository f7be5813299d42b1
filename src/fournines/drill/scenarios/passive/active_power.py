"""The active host loses power; the others may start nothing elsewhere before they have fenced it."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="active-power",
    when="the host that holds the VIP loses power, and is fenced before another takes over",
    part=Part.VIP_HOLDER,
    injury=PowerLoss(),
    # Fenced (a Python program logs in to a board), decided, moved, announced.
    bounds=Bounds(http=2.9, sql=2.9, amqp=2.0, token=3.9, vip=2.9),
    agreed=True,
    # Fencing switches it on again at once: it comes back while the drill still holds.
    hold=20.0,
    mode=Mode.ACTIVE_PASSIVE,
    fences=True,
)

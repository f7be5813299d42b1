"""The active host loses power; the others may start nothing elsewhere before they have fenced it."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="active-power",
    when="the host that holds the VIP loses power, and is fenced before another takes over",
    part=Part.VIP_HOLDER,
    injury=PowerLoss(),
    # Missed (one token), agreed upon (1.2 tokens), fenced (a Python program logs in to a board), moved.
    bounds=Bounds(http=4.0, sql=4.0, amqp=2.0, token=5.0, vip=4.0),
    # Fencing switches it on again at once: it comes back while the drill still holds.
    hold=20.0,
    mode=Mode.ACTIVE_PASSIVE,
)

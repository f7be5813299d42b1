"""The host that leads a queue loses power."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario

SCENARIO = Scenario(
    name="queue-leader-power",
    when="a host that leads a queue, and does not hold the VIP if there is a choice, loses power",
    part=Part.QUEUE_LEADER,
    injury=PowerLoss(),
    bounds=Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=1.0),
)

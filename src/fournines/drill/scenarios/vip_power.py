"""The host that holds the VIP loses power."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="vip-power",
    when="the host that holds the VIP loses power",
    part=Part.VIP_HOLDER,
    injury=PowerLoss(),
    bounds=Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=1.0),
    mode=Mode.ACTIVE_ACTIVE,
)

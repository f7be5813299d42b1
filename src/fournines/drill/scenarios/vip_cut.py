"""The host that holds the VIP is cut off from the cluster network."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Cut, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="vip-cut",
    when="the host that holds the VIP is cut off from the cluster network",
    part=Part.VIP_HOLDER,
    injury=Cut(),
    bounds=Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=1.0),
    hold=10.0,
    alone=True,
    # It goes on as VRRP master on its side of the cut: the VIP may come back to it.
    moves=2,
    untested=("clients on the cut-off side: none are there",),
    mode=Mode.ACTIVE_ACTIVE,
)

"""The host that holds the VIP freezes and wakes up again, still believing that it holds it."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Freeze, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="vip-freeze",
    when="the host that holds the VIP freezes for a while, and then goes on where it was",
    part=Part.VIP_HOLDER,
    injury=Freeze(),
    bounds=Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=1.0),
    hold=20.0,
    # Away; it wakes as VRRP master with its old priority, and is not fit before it has been asked anew: the
    # VIP may come back for the moment until it says so, and leaves again (docs/keepalived.md).
    moves=3,
    untested=("what the woken host would have answered to clients that can only reach it",),
    mode=Mode.ACTIVE_ACTIVE,
)

"""One of the links that members hear each other over is cut: nobody notices but who asks for it."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Cables, Cut, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="link-cut",
    when="one of the links over which the cluster hears the VIP's holder is cut, and another is left",
    part=Part.VIP_HOLDER,
    injury=Cut(Cables.SPARE),
    # Nothing happens: what is allowed is what a busy machine shows in a control run, too.
    bounds=Bounds(http=0.5, sql=0.5, amqp=0.5, token=1.0, vip=0.5),
    after=Bounds(http=0.5, sql=0.5, amqp=0.5, token=1.0, vip=0.5),
    # Longer than a token and an agreement take, so that a membership that does break is seen to.
    hold=15.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    warns="corosync.links",
)

"""Every link of the active host is cut: it lives on alone with its VIP until it is fenced."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Cables, Cut, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="links-cut",
    when="every link over which the cluster hears the VIP's holder is cut",
    part=Part.VIP_HOLDER,
    injury=Cut(Cables.EVERY),
    # What a host costs that loses power: the others hear as little of this one.
    bounds=Bounds(http=2.9, sql=2.9, amqp=2.0, token=3.9, vip=2.9),
    agreed=True,
    # Fencing gives it its power back at once: it boots, cut off, without a majority, and must start nothing.
    hold=20.0,
    mode=Mode.ACTIVE_PASSIVE,
    fences=True,
    untested=("clients on the cut-off side: none are there",),
)

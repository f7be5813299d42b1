"""Two of three hosts are lost one after the other: whoever is left has no majority, and lets go."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Lost, Part, Scenario
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="second-host-lost",
    when="the controller that does not hold the VIP is lost, and while it is away the host that only votes",
    part=Part.BOTH_OTHERS,
    injury=Lost(),
    # Nobody is served for as long as nobody has a majority: that is the price of never having two owners.
    bounds=Bounds(),
    after=Bounds(),
    # The first is missed and fenced before the second is lost: else both are lost at once, and nobody fences.
    apart=20.0,
    # Without a majority the others' tokens are missed, and all that runs is stopped, loaded programs too.
    hold=60.0,
    # One boots and joins, and with it there is a majority again, long before the other has its power back.
    back=45.0,
    heal=240.0,
    moves=0,
    mode=Mode.ACTIVE_PASSIVE,
    resigns=True,
)

"""An operator empties the active host under load, and takes it back."""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Part, Scenario, Standby
from fournines.spec.model import Mode

SCENARIO = Scenario(
    name="standby",
    when="an operator puts the VIP's holder into standby, and takes it back",
    part=Part.VIP_HOLDER,
    injury=Standby(),
    # Nobody is missed and nobody fenced: the VIP is stopped here and started there. What moves with it stops
    # first and loads anew, which is measured: that is the program's own time.
    bounds=Bounds(vip=2.9),
    hold=8.0,
    mode=Mode.ACTIVE_PASSIVE,
    warns="pacemaker.online",
)

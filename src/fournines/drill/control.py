"""The control run: the same clients, the same length, nothing hurt.

What it measures is the noise of the probes and of the machine under them, and stands in the report beside
each drill. A bound is worth something only where the noise is well below it.
"""

from __future__ import annotations

from fournines.drill.result import CONTROL_NAME
from fournines.drill.scenario import Bounds, Nothing, Part, Scenario

CONTROL = Scenario(
    name=CONTROL_NAME,
    when="nothing is hurt",
    part=Part.NOBODY,
    injury=Nothing(),
    # The strictest bound of any drill: noise beyond it would make every drill a matter of luck.
    bounds=Bounds(http=0.5, sql=0.5, amqp=0.5, token=0.5, vip=0.5),
    after=Bounds(),
    moves=0,
)

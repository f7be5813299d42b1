"""The control run: the same clients, the same length, nothing hurt.

What it measures is the noise of the probes and of the machine under them. A bound is worth something
only where the noise is well below it.
"""

from __future__ import annotations

from fournines.drill.scenario import Bounds, Nothing, Part, Scenario

CONTROL = Scenario(
    name="control",
    when="nothing is hurt",
    part=Part.NOBODY,
    injury=Nothing(),
    # Half of the strictest bound of any drill.
    bounds=Bounds(http=0.25, sql=0.25, amqp=0.25, token=0.25, vip=0.25),
    moves=0,
)

"""The control run: the same clients, the same length, nothing hurt.

What it measures is the noise of the probes and of the machine under them, and stands in the report beside
each drill. It has no bounds: nothing was done that the site could answer for. It still must lose nothing,
have one owner of each VIP, and be well at the end.
"""

from __future__ import annotations

from fournines.drill.result import CONTROL_NAME
from fournines.drill.scenario import Bounds, Nothing, Part, Scenario

CONTROL = Scenario(
    name=CONTROL_NAME,
    when="nothing is hurt",
    part=Part.NOBODY,
    injury=Nothing(),
    bounds=Bounds(),
    after=Bounds(),
    moves=0,
)

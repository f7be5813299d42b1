"""Ways to hurt Nova."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nova.model import COMPUTE_UNIT, CONTROL_UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Each daemon crashes and is started again, is killed for good, hangs, or is stopped in order."""
    del context
    for daemon, unit in {**CONTROL_UNITS, "compute": COMPUTE_UNIT}.items():
        yield from unit_faults("nova", unit, program=unit.removesuffix(".service"), daemon=daemon)

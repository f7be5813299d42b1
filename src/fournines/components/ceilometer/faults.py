"""Ways to hurt Ceilometer."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.ceilometer.model import UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """The central or the notification agent crashes, is killed for good, hangs, or is stopped in order."""
    del context
    for daemon, unit in UNITS.items():
        yield from unit_faults("ceilometer", unit, program=f"Ceilometer's {daemon} agent", daemon=daemon)

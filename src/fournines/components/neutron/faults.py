"""Ways to hurt Neutron."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.neutron.model import AGENT_UNITS, SERVER_UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Each daemon crashes and is started again, is killed for good, hangs, or is stopped in order."""
    del context
    for daemon, unit in {**SERVER_UNITS, **AGENT_UNITS}.items():
        yield from unit_faults("neutron", unit, daemon=daemon, program=unit.removesuffix(".service"))

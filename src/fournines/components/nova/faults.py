"""Ways to hurt Nova."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fournines.components.nova.model import COMPUTE_UNIT, COMPUTES, CONTROL, CONTROL_UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_SERVES: Final = {"api": "nova", "metadata": "nova-metadata", "console": "nova-console"}
"""The endpoint that a daemon is behind."""


def faults(context: Context) -> Iterator[Fault]:
    """Each daemon crashes and is started again, is killed for good, hangs, or is stopped in order."""
    for units, hosts in ((CONTROL_UNITS, CONTROL), ({"compute": COMPUTE_UNIT}, COMPUTES)):
        for daemon, unit in units.items():
            program = unit.removesuffix(".service")
            names = hosts.names(context.site)
            serves = _SERVES.get(daemon, "")
            yield from unit_faults("nova", unit, program=program, daemon=daemon, hosts=names, serves=serves)

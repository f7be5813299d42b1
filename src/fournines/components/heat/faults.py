"""Ways to hurt Heat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fournines.components.heat.model import UNITS
from fournines.kit.common.clustered import moving
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_SERVES: Final = {"api": "heat", "cfn": "heat-cfn"}
"""The endpoint that a daemon is behind."""


def faults(context: Context) -> Iterator[Fault]:
    """Either API or the engine crashes, is killed for good, hangs, or is stopped in order."""
    for daemon, unit in UNITS.items():
        program, serves = unit.removesuffix(".service"), _SERVES.get(daemon, "")
        moves = moving(context, unit) is not None
        yield from unit_faults("heat", unit, program=program, daemon=daemon, moves=moves, serves=serves)

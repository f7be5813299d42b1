"""Ways to hurt Cinder."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.cinder.model import UNITS
from fournines.kit.common.clustered import moving
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """API, scheduler or volume service crashes, is killed for good, hangs, or is stopped in order."""
    for daemon, unit in UNITS.items():
        program, serves = unit.removesuffix(".service"), "cinder" if daemon == "api" else ""
        moves = moving(context, unit) is not None
        yield from unit_faults("cinder", unit, program=program, daemon=daemon, moves=moves, serves=serves)

"""Ways to hurt Gnocchi."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.gnocchi.model import UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """The API or metricd crashes, is killed for good, hangs, or is stopped in order."""
    del context
    for daemon, unit in UNITS.items():
        program, serves = unit.removesuffix(".service"), "gnocchi" if daemon == "api" else ""
        yield from unit_faults("gnocchi", unit, program=program, daemon=daemon, serves=serves)

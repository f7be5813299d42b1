"""Ways to hurt Aodh."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.aodh.model import UNITS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """API, evaluator, notifier or listener crashes, is killed for good, hangs, or is stopped in order."""
    del context
    for daemon, unit in UNITS.items():
        program, serves = unit.removesuffix(".service"), "aodh" if daemon == "api" else ""
        yield from unit_faults("aodh", unit, program=program, daemon=daemon, serves=serves)

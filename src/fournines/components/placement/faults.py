"""Ways to hurt Placement."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.placement.model import SERVICE
from fournines.kit.common.clustered import moving
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """It crashes and is started again, is killed for good, hangs, or is stopped in order."""
    yield from unit_faults(
        "placement", SERVICE, moves=moving(context, SERVICE) is not None, serves="placement"
    )

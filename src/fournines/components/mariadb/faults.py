"""Ways to hurt the database."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.mariadb.model import UNIT
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """It crashes, is killed for good, hangs, or is stopped in good order; the cluster manager sees to it."""
    del context
    yield from unit_faults("mariadb", UNIT, program="mariadbd", moves=True)

"""Ways to hurt the database of one host."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_BACK = 180.0
"""Seconds a start may take here: recovery, and a full copy of a small database."""


def faults(context: Context) -> Iterator[Fault]:
    """It crashes, is killed for good, hangs, or is stopped in good order."""
    del context
    yield from unit_faults("galera", "mariadb.service", program="mariadbd", back=_BACK)

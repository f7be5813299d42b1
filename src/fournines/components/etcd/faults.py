"""Ways to hurt etcd."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.etcd.model import UNIT
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """It crashes and is started again, is killed for good, hangs, or is stopped in order."""
    del context
    yield from unit_faults("etcd", UNIT)

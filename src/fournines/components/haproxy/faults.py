"""Ways to hurt HAProxy."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """It crashes and its supervisor brings it back, is killed for good, hangs, or is stopped."""
    del context
    yield from unit_faults("haproxy", "haproxy.service", program="HAProxy")

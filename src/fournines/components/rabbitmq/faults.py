"""Ways to hurt the broker of one host."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.rabbitmq.model import UNIT, Options
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_BACK = 120.0
"""Seconds a start may take here."""


def faults(context: Context) -> Iterator[Fault]:
    """It crashes, is killed for good, hangs, or is stopped in good order."""
    moves = context.options("rabbitmq", Options).moves_in(context.site)
    yield from unit_faults("rabbitmq", UNIT, program="the broker", back=_BACK, moves=moves)

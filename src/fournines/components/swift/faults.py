"""Ways to hurt Swift."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.swift.deploy import PROXY_PROGRAM, STORE_PROGRAMS
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Each program that serves crashes, is killed for good, hangs, or is stopped in order."""
    del context
    for one in (PROXY_PROGRAM, *STORE_PROGRAMS):
        if one.serves:
            serves = "swift" if one is PROXY_PROGRAM else ""
            yield from unit_faults(
                "swift", one.unit, program=f"swift's {one.name}", daemon=one.name, serves=serves
            )

"""Rsyslog's options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from fournines.kit.declare import LogFile
from fournines.spec.model import Strict
from fournines.spec.shapes import Measure
from fournines.spec.types import Days

Size = Annotated[str, Measure({"k": 2**10, "M": 2**20, "G": 2**30}, lowest="100k", highest="1000G")]
"""An amount as logrotate writes it."""

CHECK_TAG = "fournines-check"
CHECK_LOG = "/var/log/fournines-check.log"


class Options(Strict):
    """What a site may override."""

    keep_days: Days = Field(default=14, ge=1, le=3650)
    """How many days of logs are kept."""
    max_size: Size = "100M"
    """A log that grows beyond this is rotated the next time logrotate runs, before its day is over."""


def logs_on(host: str, declared: Iterable[LogFile]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each log file of a host with the programs that write into it, in the order of the paths."""
    table: dict[str, set[str]] = {}
    for log in declared:
        if not log.hosts or host in log.hosts:
            table.setdefault(log.path, set()).add(log.program)
    return tuple((path, tuple(sorted(table[path]))) for path in sorted(table))

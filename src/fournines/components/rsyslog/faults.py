"""Ways to hurt the logs."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.common.unit_faults import hang
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Rsyslog hangs and its socket fills up: whoever logs synchronously must not hang with it.

    It cannot be kept down by its own unit alone: ``syslog.socket`` starts it again with the next message.
    """
    del context
    yield hang("rsyslog", "rsyslog.service", program="rsyslogd")

"""Ways to hurt the logs."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Rsyslog hangs: whoever logs synchronously must not hang with it."""
    del context
    yield Fault(
        "rsyslog.hang",
        "rsyslogd hangs (SIGSTOP): its socket fills up",
        inject=Ask(("systemctl", "kill", "-s", "STOP", "rsyslog.service")),
        undo=Ask(("systemctl", "kill", "-s", "CONT", "rsyslog.service")),
    )

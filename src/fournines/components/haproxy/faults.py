"""Ways to hurt HAProxy."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_UNIT = "haproxy.service"
_UP = f"systemctl unmask --runtime {_UNIT}; systemctl reset-failed {_UNIT}; systemctl start {_UNIT}"


def faults(context: Context) -> Iterator[Fault]:
    """It dies (and its supervisor brings it back), dies for good, or hangs while its ports accept."""
    del context
    undo = Ask(("sh", "-c", _UP), timeout=30)
    yield Fault(
        "haproxy.kill",
        "every process of HAProxy is killed (SIGKILL); systemd starts it again",
        inject=Ask(("systemctl", "kill", "-s", "KILL", _UNIT)),
        undo=undo,
    )
    yield Fault(
        "haproxy.kill-for-good",
        "every process of HAProxy is killed (SIGKILL) and nothing starts it again",
        inject=Ask(("sh", "-c", f"systemctl mask --runtime {_UNIT} && systemctl kill -s KILL {_UNIT}")),
        undo=undo,
    )
    yield Fault(
        "haproxy.hang",
        "HAProxy hangs (SIGSTOP): its ports accept, nothing answers",
        inject=Ask(("systemctl", "kill", "-s", "STOP", _UNIT)),
        undo=Ask(("systemctl", "kill", "-s", "CONT", _UNIT)),
    )

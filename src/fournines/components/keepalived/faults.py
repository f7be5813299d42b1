"""Ways to hurt keepalived."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_UNIT = "keepalived.service"
_UP = f"systemctl unmask --runtime {_UNIT}; systemctl reset-failed {_UNIT}; systemctl start {_UNIT}"


def faults(context: Context) -> Iterator[Fault]:
    """It dies, dies for good, is stopped, or hangs while its host keeps the addresses."""
    del context
    undo = Ask(("sh", "-c", _UP), timeout=30)
    yield Fault(
        "keepalived.kill",
        "every process of keepalived is killed (SIGKILL); systemd starts it again",
        inject=Ask(("systemctl", "kill", "-s", "KILL", _UNIT)),
        undo=undo,
    )
    yield Fault(
        "keepalived.kill-for-good",
        "every process of keepalived is killed (SIGKILL) and nothing starts it again",
        inject=Ask(("sh", "-c", f"systemctl mask --runtime {_UNIT} && systemctl kill -s KILL {_UNIT}")),
        undo=undo,
    )
    yield Fault(
        "keepalived.stop",
        "keepalived is stopped as an administrator would",
        inject=Ask(("systemctl", "stop", _UNIT), timeout=30),
        undo=undo,
    )
    yield Fault(
        "keepalived.hang",
        "keepalived hangs (SIGSTOP): it sends no adverts, and its host keeps the address",
        inject=Ask(("systemctl", "kill", "-s", "STOP", _UNIT)),
        undo=Ask(("systemctl", "kill", "-s", "CONT", _UNIT)),
    )

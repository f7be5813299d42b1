"""Ways to hurt HAProxy."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_UNIT = "haproxy.service"
_STAY_DOWN = f"/run/systemd/system/{_UNIT}.d/zz-fault.conf"
_UP = f"rm -f {_STAY_DOWN}; systemctl daemon-reload; systemctl reset-failed {_UNIT}; systemctl start {_UNIT}"
# Not `systemctl mask`: a masked unit has lost its ExecStopPost, by which keepalived learns of the death.
_KILL_FOR_GOOD = (
    f"mkdir -p $(dirname {_STAY_DOWN}) && printf '[Service]\\nRestart=no\\n' > {_STAY_DOWN}"
    f" && systemctl daemon-reload && systemctl kill -s KILL {_UNIT}"
)


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
        inject=Ask(("sh", "-c", _KILL_FOR_GOOD), timeout=30),
        undo=undo,
    )
    yield Fault(
        "haproxy.hang",
        "HAProxy hangs (SIGSTOP): its ports accept, nothing answers",
        inject=Ask(("systemctl", "kill", "-s", "STOP", _UNIT)),
        undo=Ask(("systemctl", "kill", "-s", "CONT", _UNIT)),
    )

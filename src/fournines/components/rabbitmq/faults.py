"""Ways to hurt the broker of one host."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

UNIT = "rabbitmq-server.service"
_BACK = 120.0
"""Seconds a start may take here."""


def faults(context: Context) -> Iterator[Fault]:
    """It is killed, killed and kept down, hangs, or is stopped in good order."""
    del context
    start = Ask(("systemctl", "start", UNIT), timeout=_BACK)
    yield Fault(
        "rabbitmq.kill",
        "the broker is killed (SIGKILL); systemd may start it again",
        inject=Ask(("systemctl", "kill", "--signal=KILL", UNIT)),
        undo=start,
    )
    yield Fault(
        "rabbitmq.kill-for-good",
        "the broker is killed (SIGKILL) and stays down",
        inject=Ask(
            ("sh", "-c", f"systemctl mask --runtime {UNIT} && systemctl kill -s KILL {UNIT}"), timeout=30
        ),
        undo=Ask(("sh", "-c", f"systemctl unmask --runtime {UNIT} && systemctl start {UNIT}"), timeout=_BACK),
    )
    yield Fault(
        "rabbitmq.hang",
        "the broker hangs (SIGSTOP): its port accepts, nothing answers",
        inject=Ask(("systemctl", "kill", "--signal=STOP", UNIT)),
        undo=Ask(("systemctl", "kill", "--signal=CONT", UNIT)),
    )
    yield Fault(
        "rabbitmq.stop",
        "the broker is stopped in good order",
        inject=Ask(("systemctl", "stop", UNIT), timeout=_BACK),
        undo=start,
    )

"""Ways to hurt the database of one host."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

UNIT = "mariadb.service"
_BACK = 180.0
"""Seconds a start may take here: recovery, and a full copy of a small database."""


def faults(context: Context) -> Iterator[Fault]:
    """It is killed, killed and kept down, hangs, or is stopped in good order."""
    del context
    start = Ask(("systemctl", "start", UNIT), timeout=_BACK)
    yield Fault(
        "galera.kill",
        "mariadbd is killed (SIGKILL); systemd may start it again",
        inject=Ask(("systemctl", "kill", "--signal=KILL", "--kill-whom=main", UNIT)),
        undo=start,
    )
    yield Fault(
        "galera.kill-for-good",
        "mariadbd is killed (SIGKILL) and stays down",
        inject=Ask(
            ("sh", "-c", f"systemctl mask --runtime {UNIT} && systemctl kill -s KILL {UNIT}"), timeout=30
        ),
        undo=Ask(("sh", "-c", f"systemctl unmask --runtime {UNIT} && systemctl start {UNIT}"), timeout=_BACK),
    )
    yield Fault(
        "galera.hang",
        "mariadbd hangs (SIGSTOP): its port accepts, nothing answers",
        inject=Ask(("systemctl", "kill", "--signal=STOP", "--kill-whom=main", UNIT)),
        undo=Ask(("systemctl", "kill", "--signal=CONT", "--kill-whom=main", UNIT)),
    )
    yield Fault(
        "galera.stop",
        "mariadbd is stopped in good order",
        inject=Ask(("systemctl", "stop", UNIT), timeout=_BACK),
        undo=start,
    )

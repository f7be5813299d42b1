"""Ways to hurt memcached."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault


def faults(context: Context) -> Iterator[Fault]:
    """Its process dies, or hangs while its port still accepts."""
    del context
    unit = "memcached.service"
    yield Fault(
        "memcached.kill",
        "memcached is killed (SIGKILL) and stays down",
        inject=Ask(("sh", "-c", f"systemctl mask --runtime {unit} && systemctl kill -s KILL {unit}")),
        undo=Ask(("sh", "-c", f"systemctl unmask --runtime {unit} && systemctl start {unit}"), timeout=30),
    )
    yield Fault(
        "memcached.hang",
        "memcached hangs (SIGSTOP): its port accepts, nothing answers",
        inject=Ask(("systemctl", "kill", "-s", "STOP", unit)),
        undo=Ask(("systemctl", "kill", "-s", "CONT", unit)),
    )

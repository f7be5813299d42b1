"""QEMU's monitor: the machine stopped, continued, asked how it is (QEMU, interop/qmp-spec)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fournines.errors import LabError
from fournines.lab.vm.wire import connected

TIMEOUT = 5.0
"""Seconds; QEMU's main loop answers in milliseconds unless this machine is busy."""


def tell(monitor: Path, command: str, *, timeout: float = TIMEOUT) -> Any:  # noqa: ANN401 - as QMP has it
    """Carry out a command and return what it returns.

    Raises:
        LabError: QEMU is not there, does not answer, or refuses.
    """
    with connected(monitor, timeout) as line:
        line.hear()  # its greeting
        for one in ("qmp_capabilities", command):
            line.say({"execute": one})
            while "event" in (heard := line.hear()):
                pass
            if "return" not in heard:
                raise LabError(f"QEMU refuses {one}: {heard['error']['desc']}", where=str(monitor))
    return heard["return"]


def paused(monitor: Path) -> bool:
    """Whether the machine stands still."""
    return bool(tell(monitor, "query-status")["status"] == "paused")

"""An agent that dies by SIGKILL just before the n-th time it changes the file system."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from fournines.engine.agent.main import respond

_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown")


def run_agent(asked: dict[str, Any], *, die_at: int = 0) -> int:
    """Run it in a forked process; -SIGKILL when it was killed, 0 when it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            _agent(asked, die_at)
        except BaseException:  # noqa: BLE001 - nothing of pytest may run in the child
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}
    return code


def _agent(asked: dict[str, Any], die_at: int) -> None:
    os.fsync = lambda fd: None  # noqa: ARG005 - SIGKILL takes nothing from the page cache, and a busy disk takes seconds
    seen = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if event in _CHANGES or writes:
            seen += 1
            if seen == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    respond(asked)

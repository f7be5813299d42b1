"""Commands inside a virtual machine, through the guest agent that every hypervisor's guests have (qemu-ga).

``python -m fournines.lab.vm.agent SOCKET COMMAND...`` runs one there with this process's input, output and
exit code; input and output are carried whole, not as they come.
"""

from __future__ import annotations

import base64
import fcntl
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fournines.errors import LabError
from fournines.lab.shell import CLEAN
from fournines.lab.vm.wire import Line, connected

ANSWER = 20.0
"""Seconds an agent has for an answer; under emulation it needs a tenth of one, unless the guest is busy."""


def ask(agent: Path, what: str, arguments: Mapping[str, Any], *, timeout: float = ANSWER) -> Any:  # noqa: ANN401
    """An answer of the agent's. It listens to one at a time: whoever comes meanwhile waits.

    What an earlier asker left unread is skipped: the agent is first made to repeat a number.

    Raises:
        LabError: it does not answer in time, or says why it will not.
    """
    with _listening(agent, timeout) as line:
        line.say({"execute": what, "arguments": arguments})
        heard = line.hear()
    if "return" not in heard:
        raise LabError(f"the guest refuses {what}: {heard['error']['desc']}", where=str(agent))
    return heard["return"]


def order(agent: Path, what: str, arguments: Mapping[str, Any]) -> None:
    """Something that the agent does without an answer (``guest-shutdown``).

    Raises:
        LabError: the agent does not listen.
    """
    with _listening(agent, ANSWER) as line:
        line.say({"execute": what, "arguments": arguments})


@contextmanager
def _listening(agent: Path, timeout: float) -> Iterator[Line]:
    """A connection to an agent that has shown to listen, and from which nothing old will be heard."""
    with agent.with_name("agent.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with connected(agent, timeout) as line:
            number = random.randrange(1 << 31)  # noqa: S311 - to recognise, not to hide
            line.say({"execute": "guest-sync-delimited", "arguments": {"id": number}}, before=b"\xff")
            while line.hear().get("return") != number:
                pass
            yield line


def run(
    agent: Path, argv: Sequence[str], *, stdin: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in the guest, as root, and return it finished, whatever its exit code.

    Raises:
        LabError: the agent does not answer, or the command did not finish in ``timeout`` seconds.
    """
    give_up = time.monotonic() + timeout if timeout is not None else None
    started = ask(
        agent,
        "guest-exec",
        {
            "path": "/usr/bin/env",
            "arg": [*CLEAN, *argv],
            "input-data": base64.b64encode(stdin).decode(),
            "capture-output": True,
        },
    )
    pause = 0.02
    while True:
        done = ask(agent, "guest-exec-status", {"pid": started["pid"]})
        if done["exited"]:
            break
        if give_up is not None and time.monotonic() > give_up:
            raise LabError(f"{argv[0]} did not finish within {timeout:g} s", where=str(agent))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    out, err = (base64.b64decode(done.get(key, "")) for key in ("out-data", "err-data"))
    return subprocess.CompletedProcess(list(argv), exit_code(done), out, err)


def exit_code(done: Mapping[str, Any]) -> int:
    """As a shell would say it: 128 and the signal's number for a command that was killed."""
    return int(done["exitcode"]) if "exitcode" in done else 128 + int(done["signal"])


def main(socket: str, *argv: str) -> int:
    """Run a command there with our input and output; its exit code."""
    stdin = b"" if os.isatty(0) else sys.stdin.buffer.read()
    done = run(Path(socket), argv, stdin=stdin)
    sys.stdout.buffer.write(done.stdout)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except LabError as error:
        sys.exit(f"error: {error}")

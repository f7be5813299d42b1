"""Read-only questions, a few side by side.

Most questions are programs for the host's Python. To start an interpreter and import what they need is nearly
all they cost, and fifty of them were most of what a round of checks cost a host. So they run in forks of the
agent, which is a Python that has imported it once. What they can see is the same: an ``__main__`` of their
own, their arguments, standard input, environment and exit status.

No thread may be alive here: a fork takes along the locks that others hold.
"""

from __future__ import annotations

import ast
import os
import select
import shutil
import signal
import site
import sys
import time
from collections import deque
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from fournines.engine.agent.process import NOT_FOUND, environment

AT_ONCE = 4
"""Questions asked side by side on a host; whoever waits for the answers counts on it."""
COURTESY = 10
"""How much the questions lower their own priority (nice(2)): who is asked how it is has something to do, and
most of all just after a fault. Fifty questions at once were seen to make a cluster suspect its members."""

_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that Python ignores and no other program expects to be ignored."""


class _Asked(NamedTuple):
    """A question under way: its process, the files it writes to, and when it is stopped (monotonic)."""

    number: int
    process: int
    ended: int
    said: int
    complained: int
    until: float


def answer(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    """The answers to read-only questions, asked side by side; None for one that was not answered in time."""
    os.nice(COURTESY)
    os.chdir("/")
    site.main()  # the agent was started without: questions use the host's own modules
    return ask_all(request["asks"])


def ask_all(asks: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """``answer`` without the courtesy; the questions are asked in the working directory."""
    _import_for(asks)
    answers: list[dict[str, Any] | None] = [None] * len(asks)
    waiting = deque(enumerate(asks))
    under_way: list[_Asked] = []
    while waiting or under_way:
        while waiting and len(under_way) < AT_ONCE:
            under_way.append(_begin(*waiting.popleft()))
        _wait(under_way)
        for asked in tuple(under_way):
            done, status = os.waitpid(asked.process, os.WNOHANG)
            late = not done and time.monotonic() >= asked.until
            if late:
                os.killpg(asked.process, signal.SIGKILL)
                os.waitpid(asked.process, 0)
            if done or late:
                under_way.remove(asked)
                said, complained = _end(asked)
            if done:
                code = os.waitstatus_to_exitcode(status)
                answers[asked.number] = {"code": code, "stdout": said, "stderr": complained}
    return answers


def _begin(number: int, ask: dict[str, Any]) -> _Asked:
    """Files in memory, not pipes: nobody has to read while the question runs."""
    given, said, complained = (os.memfd_create(name) for name in ("given", "said", "complained"))
    os.write(given, ask["stdin"].encode())
    os.lseek(given, 0, os.SEEK_SET)
    process = _start(ask["argv"], (given, said, complained))
    os.close(given)
    until = time.monotonic() + ask["timeout"]
    return _Asked(number, process, os.pidfd_open(process), said, complained, until)


def _start(argv: list[str], files: tuple[int, ...]) -> int:
    """The process of a program, the first of its group.

    What is no Python is spawned: that costs a third of forking a grown interpreter.
    """
    path = shutil.which(argv[0], path=environment("root")["PATH"])
    if _program(argv) is None and path is not None:
        with suppress(OSError):  # what cannot be started says so from a fork
            return os.posix_spawn(
                path,
                argv,
                environment("root"),
                file_actions=[(os.POSIX_SPAWN_DUP2, file, number) for number, file in enumerate(files)],
                setpgroup=0,
                setsigdef=_IGNORED,
            )
    process = os.fork()
    if process == 0:
        _become(argv, files)
    with suppress(OSError):  # the child does so too; whoever stops it must find its group
        os.setpgid(process, process)
    return process


def _wait(under_way: list[_Asked]) -> None:
    """Until one has ended or is late."""
    poll = select.poll()
    for asked in under_way:
        poll.register(asked.ended, select.POLLIN)
    left = min(asked.until for asked in under_way) - time.monotonic()
    poll.poll(max(0.0, left) * 1000 + 1)


def _end(asked: _Asked) -> tuple[str, str]:
    """What it wrote."""
    os.close(asked.ended)
    texts = []
    for written in (asked.said, asked.complained):
        os.lseek(written, 0, os.SEEK_SET)
        with os.fdopen(written, "rb") as file:
            texts.append(file.read().decode("utf-8", "replace"))
    return texts[0], texts[1]


def _become(argv: list[str], files: tuple[int, ...]) -> NoReturn:
    """In the fork: be that program. Whatever happens, the agent's own code is never returned to."""
    code = 1
    try:
        os.setpgid(0, 0)
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(environment("root"))
        program = _program(argv)
        if program is None:
            for ignored in _IGNORED:
                signal.signal(ignored, signal.SIG_DFL)
            os.execvp(argv[0], argv)  # noqa: S606 - that is what an argv is for
        code = _run(*program)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}".encode())
        code = NOT_FOUND
    finally:
        os._exit(code)


def _run(source: str, arguments: list[str]) -> int:
    """Run a program as ``python3 -c`` does; its exit status."""
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as the process
        for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = ["-c", *arguments]
    main = sys.modules["__main__"] = ModuleType("__main__")
    code = 0
    try:
        exec(compile(source, "<string>", "exec"), main.__dict__)  # noqa: S102 - a question is a program
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        if isinstance(left.code, str):
            sys.stderr.write(f"{left.code}\n")
    except BaseException:  # noqa: BLE001 - whatever ends it is told as Python tells it
        import traceback

        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code & 0xFF


def _program(argv: list[str]) -> tuple[str, list[str]] | None:
    """The program and its arguments, of a command that hands one to the Python that runs the agent."""
    rest = argv[2:] if argv[1:2] == ["-I"] else argv[1:]
    return (rest[1], rest[2:]) if rest[:1] == ["-c"] and len(rest) > 1 and _is_this(argv[0]) else None


@cache
def _is_this(name: str) -> bool:
    found = shutil.which(name, path=environment("root")["PATH"])
    mine = Path(sys.executable)
    return found is not None and mine.exists() and mine.samefile(found)


def _import_for(asks: list[dict[str, Any]]) -> None:
    """Import, once for all, what the programs will import of the standard library."""
    for ask in asks:
        program = _program(ask["argv"])
        with suppress(SyntaxError, ImportError):  # the program itself will say so
            for name in _imports(program[0]) if program else ():
                if name.partition(".")[0] in sys.stdlib_module_names:
                    import_module(name)


@cache
def _imports(source: str) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return tuple(names)

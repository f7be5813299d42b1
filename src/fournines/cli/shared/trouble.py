"""Whatever goes wrong, said once and in words: the only place where an exception meets a person.

What is an ordinary trouble of the operator's machine (a full disk, a key without permission, text that is
not UTF-8) is told as such wherever it comes from. What is none is a bug of fournines: one line, and a file
that holds what its developers need.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from fournines import __version__
from fournines.errors import HostError, Mistake, NinesError, SpecError
from fournines.files import trouble

BUG = 70
"""What ``nines`` exits with for a bug of its own (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""
CUT_OFF = 141
"""What a shell reports of a program whose output nobody reads on (128 + SIGPIPE)."""


@contextmanager
def errors_shown() -> Iterator[None]:
    """Say whatever goes wrong in the block as where, what and what to try, and exit with its code."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("interrupted; run the same command again to go on", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(_cut_off())
    except SystemExit as ended:
        if isinstance(
            ended.__context__, BrokenPipeError
        ):  # click and rich end with 1, a code of our verdicts
            sys.exit(_cut_off())
        raise
    except Exception as error:  # noqa: BLE001 - the last place: nothing above this but the interpreter
        found = understood(error)
        sys.exit(_show(found) if found else _bug(error))


def understood(error: BaseException) -> NinesError | None:
    """The error as one that an operator can act on; None where it is a bug of ours."""
    if isinstance(error, NinesError):
        return error
    if isinstance(error, BaseExceptionGroup):  # tasks that ran side by side: the first that says something
        return next(filter(None, map(understood, error.exceptions)), None)
    if isinstance(error, OSError):
        return trouble(error)
    for kind, (what, advice) in _ORDINARY.items():
        if isinstance(error, kind):
            return NinesError(f"{what}: {error}" if str(error) else what, try_this=advice)
    return None


_ORDINARY: Mapping[type[Exception], tuple[str, str]] = {
    UnicodeError: ("text that cannot be read or shown", "save the file as UTF-8"),
    RecursionError: ("something is nested too deeply to be read", "write it flatter"),
    MemoryError: ("this machine has no memory left", "end other programs, then run it again"),
}
"""What is nobody's bug though Python raises it, in words, and what to do about it."""


def _show(error: NinesError) -> int:
    if isinstance(error, SpecError):
        for mistake in error.mistakes:
            typer.echo(explained(mistake), err=True)
        count = len(error.mistakes)
        typer.echo(f"{count} mistake{'s' if count > 1 else ''}; nothing was done", err=True)
    else:
        typer.echo(f"error: {error}", err=True)
        if isinstance(error, HostError) and error.output:
            typer.echo("\n".join(f"  | {line}" for line in error.output.strip().splitlines()), err=True)
        if error.try_this:
            typer.echo(f"  try: {error.try_this}", err=True)
    return error.exit_code


def explained(mistake: Mistake) -> str:
    """A mistake in three lines: where and what, the line with a mark under the place, what to write."""
    lines = [str(mistake)]
    if mistake.source:
        lines += [f"  {line}" for line in mistake.excerpt()]
    if mistake.try_this:
        lines.append(f"  try: {mistake.try_this}")
    return "\n".join(lines)


def _bug(error: BaseException) -> int:
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    typer.echo(f"error: this is a bug in fournines {__version__}: {said[:200]}", err=True)
    advice = "report it where you got fournines from, with the command that you ran"
    with suppress(OSError):
        advice += f" and {_report(error)} (read it first: it may quote your configuration)"
    typer.echo(f"  try: {advice}", err=True)
    return BUG


def _report(error: BaseException) -> Path:
    """A file with what the developers of fournines need; only its owner can read it."""
    handle, name = tempfile.mkstemp(prefix="nines-bug-", suffix=".txt")
    told = [
        f"fournines {__version__}, Python {sys.version}",
        f"at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {' '.join(sys.argv[:2])}",
        *traceback.format_exception(error),
    ]
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
        stream.write("\n".join(told))
    return Path(name)


def _cut_off() -> int:
    """Whoever read our output has seen enough (nines audit | head): an end without a word.

    Stdout is pointed at nothing, so that the interpreter's own last flush has nobody to fail at.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CUT_OFF

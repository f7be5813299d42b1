"""Every error fournines raises on purpose.

::

    NinesError                what went wrong, where, and what to try
    |- FileError              a file of the operator's machine cannot be read, written or locked
    |- SpecError              site.yaml: one error carrying every Mistake found in it
    |- PlanError              the site cannot be built as declared (a need nobody provides, a cycle)
    |- SecretsError           the secrets file is missing, unreadable or not ours to open
    |- TransportError         a host could not be reached, or the connection broke
    |   |- LateError          a command did not end within its time
    |- HeldError              somebody else is changing the site at this moment; nothing was done
    |- HostError              a command or step on a host failed
    |   |- PackageError       an installed package is not what a component relies on; nothing was changed
    |   |- RejectedError      a program refused the file staged for it; nothing was changed
    |   `- BarrierError       a phase's checks did not turn to pass in time
    |- LabError               a lab could not be made, found or taken down
    |- DrillError             a drill could not be run (its verdict is never an exception)
    `- AuditError             the input of an audit cannot be read at all

A message is rendered once, in ``cli``; everything below raises and never prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


_EXCERPT = 100
"""So many characters of a line are shown; a screen has hardly more."""


class NinesError(Exception):
    """Something the operator can act on.

    Args:
        what: one sentence, no trailing full stop.
        where: a ``file:line:column``, a host's name, or a path; None where there is no such place.
        try_this: what to do about it, one sentence.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str | None = None, try_this: str | None = None) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where
        self.try_this = try_this


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a spec file, at the place a person would point to.

    ``line`` and ``column`` count from 1; ``path`` is the dotted key (``hosts.controller2.mgmt``);
    ``source`` is the offending line as it stands in the file.
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    source: str = ""
    try_this: str | None = None

    def excerpt(self) -> tuple[str, str]:
        """The offending line, cut around the place where it is long, and a mark under the place."""
        start = max(0, min(self.column - 1 - _EXCERPT // 2, len(self.source) - _EXCERPT))
        cut = self.source[start : start + _EXCERPT]
        shown = "".join(c if c.isprintable() else " " for c in cut)
        before = "… " if start else ""
        after = " …" if start + _EXCERPT < len(self.source) else ""
        return f"{before}{shown}{after}", " " * (self.column - 1 - start + len(before)) + "^"

    def __str__(self) -> str:
        """``site.yaml:14:9: hosts.controller2.mgmt: 10.0.1.12 is not in network mgmt``."""
        path = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {path}{self.what}"


class SpecError(NinesError):
    """The spec file has mistakes; ``mistakes`` holds all of them, in the file's order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(m) for m in self.mistakes))


class FileError(NinesError):
    """A file of the operator's machine cannot be read, written or locked; nothing is left half written."""


class PlanError(NinesError):
    """The site cannot be built as declared."""


class SecretsError(NinesError):
    """The secrets file is missing, unreadable or not ours to open."""


class TransportError(NinesError):
    """A host could not be reached, or the connection to it broke."""

    exit_code = 3


class LateError(TransportError):
    """A command did not end within its time on a host; the connection to it may well be whole."""


class HeldError(NinesError):
    """Somebody else is changing the site at this moment; nothing was done. The same may work later."""

    exit_code = 75


class HostError(NinesError):
    """A command or step on a host failed; ``output`` is what the host said, secrets masked."""

    exit_code = 3

    def __init__(
        self, what: str, *, where: str | None = None, try_this: str | None = None, output: str = ""
    ) -> None:
        super().__init__(what, where=where, try_this=try_this)
        self.output = output


class PackageError(HostError):
    """An installed package no longer has what a component relies on; no file was written."""


class RejectedError(HostError):
    """A program refused the file staged for it; nothing on the host was changed."""


class BarrierError(HostError):
    """A phase's checks did not turn to pass in time; ``output`` are the errors of units that are not up."""


class LabError(NinesError):
    """A lab could not be made, found or taken down."""


class DrillError(NinesError):
    """A drill could not be run. A drill that ran ends in a verdict, never in this."""


class AuditError(NinesError):
    """The input of an audit cannot be read at all."""

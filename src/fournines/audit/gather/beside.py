"""What a page adds to the files that lie beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.script import COMMANDS, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fournines.kit.audit.source import Source


def added(found: Iterable[Source], given: frozenset[str], *, apart: bool) -> Iterator[Source]:
    """What a page adds to files of the kinds that were ``given``.

    A page that is asked for is a runbook. A README beside real files is none, and shows of their kinds what
    need not be in force; of another kind, which nobody gave, what it shows is all there is of it. Where
    all that was given are scripts, or none of them lies in its folder or below it (``apart``), its commands
    are steps of the same work.
    """
    steps = {SCRIPT.name, COMMANDS.name}
    left_out = given | steps if given - steps and not apart else given - {COMMANDS.name}
    return (s for s in found if s.kind not in left_out)

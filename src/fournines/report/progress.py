"""How far a long wait is: one line that is replaced with every round of questions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from fournines.kit.listed import first_few
from fournines.kit.verdict import Outcome
from fournines.report.document import Judged
from fournines.report.style import WORST_FIRST, plain

NAMED = 3
"""How many promises that do not hold are named in the line."""


def waiting(judged: Sequence[Judged]) -> Text:
    """Where a wait stands: ``29 of 32 hold; not yet: galera.size, rabbitmq.members``, broken ones first."""
    others = [pair for pair in judged if pair[1].outcome is not Outcome.PASS]
    line = Text(f"{len(judged) - len(others)} of {len(judged)} hold")
    if others:
        others.sort(key=lambda pair: WORST_FIRST.index(pair[1].outcome))
        names = first_few([plain(check.id) for check, _ in others], NAMED)
        line.append(f"; not yet: {names}", style="nines.warn")
    return line

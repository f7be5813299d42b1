"""Verdicts on a terminal: worst first, grouped by component, one line of conclusion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, Verdict
from fournines.report.document import Judged, component_of, counts_of, outcome_of
from fournines.report.style import WORST_FIRST, ascii_only, condensed, count, plain, verdict

WIDE = 100
"""From this many columns on, evidence stands beside its promise instead of under it."""


def worst_first(judged: Iterable[Judged]) -> list[tuple[str, list[Judged]]]:
    """Verdicts by component, the worst component first and the worst verdict first in each.

    Among equals the site's order stays.
    """
    groups: dict[str, list[Judged]] = {}
    for pair in judged:
        groups.setdefault(component_of(pair[0]), []).append(pair)
    for members in groups.values():
        members.sort(key=lambda pair: WORST_FIRST.index(pair[1].outcome))
    return sorted(groups.items(), key=lambda group: WORST_FIRST.index(outcome_of(group[1])))


def conclusion(judged: Iterable[Judged]) -> str:
    """One line: ``31 promises hold, 1 is broken, 0 unknown``."""
    found = counts_of(judged)
    holds = "1 promise holds" if found.passed == 1 else f"{count(found.passed)} promises hold"
    broken = f"{count(found.failed)} {'is' if found.failed == 1 else 'are'} broken"
    return f"{holds}, {broken}, {count(found.unknown)} unknown"


def shown(judged: Sequence[Judged], console: Console) -> RenderableType:
    """The whole answer of ``nines verify``: the table and its conclusion.

    What was seen stands beside every promise where there is room for it. On a narrow terminal it stands
    under those that do not hold, and the others are one line each.
    """
    row = _wide_row if console.width >= WIDE else _narrow_row
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="nines.name")
    table.add_column(no_wrap=True)
    for _ in range(2 if console.width >= WIDE else 1):
        table.add_column(overflow="fold")
    for component, members in worst_first(judged):
        for place, (check, found) in enumerate(members):
            word = verdict(found.outcome, ascii_only=ascii_only(console))
            table.add_row(component if place == 0 else "", word, *row(check, found))
    line = Text(conclusion(judged), style=f"nines.{outcome_of(judged).value}")
    return Group(table, Text(), line) if judged else line


def _promise(check: Check, found: Verdict) -> Text:
    promise = Text(plain(check.promise))
    if found.outcome is not Outcome.PASS:
        promise.append(f" [{check.id}]", style="nines.dim")
    return promise


def _seen(found: Verdict) -> Text:
    style = "nines.dim" if found.outcome is Outcome.PASS else f"nines.{found.outcome.value}"
    return Text(condensed(plain(found.seen)), style=style)


def _wide_row(check: Check, found: Verdict) -> list[Text]:
    return [_promise(check, found), _seen(found)]


def _narrow_row(check: Check, found: Verdict) -> list[Text]:
    if found.outcome is Outcome.PASS:
        return [_promise(check, found)]
    return [Text("\n").join([_promise(check, found), _seen(found)])]

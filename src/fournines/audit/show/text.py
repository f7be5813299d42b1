"""The report for people: what happens on the night, worst first, and one line that says it all."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from fournines.audit.excerpt import excerpt
from fournines.kit.audit.rule import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.audit.report import Report
    from fournines.kit.audit.rule import Consequence, Finding

_COLOURS = {Severity.ERROR: "31;1", Severity.WARNING: "33", Severity.INFO: "36"}
_NARROWEST, _NARROWEST_QUOTE = 40, 60
_QUOTE = "    | "
_MOST_SEE = 6
"""Other ends of a finding that are listed."""
_MOST = 20
"""Places of one rule that say the same for the same reason; who has 5,000 of them mends the template."""


def as_text(report: Report, *, width: int = 100, colour: bool = False, info: bool = True) -> str:
    """The report as lines of at most ``width`` columns (paths and quoted lines are never broken)."""
    page = _Page(max(width, _NARROWEST), colour=colour)
    shown = [f for f in report.findings if info or f.severity > Severity.INFO]
    ordered = sorted(shown, key=lambda f: (f.consequence.rank, -f.severity, f.rule))
    for consequence, group in groupby(ordered, key=lambda f: f.consequence):
        page.heading(consequence)
        for same in _same(group):
            page.finding(same)
    if report.unknown:
        page.unknown(report)
    if report.programs:
        page.programs(report)
    page.verdict(report)
    return "\n".join(page.lines) + "\n"


def _same(findings: Iterable[Finding]) -> Iterable[list[Finding]]:
    """Findings of one rule that say the same of several places, which keep their order."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.severity, finding.why, finding.fix), []).append(finding)
    return groups.values()


class _Page:
    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self.colour = colour
        self.lines: list[str] = []

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def say(self, text: str, *, indent: int = 0, head: str = "") -> None:
        first = " " * indent + head
        rest = " " * len(first)
        self.lines.extend(
            wrap(
                text,
                self.width,
                initial_indent=first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
            or [first.rstrip()]
        )

    def quoted(self, line: str, said: str = "") -> str:
        """What fits of a quoted line, the part of it that is spoken of."""
        return f"{_QUOTE}{excerpt(line, said, max(self.width, _NARROWEST_QUOTE) - len(_QUOTE))}"

    def heading(self, consequence: Consequence) -> None:
        self.lines.append(self.paint(consequence.value, "1"))
        self.lines.append(self.paint("-" * min(len(consequence.value), self.width), "2"))

    def finding(self, same: list[Finding]) -> None:
        first = same[0]
        mark = f"{first.severity.word:<7}"
        self.lines.append(f"{self.paint(mark, _COLOURS[first.severity])} {self.paint(first.rule, '1')}")
        for finding in same[:_MOST]:
            host = f" ({finding.at.host})" if finding.at.host else ""
            self.lines.append(f"  {finding.at}{host}")
            self.say(finding.what, indent=4)
            if finding.seen:
                self.lines.append(self.paint(self.quoted(finding.seen, finding.what), "2"))
            self.lines.extend(f"    see {place}" for place in finding.related[:_MOST_SEE])
            if len(finding.related) > _MOST_SEE:
                self.lines.append(f"    and {len(finding.related) - _MOST_SEE} more (--json names them)")
        if len(same) > _MOST:
            self.lines.append(f"  and {len(same) - _MOST} more places (--json names them)")
        self.say(first.why, indent=2, head="why: ")
        self.say(first.fix, indent=2, head="fix: ")
        self.say(first.source, indent=2, head="source: ")
        self.lines.append("")

    def unknown(self, report: Report) -> None:
        self.lines.append(self.paint("Not judged (unknown is not clean)", "1"))
        for what, same in groupby(sorted(report.unknown, key=lambda u: u.what), lambda u: u.what):
            places = [str(item.at) for item in same]
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            self.lines.append(f"  {places[0]}{more}")
            self.say(what, indent=4)
        self.lines.append("")

    def programs(self, report: Report) -> None:
        self.lines.append(self.paint("What the programs themselves say", "1"))
        for said in report.programs:
            answer = "accepts" if said.accepted else "complains about"
            self.lines.append(f"  {said.program} {answer} {said.path}")
            self.lines.extend(self.quoted(message) for message in said.messages)
        self.lines.append("")

    def verdict(self, report: Report) -> None:
        worst = report.worst()
        clean = worst is None and len(report.sentences) == 1
        code = _COLOURS[worst] if worst else "32;1" if clean else "33"
        headline, *more = report.sentences
        for text, colour in ((headline, code), *((sentence, "2") for sentence in more)):
            broken = wrap(text, self.width, break_long_words=False, break_on_hyphens=False)
            self.lines.extend(self.paint(line, colour) for line in broken)

"""How far a long question is: one line that is replaced while the answers come in."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.text import Text

from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, Verdict
from fournines.report.style import plain

SHOWN = 3
"""How many broken promises the line names."""


@dataclass
class Tally:
    """Counts verdicts as they come in. ``total`` is how many are awaited in each round."""

    total: int
    rounds: int = 0
    passed: int = 0
    others: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """A new round: nothing is known."""
        self.rounds += 1
        self.passed, self.others = 0, []

    def add(self, check: Check, verdict: Verdict) -> Text:
        """Count one verdict and return the line to show: ``round 2: 14 of 32 hold; not: galera.size``."""
        if verdict.outcome is Outcome.PASS:
            self.passed += 1
        else:
            self.others.append(plain(check.id))
        again = f"round {self.rounds}: " if self.rounds > 1 else ""
        line = Text(f"{again}{self.passed} of {self.total} hold")
        if self.others:
            more = f" and {len(self.others) - SHOWN} more" if len(self.others) > SHOWN else ""
            line.append(f"; not: {', '.join(self.others[:SHOWN])}{more}", style="nines.warn")
        return line

"""Where a walk stands: states of equal status and names are one, with the facts that all ways to it have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fournines.kit.audit.status.ask import FAILED, Facts
from fournines.kit.audit.status.words import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_STATES = 48
"""States that are kept apart at one point; more of them forget the values of names."""
ERREXIT, PIPEFAIL = "-e", "pipefail"
"""Names under which the options of the shell are kept beside its variables."""
ANSWER, ASKED = " answer", " asked"
"""Names of the status of HTTP that was printed first on the way here (``said``), and of a program's having
been asked: kept by walks that want them (``answers``)."""
TRACES = (ANSWER, ASKED)

Key: TypeAlias = tuple[str, Names]
Pool: TypeAlias = dict[Key, Facts]


@dataclass(frozen=True)
class Outcome:
    """How a script may end: the facts on every way to status 0, and to another. None: there is no way."""

    success: Facts | None
    failure: Facts | None


UNKNOWN = Outcome(frozenset(), frozenset())
"""What is said of a script that is too much to follow: it may end either way."""


def common(facts: Iterable[Facts]) -> Facts | None:
    """The facts that all have; None of none."""
    found: Facts | None = None
    for one in facts:
        found = one if found is None else found & one
    return found


def put(pool: Pool, key: Key, facts: Facts) -> None:
    """Add a way to a state."""
    pool[key] = facts & pool[key] if key in pool else facts


def joined(*pools: Pool) -> Pool:
    """Several pools as one."""
    found: Pool = {}
    for pool in pools:
        for key, facts in pool.items():
            put(found, key, facts)
    if len(found) <= MOST_STATES:
        return found
    narrow: Pool = {}
    for (status, names), facts in found.items():
        put(narrow, (status, frozenset(n for n in names if n[0] in (ERREXIT, PIPEFAIL, *TRACES))), facts)
    return narrow


def split(pool: Pool) -> tuple[Pool, Pool]:
    """The states of status 0, and the others."""
    good = {key: facts for key, facts in pool.items() if key[0] == "0"}
    return good, {key: facts for key, facts in pool.items() if key[0] != "0"}


def with_status(pool: Pool, status: str) -> Pool:
    """The same states with another status."""
    found: Pool = {}
    for (_, names), facts in pool.items():
        put(found, (status, names), facts)
    return found


def codes(text: str) -> Iterator[str]:
    """The statuses an ``exit WORD`` may give."""
    if text.isdigit():
        yield str(int(text) % 256) if len(text) < 10 else FAILED  # noqa: PLR2004 - a status, not an essay
    elif text.startswith("-") or text == FAILED:
        yield FAILED
    else:
        yield from ("0", FAILED)


def switched(args: tuple[str, ...], names: Names) -> Names:
    """The names after ``set ARGS``."""
    table = dict(names)
    for word, following in zip(args, (*args[1:], ""), strict=True):
        if word[:1] in "+-" and word[1:].isalpha() and "o" not in word[1:-1]:
            if "e" in word:
                table[ERREXIT] = "1" if word[0] == "-" else "0"
            if word.endswith("o") and following in ("errexit", "pipefail"):
                table[ERREXIT if following == "errexit" else PIPEFAIL] = "1" if word[0] == "-" else "0"
    return frozenset(table.items())

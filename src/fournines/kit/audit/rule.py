"""Rules of the audit: what a rule promises, and what it may say about a site."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place


class Severity(IntEnum):
    """How bad it is; a larger number is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """``error``, ``warning`` or ``info``."""
        return self.name.lower()


class Consequence(Enum):
    """What happens on the night, worst first: the order in which findings are shown."""

    DATA = "Data is lost or forked"
    SPLIT = "Two hosts do the same job at once"
    NO_FAILOVER = "The failure happens and nobody takes over"
    DOWN = "It does not start, or serves nothing"
    NO_RETURN = "A host that was lost does not come back"
    SINGLE = "One loss takes the whole site with it"
    ERRORS = "It fails over, and the clients still see errors"
    SLOW = "It fails over late, or more often than it must"
    EXPOSED = "Somebody else can take it down"
    FRAGILE = "It works today and breaks at the next change"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Consequence).index(self)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule saw: where, in one sentence, and the other ends of it.

    ``why`` and ``fix`` replace the rule's own where the case allows to be more exact; ``severity`` may only
    lower the rule's.
    """

    at: Place
    what: str
    related: tuple[Place, ...] = ()
    why: str = ""
    fix: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a rule could not judge, and what it would need for it: unknown is not clean."""

    at: Place
    what: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit with its rule's words: what the outputs print. ``seen`` is the line, secrets masked."""

    rule: str
    severity: Severity
    consequence: Consequence
    at: Place
    what: str
    why: str
    fix: str
    source: str
    seen: str = ""
    related: tuple[Place, ...] = ()


Judge = "Callable[[Evidence], Iterator[Hit | Unknown]]"


@dataclass(frozen=True)
class Rule:
    """One thing that breaks high availability and can be seen in configuration.

    ``bad`` and ``good`` map paths to texts (``node1/keepalived.conf``: a folder is a host); the bad example
    gives this rule's hit on the line whose stripped text is ``points_at``, the good one gives none. Both
    are tests and documentation. ``source`` names the manual section, bug or run the rule rests on.
    """

    id: str
    severity: Severity
    title: str
    consequence: Consequence
    why: str
    fix: str
    source: str
    bad: Mapping[str, str] = field(repr=False)
    good: Mapping[str, str] = field(repr=False)
    points_at: str
    judge: Callable[[Evidence], Iterator[Hit | Unknown]] = field(repr=False)


def rule(
    id: str,  # noqa: A002 - it is the rule's id, and the word every reader of a finding uses
    severity: Severity,
    title: str,
    *,
    consequence: Consequence,
    why: str,
    fix: str,
    source: str,
    bad: Mapping[str, str],
    good: Mapping[str, str],
    points_at: str,
) -> Callable[[Callable[[Evidence], Iterator[Hit | Unknown]]], Rule]:
    """Turn a judging function into a rule; module-level rules are found by their type."""

    def made(judge: Callable[[Evidence], Iterator[Hit | Unknown]]) -> Rule:
        return Rule(
            id=id,
            severity=severity,
            title=title,
            consequence=consequence,
            why=why,
            fix=fix,
            source=source,
            bad=_dedented(bad),
            good=_dedented(good),
            points_at=points_at,
            judge=judge,
        )

    return made


def _dedented(example: Mapping[str, str]) -> dict[str, str]:
    return {path: dedent(text).lstrip("\n") for path, text in example.items()}

"""Statements of SQL as facts, wherever they are typed: files, scripts, here-documents, a client's prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.account import Account
from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = 512 * 1024
"""Characters: statements about users stand at the top, a dump of data behind them may be endless."""
_GAP = r"(?:\s|->|\\\n){1,40}"
"""What may stand between two words: blanks, the prompt of a second line, a line's end in a shell."""
_QUOTE = r"[`'\"\\]{0,3}"
_ACCOUNT = rf"{_QUOTE}([\w${{}}.\-]{{1,80}}){_QUOTE}(?:@{_QUOTE}([\w.%:/${{}}\-]{{0,80}}){_QUOTE})?"
_SECRET = rf"{_GAP}IDENTIFIED{_GAP}BY{_GAP}(?:PASSWORD{_GAP})?{_QUOTE}([^`'\"\\;\s]{{0,80}})"
_GRANT = re.compile(
    rf"\bGRANT{_GAP}ALL(?:{_GAP}PRIVILEGES)?{_GAP}ON{_GAP}\\?\*\.\\?\*{_GAP}TO{_GAP}{_ACCOUNT}(?:{_SECRET})?",
    re.IGNORECASE,
)
_CREATE = re.compile(
    rf"\bCREATE{_GAP}USER{_GAP}(?:IF{_GAP}NOT{_GAP}EXISTS{_GAP})?{_ACCOUNT}{_SECRET}", re.IGNORECASE
)
_GIVEN = re.compile(rf"\bTO{_GAP}{_ACCOUNT}{_SECRET}", re.IGNORECASE)
_LONGEST_GRANT = 200
"""Characters before TO in which its GRANT stands."""
_GUESSED = frozenset(
    {"", "root", "password", "pass", "passwd", "secret", "123456", "12345678", "admin", "mysql", "mariadb"}
)
_ADDED = ("", "pass", "password", "passwd", "_pass", "_password", "123", "1234", "123456")


@dataclass(frozen=True)
class Superuser:
    """Every right on everything, given to a user from anywhere; ``guessable``: the password is no secret."""

    at: Place
    user: str
    guessable: bool


@dataclass(frozen=True)
class Ordered:
    """A setting of Galera that a running server is told: ``SET GLOBAL wsrep_on = OFF``."""

    at: Place
    name: str
    value: str


_ORDER = re.compile(
    rf"\bSET{_GAP}(?:GLOBAL{_GAP}|@@global\.)(wsrep_on|wsrep_provider_options)[ \t]{{0,9}}=[ \t]{{0,9}}"
    r"([^;\n]{1,200})",
    re.IGNORECASE,
)


def _ordered(source: Source) -> Iterator[Ordered]:
    text = source.text[:_READ]
    for match in _ORDER.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if not text[start : match.start()].lstrip().startswith(("#", "--", "//")):
            yield Ordered(source.at_character(match.start()), match[1].lower(), match[2].strip())


def guessable(user: str, password: str) -> bool:
    """Whether anybody tries this password first: a usual one, or the name with a usual tail."""
    said, name = password.lower(), user.lower()
    return said in _GUESSED or any(said == name + tail for tail in _ADDED)


def read(source: Source) -> Iterator[Superuser | Account | Ordered]:
    """The accounts a text makes, superusers among them, and orders to Galera; a comment does nothing."""
    yield from _superusers(source)
    yield from _ordered(source)
    text = source.text[:_READ]
    for pattern in (_CREATE, _GIVEN):
        for match in pattern.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            before = text[max(0, match.start() - _LONGEST_GRANT) : match.start()].rpartition(";")[2]
            if text[start : match.start()].lstrip().startswith(("#", "--", "//")):
                continue
            if pattern is _CREATE or re.search(r"(?i)\bGRANT\b", before):
                yield Account(source.at_character(match.start(3)), "sql", match.group(1), match.group(3))


def _superusers(source: Source) -> Iterator[Superuser]:
    text = source.text[:_READ]
    made = {match.group(1): match.group(3) for match in _CREATE.finditer(text)}
    for match in _GRANT.finditer(text):
        user, host, password = match.groups()
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start : match.start()].lstrip().startswith(("#", "--", "//")) or host not in (None, "%", ""):
            continue
        known = password if password is not None else made.get(user)
        weak = known is not None and guessable(user, known)
        yield Superuser(source.at_character(match.start()), user, weak)


_PROMPT = r"(?:mysql|mariadb)(?:[ \t]*\[[^\]\n]*\])?>[ \t]*"
_DRESSED = r"(?:mysql|mariadb)[ \t][^>\n]{1,60}>[ \t]*"
"""The prompts of newer clients and of those that set their own: ``MySQL  db1:3306 ssl  SQL >``."""
_SAID = r"(?:SET[ \t]+GLOBAL|GRANT|(?:CREATE|ALTER|DROP)[ \t]+(?:USER|DATABASE)|FLUSH[ \t]+PRIVILEGES)\b"
SQL = Kind(
    name="sql",
    syntax=Syntax.LINES,
    names=("*.sql",),
    marks=(rf"(?i)^[ \t]*(?:{_PROMPT}\S|(?:{_DRESSED})?{_SAID})",),
    read=read,
)
IN_SCRIPTS = Reader("script", read)

"""No regular expression of the audit takes more than linear time, for the texts it is likely slowest on."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.audit.patterns import Pattern, attacks, patterns

from fournines.audit.gather import recognise
from fournines.audit.run import _LONGEST

SIZE = 20_000
SUSPECT = 0.04
"""Seconds of processor for ``SIZE`` characters from which growth is looked at; a linear one takes 0.02."""
ENDLESS = 0.5
BOUNDED: dict[str, Callable[[str], str]] = {
    "audit/mask.py": lambda text: text[:_LONGEST],
    "kind ": lambda text: recognise._shortened(text[: recognise.LOOKED_AT]),
}
"""What is asked of a beginning only, by where it stands."""


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after so many seconds of processor; an expression lets signals in."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(pattern: Pattern, method: str, text: str) -> float:
    made = re.compile(pattern.text, pattern.flags)
    begun = time.process_time()
    try:
        with ended_after(ENDLESS):
            match method:
                case "sub" | "subn":
                    made.sub("", text)
                case "finditer":
                    list(made.finditer(text))
                case _:
                    getattr(made, method)(text)
    except TimeoutError:
        return ENDLESS
    return time.process_time() - begun


def slow(pattern: Pattern) -> list[str]:
    """The texts, cut short, for which four times the length is more than eight times the work."""
    bound = next((cut for place, cut in BOUNDED.items() if pattern.place.startswith(place)), str)
    found = []
    for method in sorted(pattern.methods):
        for text, quarter in zip(attacks(pattern, SIZE), attacks(pattern, SIZE // 4), strict=True):
            spent = seconds(pattern, method, bound(text))
            if spent > SUSPECT:
                spent = min(spent, *(seconds(pattern, method, bound(text)) for _ in range(2)))
                less = min(seconds(pattern, method, bound(quarter)) for _ in range(3))
                if spent > max(SUSPECT, 8 * less) or spent >= ENDLESS:
                    found.append(f"{method} {text[:30]!r}... {text[-5:]!r}: {less:.3f} s, {spent:.3f} s")
                    break
    return found


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda pattern: pattern.place)
def test_an_expression_is_linear(pattern: Pattern) -> None:
    assert slow(pattern) == []


@pytest.mark.parametrize(
    ("text", "method"),
    [
        (r"(a+)+$", "match"),
        (r"\s+$", "search"),
        (r"<[^>]*>", "search"),
        (r"a.*b", "search"),
        (r"[a-z0-9]*\d[a-z0-9]*!", "match"),
        (r"\w+\s*=\s*\w+\s*$", "search"),
    ],
)
def test_what_is_not_linear_is_seen(text: str, method: str) -> None:
    assert slow(Pattern("here", text, 0, frozenset({method})))


def test_every_room_has_expressions() -> None:
    places = {pattern.place.partition("/")[0] for pattern in patterns() if "/" in pattern.place}
    assert places == {"audit", "kit", "components"}
    assert len(list(patterns())) > 300

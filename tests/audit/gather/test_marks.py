"""Marks are seen where the expression itself would be found, only sooner."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.audit import registry
from fournines.audit.gather.marks import first_words, seen

MARKS = sorted({mark for kind in registry.kinds() for mark in kind.marks})
WORDS = sorted({word for mark in MARKS for word in first_words(mark)})


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (r"^[ \t]*(?:nodelist|quorum)\s*\{", ("nodelist", "quorum")),
        (r"^\s*(?:export\s+)?(?:SBD_(?:A|B)|OS)=", ("export", "SBD_", "OS")),
        (r"^-u\s+memcached?\s*$", ("-u",)),
        (r"^\[(?:Unit|Service)\]", ("[",)),
        (r"^(?:a|b?)c", ()),
        (r"^colou?r", ("colo",)),
        (r"^\d+", ()),
        (r"^a|^b", ()),
        (r"word", ()),
        (r"^(?:x[|)]y|z)w", ("x", "z")),
    ],
)
def test_the_words_a_mark_begins_with(mark: str, words: tuple[str, ...]) -> None:
    assert first_words(mark) == words


def test_most_marks_tell_their_words() -> None:
    assert sum(bool(first_words(mark)) for mark in MARKS) > 0.75 * len(MARKS)


_PART = st.one_of(st.sampled_from(WORDS), st.sampled_from(list(' \t={}[]:,#-/_.1a(\\"')), st.just("yes x=y"))
_LINES = st.lists(st.lists(_PART, min_size=1, max_size=6).map("".join), max_size=6)


@given(_LINES)
def test_they_are_seen_where_a_search_finds_them(lines: list[str]) -> None:
    text = "\n".join(line for line in lines if line.strip())
    for mark in MARKS:
        assert seen((mark,), text) == bool(re.search(mark, text, re.MULTILINE))

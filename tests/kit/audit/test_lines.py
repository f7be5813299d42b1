"""Equal lines of a script are read once, and the script is read no differently for it."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.audit.node import Parsed
from fournines.kit.audit.shell import parse_shell

# fmt: off
_LINES = st.sampled_from([
    "a b", "fi", "done", "| c", "&& d", ";", "  || e", "", "   ", "# f", "a # f", "'g", "h'", 'i "', "<<E j",
    "cat <<E", "E", "k \\", "(", ")", "$(", "`l", "if m; then n; fi", "fi | o", "p;", "<<'E' q", "$(r) s",
])
# fmt: on


def _whole(text: str) -> Parsed:
    """The same text read with no line remembered."""
    with patch("fournines.kit.audit.shell._REMEMBERED", 0):
        return parse_shell(text)


@given(st.lists(_LINES, max_size=30))
def test_as_if_each_line_were_new(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert parse_shell(text) == _whole(text)


def test_many_equal_lines_have_their_own_numbers() -> None:
    nodes = parse_shell("ssh a b; c\n" * 3).nodes
    assert [(node.key, node.line) for node in nodes] == [
        ("ssh", 1), ("c", 1), ("ssh", 2), ("c", 2), ("ssh", 3), ("c", 3)
    ]  # fmt: skip

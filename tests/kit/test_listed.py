"""The first few of many things, in words."""

from __future__ import annotations

from fournines.kit.listed import first_few


def test_only_what_is_not_named_is_counted() -> None:
    assert first_few([]) == ""
    assert first_few(("a",)) == "a"
    assert first_few(["a", "b", "c"]) == "a, b, c"
    assert first_few({"a": 1, "b": 2, "c": 3, "d": 4}) == "a, b, c and 1 more"
    assert first_few(range(7), 2, between="; ") == "0; 1 and 5 more"

"""What a lab cannot show is said of each kind of host that it has."""

from __future__ import annotations

import pytest

from fournines.drill.hurt.power import not_shown


@pytest.mark.parametrize(
    ("lab", "said"),
    [
        ({"shared": True, "emulated": False, "in_memory": False}, ["containers share"]),
        (
            {"shared": True, "emulated": True, "in_memory": True},
            ["containers share", "were emulated", "in this machine's memory"],
        ),
        ({"shared": False, "emulated": False, "in_memory": False}, []),
    ],
)
def test_what_a_lab_cannot_show(lab: dict[str, bool], said: list[str]) -> None:
    found = not_shown(**lab)
    assert len(found) == len(said)
    assert all(words in line for words, line in zip(said, found, strict=True))

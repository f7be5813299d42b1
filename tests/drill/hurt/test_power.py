"""What a lab cannot show is said of each kind of host that it has."""

from __future__ import annotations

import pytest

from fournines.drill.hurt.power import not_shown

EMULATED, REAL = "virtual machine, software emulation", "virtual machine, KVM"


@pytest.mark.parametrize(
    ("natures", "in_memory", "said"),
    [
        ({"container"}, False, ["containers share"]),
        ({"container", EMULATED}, True, ["containers share", "were emulated", "in this machine's memory"]),
        ({REAL}, False, []),
    ],
)
def test_what_a_lab_cannot_show(natures: set[str], in_memory: bool, said: list[str]) -> None:  # noqa: FBT001
    found = not_shown(natures, in_memory=in_memory)
    assert len(found) == len(said)
    assert all(words in line for words, line in zip(said, found, strict=True))

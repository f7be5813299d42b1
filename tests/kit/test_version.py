"""Versions sort as dpkg sorts them; what Debian adds to an upstream version makes no difference."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fournines.kit.version import upstream

ASCENDING = ("1.0~rc1", "1.0", "1.0a", "1.0+x", "1.0.1", "1.2", "1.10", "2")


def test_versions_ascend() -> None:
    keys = [upstream(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "version",
    [
        "11.8.9",
        "1:11.8.9+ds-0+deb13u1",
        "1:11.8.9+ds-4",
        "11.8.9+dfsg1-2+b3",
        "11.8.9+deb13u1",
    ],
)
def test_epoch_revision_and_repacking_make_no_difference(version: str) -> None:
    assert upstream(version) == upstream("11.8.9")


PARTS = st.lists(st.sampled_from(["1", "10", "09", ".", "~", "a", "rc", "x"]), min_size=1, max_size=6)


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is the judge here")
@settings(max_examples=30, deadline=None)
@given(PARTS, PARTS)
def test_dpkg_agrees(one: list[str], other: list[str]) -> None:
    a, b = "1" + "".join(one), "1" + "".join(other)
    less = subprocess.run(["dpkg", "--compare-versions", a, "lt", b], check=False).returncode == 0
    assert (upstream(a) < upstream(b)) is less

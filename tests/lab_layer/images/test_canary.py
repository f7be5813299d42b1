"""Looking at a coming Debian: what it lacks, and how its image is made."""

from __future__ import annotations

from pathlib import Path

from fournines.lab.images.build import mmdebstrap_argv
from fournines.lab.images.image import aged
from fournines.lab.images.recipe import Recipe
from fournines.lab.images.sources import AptSource, for_image, for_suite, from_mirror


def test_an_image_of_another_suite_keeps_the_systemd_that_lab_hosts_can_boot() -> None:
    next_one = Recipe.of(["haproxy"], "testing")
    assert next_one.digest != Recipe.of(["haproxy"]).digest
    argv = mmdebstrap_argv(next_one, Path("/i"), Path("/d"), [])
    (hook,) = (word for word in argv if "src:systemd" in word)
    assert "Pin: release n=trixie" in hook
    assert argv[argv.index("-") - 2 :][:2] == ["testing", "/i"]
    assert not any("src:systemd" in w for w in mmdebstrap_argv(Recipe.of([]), Path("/i"), Path("/d"), []))


def test_a_rolling_suite_has_no_updates_beside_it() -> None:
    mine = [AptSource("http://m.example", s, ("main",)) for s in ("bookworm", "bookworm-updates")]
    assert [s.suite for s in for_suite(mine, "bookworm", "unstable")] == ["unstable"]
    assert [s.suite for s in for_suite(mine, "bookworm", "testing")] == ["testing", "testing-updates"]
    assert [s.suite for s in from_mirror("http://m.example", "sid")] == ["sid"]
    both = for_image("sid", "http://m.example")
    assert [s.suite for s in both] == ["trixie", "trixie-updates", "sid"]


def test_a_cached_image_says_how_old_it_is() -> None:
    assert aged("ab", 3600) == "image ab is of today"
    assert aged("ab", 86400) == "image ab is 1 day old"
    assert aged("ab", 3 * 86400) == "image ab is 3 days old"

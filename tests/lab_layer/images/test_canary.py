"""Looking at a coming Debian: what it lacks, and how its image is made."""

from __future__ import annotations

from pathlib import Path

from fournines.lab.images.canary import missing
from fournines.lab.images.image import Recipe, aged, mmdebstrap_argv
from fournines.lab.images.sources import AptSource, for_suite, from_mirror

SAID = """\
E: Unable to locate package glance-api
E: Package 'openstack-dashboard' has no installation candidate
E: Unable to locate package glance-api
"""


def test_what_apt_does_not_have_is_named_once() -> None:
    assert missing(SAID) == ("glance-api", "openstack-dashboard")
    assert missing("") == ()


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


def test_a_cached_image_says_how_old_it_is() -> None:
    assert aged("ab", 3600) == "image ab is of today"
    assert aged("ab", 86400) == "image ab is 1 day old"
    assert aged("ab", 3 * 86400) == "image ab is 3 days old"

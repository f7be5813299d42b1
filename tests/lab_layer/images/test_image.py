from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fournines.errors import LabError
from fournines.lab.images import image
from fournines.lab.images import recipe as recipes
from fournines.lab.images.build import counted, mmdebstrap_argv, units_to_disable
from fournines.lab.images.image import ensure
from fournines.lab.images.recipe import BASE, Recipe


def test_the_same_packages_in_any_order_are_the_same_image() -> None:
    assert Recipe.of(["b", "a", "a"]).digest == Recipe.of(["a", "b"]).digest


def test_another_package_suite_or_rule_is_another_image(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Recipe.of(["a"])
    assert Recipe.of(["a", "b"]).digest != first.digest
    assert Recipe(first.packages, "forky").digest != first.digest
    before = first.digest
    monkeypatch.setattr(recipes, "RECIPE", recipes.RECIPE + 1)
    assert first.digest != before


def test_every_host_can_be_reached_and_looked_into() -> None:
    assert set(BASE) <= set(Recipe.of([]).packages)
    assert {"openssh-server", "systemd-sysv", "python3"} <= set(BASE)


DPKG = "d=%s/tree/var/lib/dpkg; mkdir -p $d && touch $d/status"

STUBBORN = """
import sys, pathlib
from fournines.lab.images import image, recipe
cache = pathlib.Path(sys.argv[1])
image.mmdebstrap_argv = lambda *_: [
    "setpriv", "--pdeathsig", "KILL", "sh", "-c", f"cat >/dev/null; echo $$ >{cache}/pid; exec sleep 60"
]
image.ensure(recipe.Recipe.of([]), lambda: ((), ()), print, cache)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may build")
def test_a_killed_build_dies_and_what_it_left_is_swept_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN, str(tmp_path)]) as victim:
        give_up = time.monotonic() + 120
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        victim.kill()
    recipe = Recipe.of([])
    left = tmp_path / "images" / f".building-{recipe.digest}"
    assert left.is_dir()
    monkeypatch.setattr(image, "mmdebstrap_argv", lambda *_: ["sh", "-c", f"cat; {DPKG}" % left])
    monkeypatch.setattr(image, "finish", lambda _: None)
    told: list[str] = []
    ensure(recipe, lambda: ((), ()), told.append, tmp_path)  # waits for the lock that the victim's child held
    assert any("sweeping" in line for line in told)
    assert not left.exists()
    (whole,) = image.built(tmp_path)
    assert (whole.path / "tree").is_dir()
    assert whole.digest.partition("-")[0] == recipe.digest
    assert whole.packages == recipe.packages
    image.delete(whole)
    assert image.built(tmp_path) == ()
    stat = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    assert not stat.exists() or ") Z " in stat.read_text()  # dead, if not yet buried by its new parent


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may build")
def test_a_failed_build_is_no_image_and_says_where_its_log_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> list[str]:
        return ["sh", "-c", "cat >/dev/null; echo E: no such package; exit 1"]

    monkeypatch.setattr(image, "mmdebstrap_argv", failing)
    recipe = Recipe.of([])
    with pytest.raises(LabError, match="no such package") as error:
        ensure(recipe, lambda: ((), ()), lambda _: None, tmp_path)
    assert error.value.where == str(tmp_path / "images" / f"{recipe.digest}.log")
    assert image.built(tmp_path) == ()


def test_the_build_runs_where_killing_it_leaves_nothing_mounted() -> None:
    argv = mmdebstrap_argv(Recipe.of(["haproxy"]), Path("/i/tree"), Path("/i/debs"), ['Acquire::Retries "3"'])
    around = argv[: argv.index("mmdebstrap")]
    assert around[:4] == ["setpriv", "--pdeathsig", "KILL", "unshare"]
    assert {"--mount", "--pid", "--fork", "--kill-child"} <= set(around)
    assert around[around.index("--propagation") + 1] == "private"
    assert '--aptopt=Acquire::Retries "3"' in argv
    assert argv[-3:] == ["trixie", "/i/tree", "-"]
    (include,) = [a for a in argv if a.startswith("--include=")]
    assert "haproxy" in include.removeprefix("--include=").split(",")


def test_daemons_do_not_start_by_themselves_but_ssh_does() -> None:
    listing = """\
haproxy.service                      enabled enabled
ssh.service                          enabled enabled
systemd-networkd.service             enabled enabled
epmd.socket                          enabled enabled
apt-daily.timer                      enabled enabled

"""
    assert units_to_disable(listing) == ("apt-daily.timer", "epmd.socket", "haproxy.service")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Get:12 http://m.example/debian trixie/main amd64 jq amd64 1.7 [80 kB]", "downloaded"),
        ("Unpacking jq (1.7) ...", "unpacking"),
        ("Setting up jq (1.7) ...", "set up"),
        ("Selecting previously unselected package jq.", None),
    ],
)
def test_progress_is_counted_from_what_apt_and_dpkg_say(line: str, kind: str | None) -> None:
    assert counted(line) == kind

"""Whether a cached image is what a fresh machine would build: apt is asked, and believed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fournines.errors import LabError
from fournines.lab.images import archive, image
from fournines.lab.images.archive import Archive, Upgrade, contents, installed, missing, upgraded
from fournines.lab.images.recipe import Recipe
from fournines.lab.images.sources import AptSource

SAID = """\
E: Unable to locate package glance-api
E: Package 'openstack-dashboard' has no installation candidate
E: Unable to locate package glance-api
"""


SIMULATED = """\
NOTE: This is only a simulation!
The following packages will be upgraded:
  haproxy
Inst haproxy [3.0.11-1] (3.0.11-1+deb13u1 Debian:13/stable [amd64])
Inst libnew (1.0 Debian:13/stable [amd64])
Conf haproxy (3.0.11-1+deb13u1 Debian:13/stable [amd64])
"""


def test_what_apt_does_not_have_is_named_once() -> None:
    assert missing(SAID) == ("glance-api", "openstack-dashboard")
    assert missing("") == ()


def test_an_upgrade_has_both_versions_and_a_new_package_is_none() -> None:
    found = upgraded(SIMULATED)
    assert found == (Upgrade("haproxy", "3.0.11-1", "3.0.11-1+deb13u1"),)
    assert [str(one) for one in found] == ["haproxy 3.0.11-1 -> 3.0.11-1+deb13u1"]


def stanza(name: str, version: str, status: str = "install ok installed") -> str:
    return f"Package: {name}\nStatus: {status}\nArchitecture: all\nVersion: {version}\nDescription: x\n y\n"


def an_image(folder: Path, *stanzas: str) -> Path:
    (folder / "tree/var/lib/dpkg").mkdir(parents=True)
    (folder / "tree/var/lib/dpkg/status").write_text("\n".join(stanzas))
    (folder / "recipe.json").write_text(json.dumps({"packages": [], "seconds": 1.0}))
    return folder


def test_an_image_is_known_by_the_versions_it_holds(tmp_path: Path) -> None:
    first = an_image(tmp_path / "1", stanza("a", "1"), stanza("gone", "1", "deinstall ok config-files"))
    second = an_image(tmp_path / "2", stanza("a", "2"))
    again = an_image(tmp_path / "3", stanza("a", "1"))
    one, two, three = (installed(path / "tree") for path in (first, second, again))
    assert one == {"a:all": "1"}
    assert contents(one) == contents(three) != contents(two)


# --- with the real apt -----------------------------------------------------------------------------------

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="this machine has no apt")


class Repository:
    """A repository of this test's own, in a folder; its packages are only ever looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def holds(self, *packages: tuple[str, str]) -> None:
        entry = "Package: {}\nVersion: {}\nArchitecture: all\nFilename: ./x.deb\nSize: 1\nSHA256: {}\n"
        text = "\n".join(entry.format(name, version, "0" * 64) for name, version in packages)
        (self.folder / "Packages").write_text(text)

    def archive(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
        line = f"deb [trusted=yes] file:{self.folder} ./"
        monkeypatch.setattr(AptSource, "one_line", lambda _: line)
        monkeypatch.setattr(archive, "_FRESH", 0.0)
        return Archive(folder, (AptSource("", "", ()),))


@needs_apt
def test_apt_tells_what_it_lacks_and_what_it_would_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path / "repository")
    repository.holds(("a", "2"), ("b", "1"))
    asked = repository.archive(tmp_path / "asked", monkeypatch)
    asked.look()
    assert asked.lacks(["a", "nowhere"]) == ("nowhere",)
    old = an_image(tmp_path / "old", stanza("a", "1"), stanza("b", "1"))
    assert asked.upgrades(old / "tree") == (Upgrade("a", "1", "2"),)
    assert asked.upgrades(an_image(tmp_path / "new", stanza("a", "2")) / "tree") == ()
    shutil.rmtree(repository.folder)
    with pytest.raises(LabError):
        asked.look()


@needs_apt
def test_a_cached_image_is_taken_only_while_it_holds_what_the_archive_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path / "repository")
    repository.archive(tmp_path / "asked", monkeypatch)  # where apt finds it
    recipe, cache, told = Recipe.of([]), tmp_path / "cache", list[str]()
    sources = ((AptSource("", "", ()),), ())
    built = list[str]()

    def build(*_: object) -> list[str]:
        left = cache / "images" / f".building-{recipe.digest}/tree/var/lib/dpkg"
        built.append(versions[-1])
        text = stanza("a", versions[-1])
        return ["sh", "-c", f"cat >/dev/null; mkdir -p {left}; printf %s '{text}' >{left}/status"]

    monkeypatch.setattr(image, "mmdebstrap_argv", build)
    monkeypatch.setattr(image, "finish", lambda _: None)
    monkeypatch.setattr(image, "need_root", lambda: None)

    def ensure(*, as_cached: bool = False) -> str:
        tree = image.ensure(recipe, lambda: sources, told.append, cache, as_cached=as_cached)
        return installed(tree)["a:all"]

    versions = ["1"]
    repository.holds(("a", "1"))
    an_image(cache / "images" / recipe.digest, stanza("a", "1"))  # as it was called before it had versions
    assert (ensure(), built) == ("1", [])
    assert "holds what the archive has now" in told[-1]

    versions.append("2")
    repository.holds(("a", "2"))
    assert (ensure(as_cached=True), built) == ("1", [])
    assert "was not asked" in told[-1]
    assert (ensure(), built) == ("2", ["2"])
    assert any("the archive has a 1 -> 2" in line for line in told)
    assert (ensure(), built) == ("2", ["2"])
    assert len(image.built(cache)) == 2, "a lab may stand on the older one"

    shutil.rmtree(repository.folder)  # offline
    assert (ensure(), built) == ("2", ["2"])
    assert "is not known" in told[-1]

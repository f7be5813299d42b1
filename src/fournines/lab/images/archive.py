"""What the archive has now, asked of this machine's apt with lists, status and preferences of its own.

A cached image hides what the archive has brought since it was built, and a fresh machine does not. So apt is
asked, with the image's own dpkg database, what it would upgrade there: nothing, and the image is what a fresh
machine would build. Nothing of this machine's own apt is read but how it reaches its mirrors, or changed.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fournines.lab.images.sources import AptSource

_NOT_THERE = re.compile(r"^E: (?:Unable to locate package |Package ')([a-z0-9.+-]+)", re.MULTILINE)
_UPGRADE = re.compile(r"^Inst (\S+) \[(\S+)\] \((\S+)", re.MULTILINE)
_NEW = re.compile(r"^Inst (\S+) \((\S+)", re.MULTILINE)
_INSTALLED = re.compile(r"^Status: install ok installed$", re.MULTILINE)
_FIELD = re.compile(r"^(Package|Architecture|Version): (.+)$", re.MULTILINE)
_SECONDS = 300.0
_FRESH = 600.0
"""Seconds for which what the archive said is believed: a campaign that makes many labs asks it once."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A package that the archive has in another version than an image."""

    package: str
    image: str
    archive: str

    def __str__(self) -> str:
        return f"{self.package} {self.image} -> {self.archive}"


@dataclass(frozen=True, slots=True)
class Archive:
    """Repositories, and the folder that keeps what they said."""

    folder: Path
    sources: tuple[AptSource, ...]
    options: tuple[str, ...] = ()

    def look(self) -> None:
        """Bring the lists up to date; a list that has not changed is not loaded again.

        Raises:
            LabError: not every repository was reached.
        """
        for part in ("lists/partial", "cache/archives/partial", "empty"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "none").touch()
        text = "".join(source.one_line() + "\n" for source in self.sources)
        listed, looked = self.folder / "sources.list", self.folder / "looked"
        if listed.exists() and listed.read_text(encoding="utf-8") == text and _age(looked) < _FRESH:
            return
        listed.write_text(text, encoding="utf-8")
        looked.unlink(missing_ok=True)
        told = ("--option=APT::Update::Error-Mode=any", "--option=Acquire::Languages=none")
        run([*self._apt(self.folder / "none"), *told, "--quiet", "update"], timeout=_SECONDS)
        looked.touch()

    def lacks(self, names: Sequence[str]) -> tuple[str, ...]:
        """Which of these packages the archive does not have."""
        return missing(self._simulated(self.folder / "none", "install", *names)) if names else ()

    def closure(self, names: Sequence[str]) -> dict[str, str]:
        """The version of each of these packages, and of all they depend on."""
        return chosen(self._simulated(self.folder / "none", "install", *names))

    def upgrades(self, tree: Path) -> tuple[Upgrade, ...]:
        """What apt would upgrade in an image, by the image's own preferences."""
        status = tree / "var/lib/dpkg/status"
        return upgraded(self._simulated(status, "dist-upgrade", preferences=tree / "etc/apt/preferences.d"))

    def _simulated(self, status: Path, *words: str, preferences: Path | None = None) -> str:
        argv = self._apt(status, preferences or self.folder / "empty")
        done = run(
            [*argv, "--simulate", "--no-install-recommends", *words],
            check=False,  # a package that is not there is an answer
            timeout=_SECONDS,
        )
        return done.stdout + done.stderr

    def _apt(self, status: Path, preferences: Path | None = None) -> list[str]:
        settings = {
            "Dir::State": self.folder,
            "Dir::State::status": status,
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": self.folder / "empty",
            "Dir::Etc::preferences": self.folder / "none",
            "Dir::Etc::preferencesparts": preferences or self.folder / "empty",
            "APT::Sandbox::User": "root",
        }
        pairs = [option.partition(" ") for option in self.options]
        plain = [f"--option={key}={quoted[1:-1]}" for key, _, quoted in pairs]
        return ["apt-get", *(f"--option={key}={value}" for key, value in settings.items()), *plain]


def missing(said: str) -> tuple[str, ...]:
    """The packages that apt says it does not have."""
    return tuple(dict.fromkeys(_NOT_THERE.findall(said)))


def upgraded(said: str) -> tuple[Upgrade, ...]:
    """The packages that a simulated apt-get would replace by another version."""
    return tuple(Upgrade(*found) for found in _UPGRADE.findall(said))


def chosen(said: str) -> dict[str, str]:
    """The packages that a simulated apt-get would install afresh, with their versions."""
    return dict(_NEW.findall(said))


def installed(tree: Path) -> dict[str, str]:
    """The version of every package of an image, as its dpkg database has it, by name and architecture."""
    status = (tree / "var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace")
    stanzas = (dict(_FIELD.findall(s)) for s in status.split("\n\n") if _INSTALLED.search(s))
    return {f"{s['Package']}:{s['Architecture']}": s["Version"] for s in stanzas}


def contents(versions: dict[str, str]) -> str:
    """Eight hex digits that say which versions an image holds."""
    return sha256("\n".join(map(" ".join, sorted(versions.items()))).encode()).hexdigest()[:8]


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime if path.exists() else float("inf")

"""Where packages come from: this machine's own apt configuration, with the suite replaced.

The machine may be an older Debian than its lab's hosts, so what is taken over is the *place* (a local
mirror, a proxy), and the suite is replaced. Nothing is asked that apt would not ask itself.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.errors import LabError
from fournines.kit.release import SUITE
from fournines.lab.shell import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

_SUFFIXES = ("", "-updates", "-security")
_ROLLING = frozenset({"sid", "unstable"})
"""Suites without updates beside them: every upload is one."""
_MIRROR_FILE = re.compile(r"^mirror\+file:(//)?")
_TAKEN_OVER = re.compile(r'^Acquire::(http|https|Check-|Retries|ForceIPv[46])[^ ]* ".+";$')


@dataclass(frozen=True, slots=True)
class AptSource:
    """One repository of the archive, in one suite."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str | None = None

    def one_line(self) -> str:
        """As a line of ``sources.list(5)``."""
        return f"deb [signed-by={KEYRING}] {self.uri} {self.suite} {' '.join(self.components)}"


def parse_one_line(text: str) -> list[AptSource]:
    """The binary repositories of a ``sources.list``."""
    found = []
    for raw in text.splitlines():
        match = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)", raw.split("#")[0].strip())
        if match:
            options, uri, suite, components = match.groups()
            signed = re.search(r"signed-by=(\S+)", options or "")
            found.append(AptSource(uri, suite, tuple(components.split()), signed and signed.group(1)))
    return found


def parse_deb822(text: str) -> list[AptSource]:
    """The binary repositories of a ``.sources`` file."""
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes") in {"no", "false"}:
            continue
        found += [
            AptSource(uri, suite, tuple(fields.get("components", "").split()), fields.get("signed-by"))
            for uri in fields.get("uris", "").split()
            for suite in fields.get("suites", "").split()
        ]
    return found


def _fields(stanza: str) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    key = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in {" ", "\t"} and key:
            fields[key] += " " + line.strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            key = name.strip().lower()
            fields[key] = value.strip()
    return fields


def parse_os_release(text: str) -> Mapping[str, str]:
    """The fields of ``os-release(5)``."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key: " ".join(shlex.split(value)) for key, value in pairs}


def for_suite(sources: Iterable[AptSource], codename: str, suite: str = SUITE) -> tuple[AptSource, ...]:
    """Those of the machine's sources that are Debian's own, moved to another suite.

    Debian's own are those in the machine's release or its updates and security suites, with a component
    ``main``, that are not signed by somebody else's key.
    """
    suffixes = ("",) if suite in _ROLLING else _SUFFIXES
    wanted = {codename + suffix: suite + suffix for suffix in suffixes}
    moved = [
        AptSource(source.uri, wanted[source.suite], ("main",))
        for source in sources
        if source.suite in wanted
        and "main" in source.components
        and (source.signed_by is None or "debian-archive" in source.signed_by)
    ]
    return tuple(dict.fromkeys(moved))


def from_mirror(uri: str, suite: str = SUITE) -> tuple[AptSource, ...]:
    """The sources when the operator names a mirror of the main archive."""
    return tuple(
        AptSource(uri, suite + suffix, ("main",))
        for suffix in (("",) if suite in _ROLLING else ("", "-updates"))
    )


def of_this_machine(suite: str = SUITE, etc: Path = Path("/etc")) -> tuple[AptSource, ...]:
    """The sources of a host image, as this machine's apt would reach them.

    Raises:
        LabError: this is not Debian, or its apt has no source of Debian's own.
    """
    found: list[AptSource] = []
    for path in (etc / "apt/sources.list", *sorted((etc / "apt/sources.list.d").glob("*"))):
        if path.suffix == ".sources" and path.is_file():
            found += parse_deb822(path.read_text(encoding="utf-8"))
        elif path.suffix == ".list" and path.is_file():
            found += parse_one_line(path.read_text(encoding="utf-8"))
    release = parse_os_release((etc / "os-release").read_text(encoding="utf-8"))
    codename = release.get("VERSION_CODENAME", "")
    sources = for_suite(found, codename, suite) if release.get("ID") == "debian" else ()
    if not sources:
        raise LabError(
            "this machine's apt has no source of Debian's own to take the hosts' packages from",
            where=str(etc / "apt"),
            try_this="name a Debian mirror with --mirror URL",
        )
    return tuple(
        AptSource(_mirror_of(source.uri), source.suite, source.components, source.signed_by)
        for source in sources
    )


def for_image(suite: str = SUITE, mirror: str | None = None) -> tuple[AptSource, ...]:
    """Where an image's packages come from. One of another suite also needs the present one, for systemd.

    Raises:
        LabError: no mirror is named, and this machine's apt has no source of Debian's own.
    """
    suites = dict.fromkeys((SUITE, suite))
    return tuple(
        source for one in suites for source in (from_mirror(mirror, one) if mirror else of_this_machine(one))
    )


def _mirror_of(uri: str) -> str:
    """The first mirror of a ``mirror+file:`` list (apt-transport-mirror(1)): the image lacks the list."""
    if not _MIRROR_FILE.match(uri):
        return uri
    lines = Path(_MIRROR_FILE.sub("", uri)).read_text(encoding="utf-8").splitlines()
    return next(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))


def apt_options(dump: str) -> tuple[str, ...]:
    """From the output of ``apt-config dump``: what decides how this machine reaches its mirrors."""
    return tuple(line.rstrip(";") for line in dump.splitlines() if _TAKEN_OVER.match(line))


def apt_options_of_this_machine() -> tuple[str, ...]:
    """Proxies, timeouts and the like of this machine's apt."""
    return apt_options(run(["apt-config", "dump", "--no-empty"]).stdout)

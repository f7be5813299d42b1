"""systemd units as facts, and the commands that enable services."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.evidence import Evidence

_SWITCHES = ("enable", "disable", "mask", "unmask")


@dataclass(frozen=True)
class Unit:
    """One unit file or drop-in: ``Section.Key`` -> its values in order, and its last line.

    ``name`` is ``mariadb.service`` for its instances (``mariadb@1.service``) and drop-ins too.
    """

    at: Place
    name: str
    settings: Mapping[str, tuple[str, ...]] = field(repr=False, hash=False, compare=False)
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, hash=False, compare=False)
    drop_in: bool = False

    def last(self, *keys: str) -> tuple[str, Place] | None:
        """The value that counts of the first of these keys that is there, and its line."""
        return next(
            ((self.settings[key][-1], self.places[key]) for key in keys if key in self.settings), None
        )

    def words(self, key: str) -> frozenset[str]:
        """The words of a list; an empty value forgets those before it, systemd.unit(5)."""
        found: list[str] = []
        for value in self.settings.get(key, ()):
            found = [*found, *value.split()] if value.strip() else []
        return frozenset(found)


@dataclass(frozen=True)
class Enabled:
    """Whether a service starts with its host was decided: ``verb`` is enable, disable, mask or unmask."""

    at: Place
    service: str
    verb: str

    @property
    def starts(self) -> bool:
        """Whether the service starts at boot after this."""
        return self.verb == "enable"


def unit(site: Evidence, host: str, *names: str) -> Unit | None:
    """What systemd makes of a unit on a host: the unit's file with its drop-ins, the last of a key counts.

    ``drop_in`` of the answer: only drop-ins were given, so what is absent is what the package says.
    """
    found = [one for one in site.on(host, Unit) if one.name in names]
    if not found:
        return None
    found.sort(key=lambda one: (one.drop_in, "/etc/" in f"/{one.at.path}", one.at))
    settings: dict[str, tuple[str, ...]] = {}
    places: dict[str, Place] = {}
    for one in found:
        for key, values in one.settings.items():
            settings[key] = (*settings.get(key, ()), *values)
        places.update(one.places)
    return Unit(found[0].at, found[0].name, settings, places, drop_in=all(one.drop_in for one in found))


_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]*)")
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "ms": 0.001, "msec": 0.001, "us": 1e-6, "usec": 1e-6}
_UNITS |= {"m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hr": 3600.0, "hour": 3600.0}
_UNITS |= {"d": 86400.0, "day": 86400.0, "w": 604800.0, "week": 604800.0}


def seconds(text: str) -> float | None:
    """A time span of systemd.time(7) in seconds: ``90``, ``1h 30min``, ``infinity``; None for no such."""
    said = text.strip().lower()
    if said == "infinity":
        return float("inf")
    total = 0.0
    for number, word in _SPAN.findall(said):
        scale = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if scale is None:
            return None
        total += float(number) * scale
    return total if said and not _SPAN.sub("", said).strip() else None


def read(source: Source) -> Iterator[Unit]:
    """The unit of a file; a drop-in has the name of its folder without ``.d``."""
    parts = (source.name or source.path).split("/")
    drop_in = len(parts) > 1 and parts[-2].endswith(".d")
    name = parts[-2].removesuffix(".d") if drop_in else parts[-1]
    table: dict[str, list[str]] = {}
    places: dict[str, Place] = {}
    for section in source.nodes:
        for child in section.children:
            key = f"{section.key}.{child.key}"
            table.setdefault(key, []).append(child.value)
            places[key] = source.at(child)
    settings = {key: tuple(values) for key, values in table.items()}
    yield Unit(source.top, _template(name), settings, places, drop_in)


def _template(name: str) -> str:
    """``a@b.service`` without its instance."""
    head, mark, instance = name.partition("@")
    _, dot, suffix = instance.partition(".")
    return f"{head}.{suffix}" if mark and dot else name


def read_commands(source: Source) -> Iterator[Enabled]:
    """``systemctl enable``, ``chkconfig NAME on``, ``update-rc.d NAME enable`` in a script."""
    for node in source.commands if source.speaks_of("systemctl", "chkconfig", "update-rc.d") else ():
        words = [word for word in node.words if not word.startswith("-") and word != "sudo"]
        if len(words) < 3:  # noqa: PLR2004 - program, verb, service
            continue
        place = source.at(node)
        if words[0] == "systemctl" and words[1] in _SWITCHES:
            for name in words[2:]:
                yield Enabled(place, name.removesuffix(".service"), words[1])
        elif words[0] == "chkconfig" and words[2] in ("on", "off"):
            yield Enabled(place, words[1], "enable" if words[2] == "on" else "disable")
        elif words[0] == "update-rc.d" and words[2] in ("enable", "disable", "defaults", "remove"):
            yield Enabled(place, words[1], "enable" if words[2] in ("enable", "defaults") else "disable")


UNIT = Kind(
    name="systemd unit",
    syntax=Syntax.INI,
    names=("*.service", "*.socket", "*.timer", "*.service.d/*.conf", "*.socket.d/*.conf"),
    marks=(
        r"^\[(?:Unit|Service|Install|Socket|Timer)\]\s*$",
        r"^(?:ExecStart|WantedBy|ListenStream|Restart)\s*=",
    ),
    read=read,
)
COMMANDS = Reader("script", read_commands)

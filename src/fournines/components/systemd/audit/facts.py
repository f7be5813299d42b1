"""systemd units as facts, and the commands that enable services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SWITCHES = ("enable", "disable", "mask", "unmask")


@dataclass(frozen=True)
class Unit:
    """One unit file or drop-in; ``settings`` are ``Section.Key`` -> values in order."""

    at: Place
    name: str
    settings: Mapping[str, tuple[str, ...]] = field(repr=False, hash=False, compare=False)


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


def read(source: Source) -> Iterator[Unit]:
    """The unit of a file; a drop-in has the name of its folder without ``.d``."""
    parts = (source.name or source.path).split("/")
    name = parts[-2].removesuffix(".d") if len(parts) > 1 and parts[-2].endswith(".d") else parts[-1]
    table: dict[str, list[str]] = {}
    for section in source.nodes:
        for child in section.children:
            table.setdefault(f"{section.key}.{child.key}", []).append(child.value)
    yield Unit(source.top, name, {key: tuple(values) for key, values in table.items()})


def read_commands(source: Source) -> Iterator[Enabled]:
    """``systemctl enable``, ``chkconfig NAME on``, ``update-rc.d NAME enable`` in a script."""
    for node in source.nodes:
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

"""Configuration in several files: which of them were given, and in which order keepalived reads them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts.model import KeepalivedConf

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_DEEP = 2
"""Last parts of a path that an include is known by: the folder and the file."""

_MOST = 500
"""Includes of a host that are looked for among its files."""


def incomplete(site: Evidence, host: str) -> bool:
    """Whether some of a host's configuration was not given: what is absent from it proves nothing."""
    return site.derived_on(host, _incomplete)


def _incomplete(site: Evidence, host: str) -> bool:
    confs = site.on(host, KeepalivedConf)
    if sum(len(conf.included) for conf in confs) > _MOST:
        return True
    return any(
        conf.excerpt
        or any(
            not any(_meant(pattern, other) for other in confs if other is not conf)
            for pattern, _ in conf.included
        )
        for conf in confs
    )


def before(site: Evidence, one: Place, other: Place) -> bool | None:
    """Whether keepalived reads one line before the other; None where that is not known."""
    if one.path == other.path:
        return one.line < other.line
    places = _position(site, one), _position(site, other)
    return places[0] < places[1] if places[0] and places[1] else None


def _position(site: Evidence, place: Place) -> tuple[int, str, int] | None:
    """Where a line is read: the line of the include in the main file, the file it is in, the line there."""
    confs = site.on(place.host, KeepalivedConf)
    own = next((conf for conf in confs if conf.at.path == place.path), None)
    mains = [conf for conf in confs if conf.included]
    if own is None or len(mains) != 1:
        return None
    if own is mains[0]:
        return place.line, "", 0
    line = next((at.line for pattern, at in mains[0].included if _meant(pattern, own)), None)
    return (line, place.path, place.line) if line is not None else None


def _meant(pattern: str, conf: KeepalivedConf) -> bool:
    """Whether an include names this file, by the last parts of both."""
    wanted, path = pattern.split("/")[-_DEEP:], (conf.name or conf.at.path).split("/")
    found = path[-len(wanted) :]
    return len(found) == len(wanted) and all(map(fnmatchcase, found, wanted))

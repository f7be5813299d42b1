"""Whether each volume that a program wants is kept by somebody, and each that is kept is wanted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from fournines.kit.declare import Declaration, Endpoint, FirewallPort, Mirror, Volume
from fournines.plan.context import declarations, taking_part
from fournines.spec.document import Path, Problem
from fournines.spec.model import Site

KEEPS = "mirror"
"""The capability of whoever keeps volumes; its options have the key ``volumes``."""


def unkept_volumes(site: Site) -> Iterator[Problem]:
    """A volume without a device, a device without a volume, a port that somebody else has."""
    declared = declarations(site)
    mirrors = {one.volume: one for one in declared if isinstance(one, Mirror)}
    wanted = {one.name: one for one in declared if isinstance(one, Volume)}
    keepers = [component.name for component in taking_part(site) if KEEPS in component.provides]
    for name, volume in wanted.items():
        if name not in mirrors and keepers:
            yield Problem(
                _wanting(site, volume, keepers[0]),
                f"{volume.resource.name} keeps its data on a volume {name}, and nothing says where that lies",
                _to_add(site, keepers[0], name),
                at_key=True,
            )
    databases = any("database" in component.needed_by_all(site) for component in taking_part(site))
    if keepers and not wanted and not mirrors:
        yield Problem(
            ("components", keepers[0]),
            f"nothing here keeps its data on a volume: {keepers[0]} has nothing to do",
            "take it away"
            + (", or write choose: {database: mariadb}, whose data is on one" if databases else ""),
            at_key=True,
        )
    for name, mirror in mirrors.items():
        if name not in wanted:
            others = ", ".join(wanted) or "none"
            yield Problem(
                mirror.said,
                f"nobody keeps anything on a volume {name}",
                f"take it away; volumes that are wanted: {others}",
                at_key=True,
            )
        yield from _taken(mirror, declared)


def _to_add(site: Site, keeper: str, volume: str) -> str:
    """An entry for the volume, with a disk that no other has, and where in the file it goes."""
    said = site.components.get(keeper)
    taken = {str(one.get("device")) for one in (said or {}).get("volumes", {}).values()}
    disks = (f"/dev/vd{letter}" for letter in ascii_lowercase[1:])
    entry = f"{volume}: {{device: {next((one for one in disks if one not in taken), '/dev/disk/by-id/...')}}}"
    if said is None:
        return f"add components: {{{keeper}: {{volumes: {{{entry}}}}}}}"
    if said.get("volumes"):
        return f"add {entry} to components.{keeper}.volumes"
    return f"add volumes: {{{entry}}} to components.{keeper}"


def _wanting(site: Site, volume: Volume, keeper: str) -> Path:
    """Where the file says that there is such a volume: at who keeps volumes, else at who wants one."""
    owner = volume.resource.name
    chosen = (("choose", capability) for capability, name in site.choose.items() if name == owner)
    named = (("components", name) for name in (keeper, owner) if name in site.components)
    return next(iter((*named, *chosen)), ("services",))


def _taken(mirror: Mirror, declared: tuple[Declaration, ...]) -> Iterator[Problem]:
    """Its port is one at which something else listens on the same hosts; volumes know one another's."""
    of_volumes = f"{mirror.agent.rpartition(':')[2]}-"
    for one in declared:
        if not isinstance(one, Endpoint | FirewallPort) or one.name.startswith(of_volumes):
            continue
        if mirror.port in _ports(one) and not set(mirror.hosts).isdisjoint(one.hosts):
            what = f"port {mirror.port} is {one.name}'s already"
            yield Problem((*mirror.said, "port"), what, "write another one, for example 7788")
            return


def _ports(one: Endpoint | FirewallPort) -> range | tuple[int, ...]:
    if isinstance(one, FirewallPort):
        return range(one.port or 0, (one.last or one.port or 0) + 1)
    return one.port, one.listens

"""Units whose whole text is ours, in place of a package's."""

from __future__ import annotations

from fournines.kit.step import File, Unit, unit_file


def own_unit(
    name: str, text: str, *reads: str, packages: tuple[str, ...], rolling: bool = True
) -> tuple[File, Unit]:
    """The unit's file, and the unit, which is started anew where that or a file it ``reads`` has changed."""
    path = unit_file(name)
    return File(path, text), Unit(name, restart_on=(*reads, path), rolling=rolling, packages=packages)

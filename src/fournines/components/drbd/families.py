"""DRBD in other families of distributions. SUSE's kernel and tools are of DRBD 9; these files are of 8.4.

RHEL has neither the module nor the tools; others build them for it, under names that no source here shows.
"""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, alike, alike_all, package, path, unit

_SUSE = "bmwiedemann/openSUSE packages/d/drbd-utils/drbd-utils.spec"

FAMILIES = (
    package("drbd-utils", rhel=NOT_PROVED, suse=alike(_SUSE)),
    *alike_all(
        package,
        "xfsprogs",
        rhel="openela-main/xfsprogs SPECS/xfsprogs.spec",
        suse="bmwiedemann/openSUSE packages/x/xfsprogs/xfsprogs.spec",
    ),
    unit("drbd.service", rhel=NOT_PROVED, suse=alike(_SUSE)),
    path("/etc/drbd.d", rhel=NOT_PROVED, suse=alike(_SUSE)),
)

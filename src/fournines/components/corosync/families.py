"""Corosync in other families of distributions: the same names."""

from __future__ import annotations

from fournines.kit.family import alike_all, package, path, unit

_RHEL = "openela-main/corosync SPECS/corosync.spec"
_SUSE = "bmwiedemann/openSUSE packages/c/corosync/corosync.spec"

FAMILIES = (
    *alike_all(package, "corosync", rhel=_RHEL, suse=_SUSE),
    *alike_all(unit, "corosync.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(path, "/etc/corosync", rhel=_RHEL, suse=_SUSE),
)

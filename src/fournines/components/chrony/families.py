"""Chrony in other families of distributions, where it goes by upstream's names."""

from __future__ import annotations

from fournines.kit.family import alike_all, package, path, there, unit

_RHEL = "openela-main/chrony SPECS/chrony.spec"
_SUSE = "bmwiedemann/openSUSE packages/c/chrony/chrony.spec"

FAMILIES = (
    *alike_all(package, "chrony", rhel=_RHEL, suse=_SUSE),
    unit(
        "chrony.service",
        rhel=there("chronyd.service", by=_RHEL),
        suse=there("chronyd.service", by=_SUSE),
    ),
    path(
        "/etc/chrony/chrony.conf",
        rhel=there("/etc/chrony.conf", by=_RHEL),
        suse=there("/etc/chrony.conf", by=_SUSE),
    ),
    *alike_all(path, "/usr/sbin/chronyd", "/var/lib/chrony", "/var/log/chrony", rhel=_RHEL, suse=_SUSE),
)

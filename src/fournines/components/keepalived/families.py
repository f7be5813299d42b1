"""keepalived in other families of distributions: the same names."""

from __future__ import annotations

from fournines.kit.family import alike_all, package, path, unit

_RHEL = "openela-main/keepalived SPECS/keepalived.spec"
_SUSE = "bmwiedemann/openSUSE packages/k/keepalived/keepalived.spec"

FAMILIES = (
    *alike_all(package, "keepalived", rhel=_RHEL, suse=_SUSE),
    *alike_all(unit, "keepalived.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(path, "/etc/keepalived", "/usr/sbin/keepalived", rhel=_RHEL, suse=_SUSE),
)

"""etcd in other families of distributions. RHEL has none: RDO brings Fedora's along (rdoinfo: etcd)."""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, package, path, there, unit

_RHEL = "major/fedora-rpm-specs etcd.spec"
_SUSE = "bmwiedemann/openSUSE packages/e/etcd/etcd.spec"

FAMILIES = (
    package("etcd-server", rhel=there("etcd", by=_RHEL), suse=there("etcd", by=_SUSE)),
    *alike_all(unit, "etcd.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(account, "etcd", rhel=_RHEL, suse=_SUSE),
    path("/etc/etcd", rhel=alike(_RHEL), suse=alike(f"{_SUSE}: none there, it is made by a step")),
    *alike_all(path, "/var/lib/etcd", rhel=_RHEL, suse=_SUSE),
    path("/usr/bin/etcd", rhel=alike(_RHEL), suse=there("/usr/sbin/etcd", by=_SUSE)),
)

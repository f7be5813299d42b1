"""The firewall in other families of distributions.

RHEL's unit empties all tables before it loads ours again, also at a reload; firewalld has to be off on both.
"""

from __future__ import annotations

from fournines.kit.family import alike_all, package, path, there, unit

_RHEL = "openela-main/nftables SPECS/nftables.spec"
_UNIT = "openela-main/nftables SOURCES/nftables.service"
_SUSE = "bmwiedemann/openSUSE packages/n/nftables/nftables.spec"
_PATCH = "bmwiedemann/openSUSE packages/n/nftables/0001-tools-add-a-systemd-unit-for-static-rulesets.patch"

FAMILIES = (
    *alike_all(package, "nftables", rhel=_RHEL, suse=_SUSE),
    *alike_all(unit, "nftables.service", rhel=_UNIT, suse=_PATCH),
    *alike_all(path, "/usr/sbin/nft", rhel=_RHEL, suse=_SUSE),
    path(
        "/etc/nftables.conf",
        rhel=there("/etc/sysconfig/nftables.conf", by=_UNIT),
        suse=there("/etc/nftables/rules/main.nft", by=_PATCH),
    ),
)

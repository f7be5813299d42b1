"""MariaDB on a volume, in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, package, path, there, unit

_RHEL = "openela-main/mariadb SPECS/mariadb.spec"
_SUSE = "bmwiedemann/openSUSE packages/m/mariadb/mariadb.spec"

FAMILIES = (
    package("mariadb-server", rhel=alike(_RHEL), suse=there("mariadb", by=_SUSE)),
    *alike_all(unit, "mariadb.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(account, "mysql", rhel=_RHEL, suse=_SUSE),
    path(
        "/etc/mysql/mariadb.conf.d",
        rhel=there("/etc/my.cnf.d", by=_RHEL),
        suse=there("/etc/my.cnf.d", by=_SUSE),
    ),
    *alike_all(path, "/var/lib/mysql", "/usr/sbin/mariadbd", rhel=_RHEL, suse=_SUSE),
)

"""MariaDB and Galera in other families of distributions.

The socket and the folders below ``/run`` are not among the rows: our own units make them, everywhere alike.
"""

from __future__ import annotations

from fournines.kit.family import account, alike, package, path, there, unit

_SERVER = "openela-main/mariadb SPECS/mariadb.spec"
_LIBRARY = "openela-main/galera SPECS/galera.spec"
_SOCAT = "openela-main/socat SPECS/socat.spec"
_SUSE_SERVER = "bmwiedemann/openSUSE packages/m/mariadb/mariadb.spec"
_SUSE_LIBRARY = "bmwiedemann/openSUSE packages/g/galera-4/galera-4.spec"
_SUSE_SOCAT = "bmwiedemann/openSUSE packages/s/socat/socat.spec"

FAMILIES = (
    # The scripts of a state's transfer are a package of their own in both.
    package(
        "mariadb-server",
        rhel=there("mariadb-server", "mariadb-server-galera", by=_SERVER),
        suse=there("mariadb", "mariadb-galera", by=_SUSE_SERVER),
    ),
    package("mariadb-backup", rhel=alike(_SERVER), suse=there("mariadb", by=_SUSE_SERVER)),
    package(
        "galera-4",
        rhel=there("galera", by=_LIBRARY),
        suse=there("galera-4-wsrep-provider", by=_SUSE_LIBRARY),
    ),
    package(
        "galera-arbitrator-4",
        rhel=there("galera", by=_LIBRARY),
        suse=there("galera-4", by=_SUSE_LIBRARY),
    ),
    package("socat", rhel=alike(_SOCAT), suse=alike(_SUSE_SOCAT)),
    unit("mariadb.service", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    unit("garb.service", rhel=there("garbd.service", by=_LIBRARY), suse=alike(_SUSE_LIBRARY)),
    account("mysql", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    account("_galera", rhel=there("garb", by=_LIBRARY), suse=there("garb", by=_SUSE_LIBRARY)),
    path(
        "/etc/mysql/mariadb.conf.d",
        rhel=there("/etc/my.cnf.d", by=_SERVER),
        suse=there("/etc/my.cnf.d", by=_SUSE_SERVER),
    ),
    path("/var/lib/mysql", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    path("/usr/sbin/mariadbd", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    path("/usr/bin/mariadb", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    path("/usr/bin/mariadb-install-db", rhel=alike(_SERVER), suse=alike(_SUSE_SERVER)),
    path(
        "/usr/lib/galera/libgalera_smm.so",
        rhel=there("/usr/lib64/galera/libgalera_smm.so", by=_LIBRARY),
        suse=there("/usr/lib64/libgalera_smm.so", by=_SUSE_LIBRARY),
    ),
    path("/usr/bin/garbd", rhel=there("/usr/sbin/garbd", by=_LIBRARY), suse=alike(_SUSE_LIBRARY)),
    path(
        "/etc/default/garb",
        rhel=there("/etc/sysconfig/garb", by=_LIBRARY),
        suse=there("/etc/sysconfig/garb", by=_SUSE_LIBRARY),
    ),
)

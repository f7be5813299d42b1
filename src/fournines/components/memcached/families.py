"""Memcached in other families of distributions: its unit reads variables there (``templates/``)."""

from __future__ import annotations

from fournines.kit.family import account, alike_all, nowhere, package, path, there, unit

_RHEL = "openela-main/memcached SPECS/memcached.spec"
_CONF = "openela-main/memcached SOURCES/memcached.sysconfig"
_SUSE = "bmwiedemann/openSUSE packages/m/memcached/memcached.spec"
_SUSE_UNIT = "bmwiedemann/openSUSE packages/m/memcached/memcached.service"

FAMILIES = (
    *alike_all(package, "memcached", rhel=_RHEL, suse=_SUSE),
    *alike_all(unit, "memcached.service", rhel=_RHEL, suse=_SUSE),
    account("memcache", rhel=there("memcached", by=_CONF), suse=there("memcached", by=_SUSE)),
    path(
        "/etc/memcached.conf",
        rhel=there("/etc/sysconfig/memcached", by=_CONF),
        suse=there("/etc/sysconfig/memcached", by=_SUSE_UNIT),
    ),
    path("/var/log/memcached.log", rhel=nowhere(_CONF), suse=nowhere(_SUSE_UNIT)),
    path("/var/run/memcached", rhel=nowhere(_CONF), suse=nowhere(_SUSE_UNIT)),
)

"""HAProxy in other families of distributions. Their units lack two lines of Debian's: see ``templates/``."""

from __future__ import annotations

from fournines.kit.family import account, alike, nowhere, package, path, unit

_RHEL = "openela-main/haproxy SPECS/haproxy.spec"
_SUSE = "bmwiedemann/openSUSE packages/h/haproxy/haproxy.spec"

FAMILIES = (
    package("haproxy", rhel=alike(_RHEL), suse=alike(_SUSE)),
    unit("haproxy.service", rhel=alike(_RHEL), suse=alike(_SUSE)),
    account("haproxy", rhel=alike(_RHEL), suse=alike(_SUSE)),
    path("/etc/haproxy", rhel=alike(_RHEL), suse=alike(_SUSE)),
    path("/var/lib/haproxy", rhel=alike(_RHEL), suse=alike(_SUSE)),
    path("/etc/rsyslog.d/49-haproxy.conf", rhel=nowhere(_RHEL), suse=nowhere(_SUSE)),
    path("/etc/logrotate.d/haproxy", rhel=alike(_RHEL), suse=nowhere(_SUSE)),
)

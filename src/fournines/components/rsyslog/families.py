"""Rsyslog and logrotate in other families of distributions, where log files belong to root's group."""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, account, alike_all, package, path, there, unit

_RHEL = "openela-main/rsyslog SPECS/rsyslog.spec"
_RHEL_CONF = "openela-main/rsyslog SOURCES/rsyslog.conf"
_ROTATE = "openela-main/rsyslog SOURCES/rsyslog.log"
_SUSE = "bmwiedemann/openSUSE packages/r/rsyslog/rsyslog.spec"
_SUSE_CONF = "bmwiedemann/openSUSE packages/r/rsyslog/rsyslog.conf.in"
_LOGROTATE = {
    "rhel": "openela-main/logrotate SPECS/logrotate.spec",
    "suse": "bmwiedemann/openSUSE packages/l/logrotate/logrotate.spec",
}

FAMILIES = (
    *alike_all(package, "rsyslog", rhel=_RHEL, suse=_SUSE),
    *alike_all(package, "logrotate", **_LOGROTATE),
    *alike_all(unit, "rsyslog.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(unit, "logrotate.timer", **_LOGROTATE),
    account("adm", rhel=there("root", by=_RHEL_CONF), suse=there("root", by=_SUSE_CONF)),
    *alike_all(path, "/etc/rsyslog.d", "/var/log", rhel=_RHEL_CONF, suse=_SUSE_CONF),
    *alike_all(path, "/etc/logrotate.d", **_LOGROTATE),
    path(
        "/usr/lib/rsyslog/rsyslog-rotate",
        rhel=there("/usr/bin/systemctl -s HUP kill rsyslog.service", by=_ROTATE),
        suse=NOT_PROVED,
    ),
)

"""Horizon and its Apache in other families of distributions.

The web servers' layout differs: RHEL's own files listen at port 80 and at 443 with TLS, so ours takes the
place of the latter; SUSE's Apache runs as a user and a group of two names (``templates/``). Neither family
installs Horizon among Python's packages: mod_wsgi is told where.
"""

from __future__ import annotations

from fournines.kit.family import account, alike, nowhere, package, path, there, unit

_RDO = "rdo-packages/horizon-distgit python-django-horizon.spec"
_HTTPD = "openela-main/httpd SPECS/httpd.spec"
_SSL = "openela-main/httpd SOURCES/ssl.conf"
_SUSE = "openstack/rpm-packaging openstack/horizon/horizon.spec.j2"
_NAME = "openstack/pymod2pkg pymod2pkg/__init__.py"
_MACROS = "openstack/rpm-packaging openstack/openstack-macros/macros.openstack-suse"
_SAMPLE = "openstack/rpm-packaging openstack/horizon/openstack-dashboard.conf.sample.suse"
_APACHE = "bmwiedemann/openSUSE packages/a/apache2/apache2-httpd.conf"
_MODULES = "bmwiedemann/openSUSE packages/a/apache2/apache2-loadmodule.conf"

_RHEL_HOME = "/usr/share/openstack-dashboard"
_SUSE_HOME = "/srv/www/openstack-dashboard"
_SETTINGS = "openstack_dashboard/local/local_settings.d"

FAMILIES = (
    package("openstack-dashboard", rhel=alike(_RDO), suse=alike(_NAME)),
    package(
        "openstack-dashboard-apache",
        rhel=there("httpd", "mod_ssl", by=_HTTPD),
        suse=there("apache2", by=_SUSE),
    ),
    package("apache2", rhel=there("httpd", by=_HTTPD), suse=alike(_SUSE)),
    package(
        "libapache2-mod-wsgi-py3",
        rhel=there("python3-mod_wsgi", by=_RDO),
        suse=there("apache2-mod_wsgi-python3", by=_SUSE),
    ),
    package("python3-django-horizon", rhel=alike(_RDO), suse=there("python3-horizon", by=_SUSE)),
    unit("apache2.service", rhel=there("httpd.service", by=_HTTPD), suse=alike(_MACROS)),
    # SUSE's user is wwwrun: its template says that where it matters.
    account("www-data", rhel=there("apache", by=_HTTPD), suse=there("www", by=_MACROS)),
    path("/etc/apache2", rhel=there("/etc/httpd", by=_HTTPD), suse=alike(_APACHE)),
    path(
        "/etc/apache2/ports.conf",
        rhel=there("/etc/httpd/conf.d/ssl.conf", by=_SSL),
        suse=there("/etc/apache2/listen.conf", by=_APACHE),
    ),
    path(
        "/etc/apache2/sites-enabled",
        rhel=there("/etc/httpd/conf.d", by=_HTTPD),
        suse=there("/etc/apache2/vhosts.d", by=_APACHE),
    ),
    *(
        path(f"/etc/apache2/sites-enabled/{site}.conf", rhel=nowhere(_HTTPD), suse=nowhere(_APACHE))
        for site in ("000-default", "default-ssl", "openstack-dashboard-alias-only")
    ),
    path(
        "/usr/lib/apache2/modules",
        rhel=there("/etc/httpd/modules", by=_HTTPD),
        suse=there("/usr/lib64/apache2-prefork", by=_MODULES),
    ),
    path(
        "${APACHE_LOG_DIR}",
        rhel=there("/var/log/httpd", by=_HTTPD),
        suse=there("/var/log/apache2", by=_APACHE),
    ),
    path(
        "/etc/openstack-dashboard/local_settings.d",
        rhel=there(f"{_RHEL_HOME}/{_SETTINGS}", by=_RDO),
        suse=there(f"{_SUSE_HOME}/{_SETTINGS}", by=_SUSE),
    ),
    path(
        "/var/lib/openstack-dashboard/static",
        rhel=there(f"{_RHEL_HOME}/static", by=_RDO),
        suse=there(f"{_SUSE_HOME}/static", by=_SAMPLE),
    ),
)

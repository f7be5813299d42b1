"""Horizon's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.horizon.model import CERTIFICATE, SECRET_KEY, Options, served_names
from fournines.kit import program
from fournines.kit.context import Context
from fournines.kit.openstack import CA_BUNDLE, IDENTITY_PORT, internal_url
from fournines.kit.step import Absent, File, Packages, Step, Unit
from fournines.spec.model import Host

PEM = "/etc/apache2/horizon.pem"
PORTS = "/etc/apache2/ports.conf"
SETTINGS = "/etc/openstack-dashboard/local_settings.d/_9999_fournines.py"
SITES = "/etc/apache2/sites-enabled"
VHOST = f"{SITES}/horizon.conf"

APPLICATION = program.installed("horizon", "application")
POLICIES = {
    "identity": "keystone",
    "compute": "nova",
    "volume": "cinder",
    "image": "glance",
    "network": "neutron",
}
"""Whose policy Horizon asks what a user may do, as it calls them (openstack_dashboard/defaults.py)."""

_COMPILES = ("/usr/bin/python3", "-I", "-c", "import sys; compile(open(sys.argv[1]).read(), '', 'exec')")

_APACHE = """\
. /etc/apache2/envvars
exec /usr/sbin/apache2 -t -D Staged -f /dev/null -C 'ServerRoot /etc/apache2' -C 'ErrorLog /dev/stderr' \
  -C 'IncludeOptional mods-enabled/*.load' -C 'IncludeOptional mods-enabled/*.conf' -c "Include $1"
"""
"""The staged site without the enabled ones, whose older copy of it would clash; ``Staged`` leaves out the
lines that need the certificate, which may be staged in the same tree."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Horizon under Apache and mod_wsgi, the only site of this Apache."""
    del host  # every dashboard is the same
    yield Packages(("openstack-dashboard", "openstack-dashboard-apache", "libapache2-mod-wsgi-py3"))
    yield File(PEM, context.secret(CERTIFICATE), mode=0o600, secret=True)
    yield File(PORTS, context.render("horizon", "ports.conf.j2"))
    yield program.install("horizon", "application")
    yield File(VHOST, vhost(context), validate=("sh", "-c", _APACHE, "sh", "{}"))
    yield File(
        SETTINGS,
        settings(context),
        mode=0o640,
        group="www-data",
        validate=(*_COMPILES, "{}"),
    )
    for site in ("000-default", "default-ssl", "openstack-dashboard", "openstack-dashboard-alias-only"):
        yield Absent(f"{SITES}/{site}.conf")
    yield Unit(
        "apache2.service",
        restart_on=(PORTS, VHOST, SETTINGS, PEM, APPLICATION),
        packages=("apache2", "libapache2-mod-wsgi-py3", "python3-django-horizon"),
    )


def vhost(context: Context) -> str:
    """Apache's site."""
    options = context.options("horizon", Options)
    return context.render(
        "horizon",
        "horizon.conf.j2",
        name=served_names(context.site, options)[0],
        pem=PEM,
        application=APPLICATION,
        options=options,
    )


def settings(context: Context) -> str:
    """Django's settings, read after those of the package."""
    options = context.options("horizon", Options)
    return context.render(
        "horizon",
        "settings.py.j2",
        names=served_names(context.site, options),
        keystone=internal_url(context.site, IDENTITY_PORT, "/v3"),
        ca=CA_BUNDLE,
        secret_key=context.secret(SECRET_KEY),
        policies={asked: name for asked, name in POLICIES.items() if name in context.site.services},
        options=options,
    )

"""The client files' steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.context import Context
from fournines.kit.openstack import ADMIN_PASSWORD, CA_BUNDLE, IDENTITY_PORT, REGION, internal_url
from fournines.kit.step import Directory, File, Packages, Step
from fournines.kit.where import on
from fournines.spec.model import Host, Role

HOSTS = on(Role.CONTROLLER, Role.DASHBOARD)
"""Where administrators work."""
OPENRC = "/root/admin-openrc.sh"
CLOUDS = "/root/.config/openstack/clouds.yaml"


def files(context: Context) -> dict[str, str]:
    """Path -> content of the client files; the same on every host."""
    values = {
        "url": internal_url(context.site, IDENTITY_PORT, "/v3"),
        "password": context.secret(ADMIN_PASSWORD),
        "region": REGION,
        "ca": CA_BUNDLE,
    }
    return {
        OPENRC: context.render("client", "admin-openrc.sh.j2", **values),
        CLOUDS: context.render("client", "clouds.yaml.j2", **values),
    }


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Both files for root alone: they hold the administrator's password."""
    del host  # every host has the same
    yield Packages(("python3-openstackclient",))
    yield Directory("/root/.config", mode=0o700)
    yield Directory("/root/.config/openstack", mode=0o700)
    for path, content in files(context).items():
        yield File(path, content, mode=0o600)

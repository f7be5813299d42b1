"""Where OpenStack's services are met, and the names they agree on."""

from __future__ import annotations

from fournines.errors import PlanError
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry
from fournines.kit.endpoints import at
from fournines.spec.model import Host, Site, Visibility

REGION = "RegionOne"
ADMIN_PASSWORD = "keystone/admin"  # noqa: S105 - the name under which the password is kept
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
"""Debian's bundle; the site's own authority is in it."""
DATABASE_PORT = 3306
IDENTITY_PORT = 5000


def internal_url(site: Site, port: int, path: str = "") -> str:
    """Where the control plane's own clients reach a service: ``https://controller:5000/v3``."""
    return _url(site, Visibility.INTERNAL, port, path)


def as_administrator(context: Context, **asked: object) -> dict[str, object]:
    """What a program on a host needs to ask as the administrator: Keystone's URL, the password, and more.

    Who runs it hands it over by standard input (``kit.on_host.api`` logs in with it).
    """
    keystone = internal_url(context.site, IDENTITY_PORT)
    return {"keystone": keystone, "password": context.secret(ADMIN_PASSWORD), **asked}


def public_url(site: Site, port: int, path: str = "") -> str:
    """Where clients from outside reach a service."""
    return _url(site, Visibility.PUBLIC, port, path)


def _url(site: Site, kind: Visibility, port: int, path: str, *, tls: bool = True) -> str:
    return f"{'https' if tls else 'http'}://{at(site.vip_serving(kind), port)}{path}"


def one_address(site: Site) -> bool:
    """Whether everybody reaches the services at one VIP: only then may a service name its own URL.

    A service that is told its public URL answers it to internal clients too, who would leave their network.
    Without, it answers with the name it was asked by.
    """
    return len({site.vip_serving(kind) for kind in Visibility}) == 1


def own_url(site: Site, host: Host, port: int) -> str:
    """Where a service listens on its own host, behind the balancer and without TLS."""
    return f"http://{at(site.address(host), port)}"


def offered(context: Context, kind: str) -> bool:
    """Whether the site has a service of this type of the catalogue (``network``, ``compute``)."""
    return any(entry.type == kind for entry in context.declared(CatalogueEntry))


def offered_at(context: Context, kind: str) -> str:
    """Where the control plane reaches the service of this type.

    Raises:
        PlanError: the site has none.
    """
    for entry in context.declared(CatalogueEntry):
        if entry.type == kind:
            return catalogue_urls(context, entry)[Visibility.INTERNAL]
    raise PlanError(f"no service of this site is of the type {kind}")


def catalogue_urls(context: Context, entry: CatalogueEntry) -> dict[str, str]:
    """The URLs of a line of the catalogue, by interface (public, internal, admin).

    Raises:
        PlanError: nobody declares the endpoint it names.
    """
    endpoint = context.endpoint(entry.endpoint)
    return {
        kind.value: _url(context.site, kind, endpoint.port, entry.path, tls=endpoint.tls)
        for kind in endpoint.visible
    }

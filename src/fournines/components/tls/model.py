"""Names, paths and options of TLS."""

from __future__ import annotations

from pydantic import Field

from fournines.spec.model import Site, Strict
from fournines.spec.types import Days

AUTHORITY = "tls/authority"
CERTIFICATE = "tls/vip"
STORE = "/etc/ssl/certs/ca-certificates.crt"
HOOKS = "/etc/ca-certificates/update.d"
"""Programs that are told of every change of the store."""
_BEGIN = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----\n"


class Options(Strict):
    """What a site may override."""

    warn_days: Days = Field(default=14, ge=1, le=365)
    """The check of the dates fails when a certificate has fewer days than this to live."""


def trust_path(site: Site) -> str:
    """Where a host keeps the site's authority, for ``update-ca-certificates`` to find."""
    return f"/usr/local/share/ca-certificates/fournines-{site.name}.crt"


def certificate_path(site: Site) -> str:
    """Where a controller keeps the VIPs' key and certificate."""
    return f"/etc/haproxy/certs/{site.vip_name}.pem"


def first_certificate(pem: str) -> str:
    """The first certificate of a PEM text, without any key.

    Raises:
        ValueError: there is none.
    """
    start = pem.index(_BEGIN)
    return pem[start : pem.index(_END, start) + len(_END)]

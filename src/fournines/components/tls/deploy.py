"""Steps of TLS."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.tls.model import (
    AUTHORITY,
    CERTIFICATE,
    STORE,
    certificate_path,
    first_certificate,
    trust_path,
)
from fournines.kit.context import Context
from fournines.kit.step import Command, Directory, File, Packages, Step
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Every host trusts the authority; controllers get the VIPs' certificate.

    The certificate lies there before HAProxy is configured, because ``haproxy -c`` refuses a
    configuration that names a file which does not exist.
    """
    trusted = trust_path(context.site)
    yield Packages(("ca-certificates", "openssl"))
    yield File(
        trusted,
        first_certificate(context.secret(AUTHORITY)),
        validate=("openssl", "x509", "-noout", "-in", "{}"),
    )
    yield Command(
        "trust the site's authority",
        ("update-ca-certificates",),
        # Only the bundle may vouch for it: a self-signed certificate that is not in it does not verify.
        unless=("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", STORE, trusted),
    )
    if VIP_HOSTS.has(context.site, host):
        path = certificate_path(context.site)
        yield Directory("/etc/haproxy")
        yield Directory(path.rsplit("/", 1)[0], mode=0o700)
        yield File(
            path,
            context.secret(CERTIFICATE),
            mode=0o600,
            validate=("openssl", "pkey", "-noout", "-in", "{}"),
            secret=True,
        )

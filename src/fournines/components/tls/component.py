"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.tls.checks import checks
from fournines.components.tls.deploy import steps
from fournines.components.tls.families import FAMILIES
from fournines.components.tls.model import AUTHORITY, CERTIFICATE, Options, certificate_path
from fournines.components.tls.relies import RELIES
from fournines.kit.component import Component, Stage, always
from fournines.kit.declare import Declaration, Secret, SecretKind, ServedCertificate
from fournines.kit.where import EVERYWHERE
from fournines.spec.model import Site


def declares(site: Site, _: object) -> Iterator[Declaration]:
    """The authority, and one certificate for all VIPs by name and by address."""
    names = (*site.vips, *(str(vip.address) for vip in site.vips.values()))
    yield Secret(AUTHORITY, SecretKind.AUTHORITY)
    yield Secret(CERTIFICATE, SecretKind.CERTIFICATE, names=names)
    yield ServedCertificate(certificate_path(site))


COMPONENT = Component(
    name="tls",
    summary="The site's authority in every host's trust store, its certificate on the controllers",
    on=EVERYWHERE,
    declares=declares,
    stages=(Stage(steps, checks),),
    options=Options,
    needs=always("names"),
    provides=("trust",),
    relies=RELIES,
    families=FAMILIES,
)

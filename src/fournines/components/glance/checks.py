"""What Glance promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.glance.deploy import CONF, configuration
from fournines.components.glance.model import HOSTS, PORT, SERVICE
from fournines.components.glance.on_host import image
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.clustered import api_checks
from fournines.kit.common.same_file import same_file_check
from fournines.kit.context import Context
from fournines.kit.openstack import ADMIN_PASSWORD, IDENTITY_PORT, internal_url
from fournines.kit.verdict import Verdict, failed, passed


def checks(context: Context) -> Iterator[Check]:
    """Alive on every host, the configuration this site's."""
    yield from api_checks("glance", context, SERVICE)
    yield same_file_check(
        "glance",
        "Every Glance has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )


def image_checks(context: Context) -> Iterator[Check]:
    """An image up and down through the VIP."""
    question = {
        "keystone": internal_url(context.site, IDENTITY_PORT),
        "glance": internal_url(context.site, PORT),
        "password": context.secret(ADMIN_PASSWORD),
    }
    yield Check(
        "glance.image",
        "An image goes up through the VIP and comes down with the same bytes",
        asks={context.client_host: program.ask(image, question, timeout=60)},
        judge=each_host(judge_image),
        barrier=True,
    )


def judge_image(answer: Output) -> Verdict:
    """Every byte must have come back."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if not found["same"]:
        return failed(f"{found['uploaded']} bytes went up, {found['downloaded']} other bytes came down")
    return passed(f"{found['uploaded']} bytes up and down in {found['seconds']:.2f} s")

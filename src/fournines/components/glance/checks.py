"""What Glance promises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from fournines.components.glance.deploy import CONF, configuration
from fournines.components.glance.model import HOSTS, PORT
from fournines.components.glance.on_host import image
from fournines.kit import program
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.health_check import health_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import ADMIN_PASSWORD, IDENTITY_PORT, internal_url
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst


def checks(context: Context) -> Iterator[Check]:
    """Alive on every host, the configuration this site's."""
    names = HOSTS.names(context.site)
    yield health_check("glance", context, barrier=True)
    yield units_check("glance", names, ["glance-api.service"])
    digests = {
        host.name: hashlib.sha256(configuration(context, host).encode()).hexdigest()
        for host in HOSTS(context.site)
    }
    yield Check(
        "glance.same-secrets",
        "Every Glance has this site's configuration, with its passwords",
        asks={name: Ask(("sha256sum", CONF)) for name in names},
        judge=lambda answers: judge_digests(answers, digests),
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


def judge_digests(answers: Answers, wanted: Mapping[str, str]) -> Verdict:
    """Every host must hold exactly the file that was rendered for it."""
    return worst(
        ((host, _one_host(answer, wanted[host])) for host, answer in answers.items()),
        all_well="this site's on every host",
    )


def _one_host(answer: Output | None, wanted: str) -> Verdict:
    if answer is None:
        return unknown("not reachable")
    if answer.code != 0:
        return failed(answer.stderr.strip() or "unreadable")
    same = answer.stdout.split()[:1] == [wanted]
    return passed("this site's") if same else failed(f"{CONF} differs from this site's")

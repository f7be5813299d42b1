"""What Glance promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fournines.components.glance.deploy import CONF, configuration
from fournines.components.glance.model import HOSTS, PORT, SERVICE, Options
from fournines.components.glance.on_host import image
from fournines.kit import program
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.clustered import api_checks
from fournines.kit.common.same_file import same_file_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url, own_url
from fournines.kit.verdict import Verdict, failed, passed

KEPT = "nines-drill"
"""What images are called that a drill puts up and has back."""


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
    """An image up and down through the VIP; where it is an object, down from every Glance by itself."""
    site, options = context.site, context.options("glance", Options)
    everywhere = options.store == "objects" and not options.moves_in(site)
    hosts = {host.name: own_url(site, host, PORT) for host in HOSTS(site)} if everywhere else {}
    yield Check(
        "glance.image",
        "An image goes up through the VIP and comes down with the same bytes"
        + (", from every Glance" if everywhere else ""),
        asks={context.client_host: image_ask(context, internal_url(site, PORT), do="look", hosts=hosts)},
        judge=each_host(judge_image),
        barrier=True,
    )


def image_ask(context: Context, glance: str, **question: object) -> Ask:
    """A question to ``on_host.image``, which a client's host asks Glance at a URL."""
    return program.ask(image, as_administrator(context, glance=glance, **question), timeout=60)


def kept_image(context: Context, host: str) -> Ask:
    """The question that makes a host's Glance take an image which a drill has back later."""
    return image_ask(context, own_url(context.site, context.site.hosts[host], PORT), do="put", name=KEPT)


def image_again(context: Context, kept: Mapping[str, object], *, last: bool) -> Ask:
    """The question for that image, through the VIP."""
    return image_ask(context, internal_url(context.site, PORT), do="get", kept=kept, last=last)


def judge_image(answer: Output) -> Verdict:
    """Every byte must have come back."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if not found["same"]:
        return failed(f"{found['uploaded']} bytes went up, {found['downloaded']} other bytes came down")
    wrong = [f"{host}: {said}" for host, said in found["hosts"].items() if said]
    if wrong:
        return failed(f"not to be had from {'; '.join(wrong)}")
    of = f", from {', '.join(found['hosts'])} too" if found["hosts"] else ""
    return passed(f"{found['uploaded']} bytes up and down in {found['seconds']:.2f} s{of}")

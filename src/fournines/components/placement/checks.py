"""What Placement promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.placement.deploy import CONF, configuration
from fournines.components.placement.model import HOSTS, PORT, SERVICE
from fournines.components.placement.on_host import look
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.clustered import api_checks
from fournines.kit.common.same_file import same_file_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url
from fournines.kit.verdict import Verdict, failed, passed


def checks(context: Context) -> Iterator[Check]:
    """Alive on every host, the configuration this site's."""
    names = HOSTS.names(context.site)
    yield from api_checks("placement", context, SERVICE)
    yield same_file_check(
        "placement",
        "Every Placement has this site's configuration, with its passwords",
        CONF,
        dict.fromkeys(names, configuration(context)),
    )


def answer_checks(context: Context) -> Iterator[Check]:
    """Asked through the VIP with a token, it answers from its database."""
    question = as_administrator(context, placement=internal_url(context.site, PORT))
    yield Check(
        "placement.answers",
        "Placement knows its traits and resource providers when asked through the VIP with a token",
        asks={context.client_host: program.ask(look, question, timeout=40)},
        judge=each_host(judge_answer),
        barrier=True,
    )


def judge_answer(answer: Output) -> Verdict:
    """The traits are in the tables since the first start: none would be an empty database."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if not found["traits"]:
        return failed("it knows no traits: its tables are empty")
    return passed(
        f"{found['providers']} resource providers, {found['traits']} traits in {found['seconds']:.2f} s"
    )

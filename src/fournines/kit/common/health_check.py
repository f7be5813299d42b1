"""A check every HTTP API wants: it answers its health question on each host, without the balancer."""

from __future__ import annotations

from functools import partial

from fournines.errors import PlanError
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.openstack import own_url
from fournines.kit.program import complaint
from fournines.kit.verdict import Outcome, Verdict, failed, passed, unknown

_GET = """\
import sys, time, urllib.error, urllib.request
for url in sys.argv[2:]:
    asked = urllib.request.Request(url, method=sys.argv[1])
    start = time.monotonic()
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:
            print(answer.status, round(time.monotonic() - start, 3))
    except urllib.error.HTTPError as error:
        print(error.code, round(time.monotonic() - start, 3))
"""


def health_check(component: str, context: Context, name: str = "", *, barrier: bool = False) -> Check:
    """``component.health``: an endpoint's own health question, asked on each host's own address.

    Where its program also says that it lives, whatever it is busy with, that is asked first.

    Args:
        component: whose check it is.
        context: the site with its declarations.
        name: the endpoint, the component's own when empty. Another one's check is ``component.NAME-health``.
        barrier: whether it ends the component's stage.

    Raises:
        PlanError: there is no such endpoint, or it has no question by HTTP.
    """
    endpoint = context.endpoint(name or component)
    health = endpoint.health
    if health is None:
        raise PlanError(f"{component}: the endpoint {endpoint.name} has no health question")
    ports = (*((health.alive,) if health.alive else ()), health.port or endpoint.listens)
    called = endpoint.name
    site, well = context.site, frozenset(health.expect.split(","))
    return Check(
        f"{component}.health" if called == component else f"{component}.{called}-health",
        f"Every {called} answers its health question on its host's own address"
        if not endpoint.one_host
        else f"One {called} answers its health question, on its host's own address",
        asks={
            host: Ask(
                (
                    "/usr/bin/python3",
                    "-I",
                    "-c",
                    _GET,
                    health.method,
                    *(own_url(site, site.hosts[host], port) + health.path for port in ports),
                )
            )
            for host in endpoint.hosts
        },
        judge=partial(_judge_one_host, well=well)
        if endpoint.one_host
        else each_host(partial(_judge, well=well)),
        barrier=barrier,
    )


def _judge_one_host(answers: Answers, well: frozenset[str]) -> Verdict:
    """Exactly one host must answer well, whichever it is."""
    found = {host: _judge(answer, well) for host, answer in answers.items() if answer is not None}
    answering = [host for host, verdict in found.items() if verdict.outcome is Outcome.PASS]
    silent = [host for host, answer in answers.items() if answer is None]
    if len(answering) > 1:
        return failed(f"{' and '.join(answering)} answer, where one should")
    if silent:
        said = f"{answering[0]} answers" if answering else "no other host answers"
        return unknown(f"{said}, {', '.join(silent)} cannot be asked")
    if not answering:
        return failed("; ".join(f"{host}: {verdict.seen}" for host, verdict in found.items()))
    return passed(f"{answering[0]}: {found[answering[0]].seen}")


def _judge(answer: Output, well: frozenset[str]) -> Verdict:
    lines = [line.split() for line in answer.stdout.splitlines()]
    if answer.code != 0 or not lines:
        return failed(complaint(answer))
    wrong = [status for status, _ in lines if status not in well]
    status, seconds = lines[-1]
    return failed(f"said {', '.join(wrong)}") if wrong else passed(f"{status} in {seconds} s")

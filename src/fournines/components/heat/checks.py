"""What Heat promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.heat.deploy import configuration
from fournines.components.heat.model import CONF, HOSTS, PORT, UNITS, Options
from fournines.components.heat.on_host import stack
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.clustered import daemon_checks
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url
from fournines.kit.verdict import Verdict, failed, passed, worst


def checks(context: Context) -> Iterator[Check]:
    """Both APIs and the engine alive where they should be, the configuration this site's."""
    names = HOSTS.names(context.site)
    stays = not context.options("heat", Options).moves_in(context.site)
    yield health_check("heat", context, barrier=stays)
    yield health_check("heat", context, "heat-cfn", barrier=stays)
    yield from daemon_checks("heat", context, names, UNITS.values())
    yield same_file_check(
        "heat",
        "Every Heat has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )


def stack_checks(context: Context) -> Iterator[Check]:
    """Engines that tell of themselves, and a stack made and taken away through the VIP."""
    question = as_administrator(context, heat=internal_url(context.site, PORT, "/v1"))
    asked = {context.client_host: program.ask(stack, question, timeout=90)}
    moves = context.options("heat", Options).moves_in(context.site)
    yield Check(
        "heat.engines",
        f"{'One' if moves else 'Every'} host has an engine that gave a sign of life within half a minute",
        asks=asked,
        judge=each_host(
            judge_one_engine if moves else partial(judge_engines, hosts=HOSTS.names(context.site))
        ),
        barrier=True,
    )
    yield Check(
        "heat.stack",
        "A stack is made through the VIP, gives what its resource made, and is taken away",
        asks=asked,
        judge=each_host(judge_stack),
        barrier=True,
    )


def judge_engines(answer: Output, hosts: tuple[str, ...]) -> Verdict:
    """Engines that were killed are listed as down beside the one that took their place."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    up = found["engines"]
    return worst(
        (host, passed(f"{up[host]} up") if up.get(host) else failed("none that gives a sign of life"))
        for host in hosts
    )


def judge_one_engine(answer: Output) -> Verdict:
    """Where engines move, those of the host that they left may count as up for half a minute more."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    up = [f"{number} up on {host}" for host, number in sorted(found["engines"].items()) if number]
    return passed(", ".join(up)) if up else failed("no engine gives a sign of life")


def judge_stack(answer: Output) -> Verdict:
    """The random string is made by an engine: its length shows that one worked."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["status"] != "CREATE_COMPLETE":
        return failed(f"it became {found['status']}: {found['reason']}")
    if found["output"] != stack.LENGTH:
        return failed(f"its output has {found['output']} characters instead of {stack.LENGTH}")
    if found["left"]:
        return failed("it was made, and not taken away in time")
    return passed(f"made in {found['made']:.1f} s, away in {found['removed']:.1f} s")

"""What Ceilometer promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.ceilometer.deploy import CONF, configuration
from fournines.components.ceilometer.model import ACCOUNTS, GROUP, HOSTS, KEEPER, STORE, UNITS, Options
from fournines.components.ceilometer.on_host import polled
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.groups import group_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, offered, offered_at
from fournines.kit.verdict import Verdict, failed, passed, unknown

_PERIOD = 300
"""Seconds that become one value in the archive policy which Ceilometer makes for itself."""
_ON_THE_WAY = 120
"""Seconds that a sample may take from the question until it counts in Gnocchi."""


def checks(context: Context) -> Iterator[Check]:
    """Both agents alive on every host, the configuration this site's."""
    yield units_check("ceilometer", HOSTS.names(context.site), UNITS.values(), barrier=True)
    yield same_file_check(
        "ceilometer",
        "Every Ceilometer has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )


def polling_checks(context: Context) -> Iterator[Check]:
    """The central agents share what is asked, and what they find arrives in Gnocchi."""
    yield group_check(
        "ceilometer",
        context,
        GROUP,
        HOSTS.names(context.site),
        1,
        promise="The central agents of every host are one group: each resource is asked for by one of them",
    )
    if not offered(context, STORE):
        return
    question = as_administrator(context, gnocchi=offered_at(context, "metric"), meter=ACCOUNTS, but=KEEPER)
    late = 2 * context.options("ceilometer", Options).interval + _PERIOD + _ON_THE_WAY
    yield Check(
        "ceilometer.polled",
        "Every project's objects have been counted in the last two rounds, and Gnocchi has the number",
        asks={context.client_host: program.ask(polled, question, timeout=60)},
        judge=each_host(partial(judge_polled, late=late)),
        barrier=True,
        seconds=240.0,
    )


def judge_polled(answer: Output, late: float) -> Verdict:
    """A project that was never counted is a new one, or nobody's share: who waits for a round knows."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    ages = found["ages"]
    never = sorted(name for name, age in ages.items() if age is None)
    old = sorted(name for name, age in ages.items() if age is not None and age > late)
    if old:
        return failed(f"not counted for more than {late:.0f} s: {', '.join(old)}")
    if len(never) == len(ages):
        return failed("no project was ever counted")
    if never:
        return unknown(f"never counted yet: {', '.join(never)}")
    return passed(f"{len(ages)} projects, the last one at most {max(ages.values()):.0f} s ago")

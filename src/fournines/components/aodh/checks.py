"""What Aodh promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.aodh.deploy import CONF, configuration
from fournines.components.aodh.model import GROUP, HOSTS, PORT, UNITS, Options
from fournines.components.aodh.on_host import alarm
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.groups import group_check
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url, offered_at
from fournines.kit.verdict import Verdict, failed, passed

_WORKED_UP = 60
"""Seconds until a measure counts, beside the time until an evaluator looks at the alarm twice."""


def checks(context: Context) -> Iterator[Check]:
    """API, evaluator, notifier and listener alive on every host, the configuration this site's."""
    names = HOSTS.names(context.site)
    yield health_check("aodh", context, barrier=True)
    yield units_check("aodh", names, UNITS.values(), barrier=True)
    yield same_file_check(
        "aodh",
        "Every Aodh has this site's configuration, with its passwords",
        CONF,
        dict.fromkeys(names, configuration(context)),
    )


def alarm_checks(context: Context) -> Iterator[Check]:
    """All evaluators share the alarms, and one over measures goes off."""
    yield group_check(
        "aodh",
        context,
        GROUP,
        HOSTS.names(context.site),
        1,
        promise="The evaluators of every host are one group, which shares the alarms",
    )
    patience = 2 * context.options("aodh", Options).evaluation_interval + _WORKED_UP
    question = as_administrator(
        context,
        aodh=internal_url(context.site, PORT),
        gnocchi=offered_at(context, "metric"),
        patience=patience,
    )
    yield Check(
        "aodh.alarm",
        "An alarm over measures, set through the VIP, goes off when they are above its threshold",
        asks={context.client_host: program.ask(alarm, question, timeout=patience + 60)},
        judge=each_host(judge_alarm),
        barrier=True,
        seconds=patience + 90.0,
    )


def judge_alarm(answer: Output) -> Verdict:
    """It had another state before, and goes off."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["first"] == alarm.GONE_OFF:
        return failed("it had gone off before anybody looked at it")
    if found["last"] != alarm.GONE_OFF:
        return failed(f"it is in the state {found['last']!r} after {found['seconds']:.0f} s")
    return passed(f"from {found['first']!r} to {found['last']!r} in {found['seconds']:.0f} s")

"""What Gnocchi promises."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.gnocchi.deploy import CONF, configuration
from fournines.components.gnocchi.model import GROUP, HOSTS, PORT, UNITS, Options
from fournines.components.gnocchi.on_host import measure
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.groups import group_check
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url
from fournines.kit.verdict import Verdict, failed, passed

_WORKS = 20
"""Seconds that a round itself may take, beside the time until it comes."""


def checks(context: Context) -> Iterator[Check]:
    """API and metricd alive on every host, the configuration this site's."""
    names = HOSTS.names(context.site)
    yield health_check("gnocchi", context, barrier=True)
    yield units_check("gnocchi", names, UNITS.values(), barrier=True)
    yield same_file_check(
        "gnocchi",
        "Every Gnocchi has this site's configuration, with its passwords",
        CONF,
        dict.fromkeys(names, configuration(context)),
    )


def measure_checks(context: Context) -> Iterator[Check]:
    """All workers share the sacks, and a measure that is posted through the VIP is worked up."""
    options = context.options("gnocchi", Options)
    yield group_check(
        "gnocchi",
        context,
        GROUP,
        HOSTS.names(context.site),
        options.workers,
        promise="The workers of every host are one group, which shares the measures to be worked up",
    )
    patience = options.delay + _WORKS
    question = as_administrator(context, gnocchi=internal_url(context.site, PORT), patience=patience)
    yield Check(
        "gnocchi.measure",
        "Measures posted through the VIP are worked up by metricd, and come back as their mean",
        asks={context.client_host: program.ask(measure, question, timeout=patience + 60)},
        judge=each_host(judge_measure),
        barrier=True,
    )


def judge_measure(answer: Output) -> Verdict:
    """The mean of what was posted, worked out by somebody."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["mean"] is None:
        return failed(f"nobody has worked them up in {found['seconds']:.0f} s")
    if found["mean"] != measure.MEAN:
        return failed(f"their mean is {found['mean']} instead of {measure.MEAN}")
    return passed(f"after {found['seconds']:.0f} s")

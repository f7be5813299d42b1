"""Ceilometer's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.ceilometer.model import (
    HOSTS,
    KEEPER,
    MESSAGES,
    METERS,
    SIGNATURE,
    UNITS,
    USER,
    Options,
)
from fournines.components.ceilometer.on_host import types
from fournines.kit import program
from fournines.kit.common import groups
from fournines.kit.common.own_unit import own_unit
from fournines.kit.context import Context
from fournines.kit.openstack import (
    as_administrator,
    coordination_section,
    credentials,
    messaging_section,
    offered,
    offered_at,
    section,
    transport_url,
)
from fournines.kit.step import Command, File, Packages, Step
from fournines.spec.model import Host

CONF = "/etc/ceilometer/ceilometer.conf"
POLLING = "/etc/ceilometer/polling.yaml"
PIPELINE = "/etc/ceilometer/pipeline.yaml"
CENTRAL_LOG = "/var/log/ceilometer/ceilometer-agent-central.log"
CLIENT = "/usr/lib/python3/dist-packages/ceilometer/gnocchi_client.py"
"""Where the types of resources stand that it makes in Gnocchi."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """Both agents with one file; Gnocchi learns of the types of resources on the first host."""
    options = context.options("ceilometer", Options)
    yield Packages(("ceilometer-agent-central", "ceilometer-agent-notification"))
    yield File(CONF, configuration(context, host), mode=0o640, group="ceilometer")
    meters = [meter for kind, found in METERS.items() if offered(context, kind) for meter in found]
    yield File(POLLING, context.render("ceilometer", "polling.yaml.j2", options=options, meters=meters))
    yield File(PIPELINE, context.render("ceilometer", "pipeline.yaml.j2", keeper=KEEPER))
    yield groups.member()
    yield from _unit(
        context, "central", POLLING, groups.MEMBER, programs=("python3-ceilometer", "python3-tooz")
    )
    yield from _unit(context, "notification", PIPELINE, programs=("python3-ceilometer",))
    if host == HOSTS.first(context.site):
        yield Command(
            "ceilometer: gnocchi knows the types of resources",
            ("ceilometer-upgrade", "--config-file", CONF, "--retry", "5"),
            unless=program.argv(types, CLIENT),
            unless_stdin=program.fed(as_administrator(context, gnocchi=offered_at(context, "metric"))),
            user="ceilometer",
            timeout=300,
        )


def _unit(context: Context, daemon: str, *files: str, programs: tuple[str, ...]) -> Iterator[Step]:
    unit = UNITS[daemon]
    text = context.render("ceilometer", f"{unit}.j2", conf=CONF, log=CENTRAL_LOG, member=groups.MEMBER)
    yield from own_unit(unit, text, CONF, *files, packages=programs)


def configuration(context: Context, host: Host) -> str:
    """``ceilometer.conf`` of a host."""
    login = {**credentials(context, USER), "interface": "internalURL"}
    return context.render(
        "ceilometer",
        "ceilometer.conf.j2",
        name=host.name,
        options=context.options("ceilometer", Options),
        transport_url=transport_url(context, MESSAGES),
        signature=context.secret(SIGNATURE),
        credentials=section("service_credentials", login),
        coordination=coordination_section(context),
        messaging=messaging_section(context),
    )

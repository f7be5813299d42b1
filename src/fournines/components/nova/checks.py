"""What Nova promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from fournines.components.nova.deploy import (
    COMPUTE_CONF,
    CONF,
    cells_question,
    compute_configuration,
    configuration,
    console_url,
)
from fournines.components.nova.model import (
    COMPUTE_UNIT,
    COMPUTES,
    CONTROL,
    DECIDING_UNITS,
    LIBVIRT_UNIT,
    PORT,
    SERVING_UNITS,
    Options,
    Virt,
    virt,
)
from fournines.components.nova.on_host import cells, instance, look
from fournines.kit import program
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.listed import first_few
from fournines.kit.openstack import as_administrator, internal_url, offered, offered_at
from fournines.kit.verdict import Verdict, failed, passed

DECIDERS: Final = ("nova-conductor", "nova-scheduler")
"""What every controller must have, as the API calls it."""
_NAMED: Final = 5
"""How many hosts are named in a verdict; of hundreds the others are counted."""


def control_checks(context: Context) -> Iterator[Check]:
    """What clients reach alive on every controller, the configuration this site's, the cells as wanted."""
    names = CONTROL.names(context.site)
    for endpoint in ("nova", "nova-metadata", "nova-console"):
        yield health_check("nova", context, endpoint, barrier=True)
    yield units_check("nova", names, SERVING_UNITS.values(), barrier=True)
    yield same_file_check(
        "nova",
        "Every controller's Nova has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in CONTROL(context.site)},
    )
    yield Check(
        "nova.cells",
        "Nova's cells are there, with the addresses that its configuration gives",
        asks={CONTROL.first(context.site).name: Ask(program.argv(cells), stdin=cells_question(context))},
        judge=each_host(judge_cells),
        barrier=True,
    )


def service_checks(context: Context) -> Iterator[Check]:
    """Asked through the VIP with a token, it answers from its databases and hears from all its parts."""
    names = CONTROL.names(context.site)
    yield units_check("nova", names, DECIDING_UNITS.values(), barrier=True, name="deciding-units")
    yield Check(
        "nova.services",
        f"Nova answers through the VIP and hears from scheduler and conductor of {len(names)} hosts",
        asks={context.client_host: _look(context)},
        judge=each_host(partial(judge_services, wanted=[(one, host) for host in names for one in DECIDERS])),
        barrier=True,
    )


def compute_checks(context: Context) -> Iterator[Check]:
    """The daemons of every host of instances, and that Nova hears from it."""
    site = context.site
    names, kind = COMPUTES.names(site), virt(site, context.options("nova", Options))
    units = (COMPUTE_UNIT,) if kind is Virt.FAKE else (LIBVIRT_UNIT, COMPUTE_UNIT)
    yield units_check("nova", names, units, barrier=True, name="compute-units")
    yield same_file_check(
        "nova",
        "Every host of instances has this site's configuration, with its passwords",
        COMPUTE_CONF,
        {host.name: compute_configuration(context, host) for host in COMPUTES(site)},
        name="compute-same-secrets",
    )
    yield Check(
        "nova.computes",
        f"Nova hears from {len(names)} hosts of instances",
        asks={context.client_host: _look(context)},
        judge=each_host(partial(judge_services, wanted=[("nova-compute", host) for host in names])),
        barrier=True,
    )


def host_checks(context: Context) -> Iterator[Check]:
    """Every host of instances is in the cell and offers what it has."""
    site = context.site
    names = COMPUTES.names(site)
    yield Check(
        "nova.hosts",
        f"{len(names)} hosts of instances are in the cell from which work is given out",
        asks={CONTROL.first(site).name: Ask(program.argv(cells, "hosts"), stdin=cells_question(context))},
        judge=each_host(partial(judge_hosts, wanted=names)),
        barrier=True,
    )
    fake = virt(site, context.options("nova", Options)) is Virt.FAKE
    yield Check(
        "nova.hypervisors",
        f"{len(names)} hosts can run instances"
        if not fake
        else f"{len(names)} hosts pretend to run instances",
        asks={context.client_host: _look(context)},
        judge=each_host(partial(judge_hypervisors, wanted=names, fake=fake)),
        barrier=True,
    )


def instance_checks(context: Context) -> Iterator[Check]:
    """An instance, in a site that has what one is made of."""
    site = context.site
    if not (offered(context, "image") and offered(context, "network")):
        return
    question = as_administrator(
        context,
        nova=internal_url(site, PORT, "/v2.1"),
        glance=offered_at(context, "image"),
        placement=offered_at(context, "placement"),
    )
    yield Check(
        "nova.instance",
        "An instance is made through the VIP, has a screen there, is taken away and leaves nothing",
        asks={context.client_host: program.ask(instance, question, timeout=180)},
        judge=each_host(partial(judge_instance, console=console_url(context))),
        barrier=True,
        seconds=200,
    )


def _look(context: Context) -> Ask:
    question = as_administrator(context, nova=internal_url(context.site, PORT, "/v2.1"))
    return program.ask(look, question, timeout=40)


def judge_cells(answer: Output) -> Verdict:
    """Nothing is left to do about them, and that was said."""
    said = answer.stdout.strip()
    if answer.code == 0 and said:
        return passed(said)
    return failed(said.replace("\n", ", ") or program.complaint(answer))


def judge_services(answer: Output, wanted: list[tuple[str, str]]) -> Verdict:
    """Each must have told of itself lately; one that an administrator has shut out is still there."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    up = {(one["binary"], one["host"]) for one in found["services"] if one["state"] == "up"}
    silent = [f"{binary} on {host}" for binary, host in wanted if (binary, host) not in up]
    if silent:
        return failed(f"not heard from: {first_few(silent, _NAMED)}")
    counted = Counter(binary for binary, _ in wanted)
    return passed(", ".join(f"{number} of {binary}" for binary, number in counted.items()))


def judge_hosts(answer: Output, wanted: tuple[str, ...]) -> Verdict:
    """No instance is ever given to a host that is not in the cell."""
    found = program.heard(replace(answer, code=0))  # exit 1 is an answer too
    if found is None:
        return failed(program.complaint(answer))
    outside = sorted({*wanted, *found["unmapped"]} - set(found["mapped"]))
    if outside:
        return failed(f"not in the cell: {first_few(outside, _NAMED)}")
    return passed(f"{len(wanted)} in the cell")


def judge_hypervisors(answer: Output, wanted: tuple[str, ...], *, fake: bool) -> Verdict:
    """Each host has one that is up; whether it runs anything is said, and has to be what was asked for.

    One that has not said what is in use of it ends every request for an instance with an error: the scheduler
    leaves what it knows of it unset, and multiplies by it (``HostState._update_from_compute_node``, 2025.1).
    So it is when the first of its minutely reports got lost.
    """
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    up = {one["host"]: one for one in found["hypervisors"] if one["state"] == "up"}
    missing = [host for host in wanted if host not in up]
    if missing:
        return failed(f"none up on {first_few(missing, _NAMED)}")
    others = [host for host in wanted if (up[host]["type"] == "fake") is not fake]
    if others:
        return failed(f"{'real' if fake else 'fake'} on {first_few(others, _NAMED)}")
    untold = [host for host in wanted if not up[host]["used"]]
    if untold:
        return failed(f"not told yet how much is in use on {first_few(untold, _NAMED)}")
    shut = sum(up[host]["status"] != "enabled" for host in wanted)
    kinds = ", ".join(sorted({up[host]["type"] for host in wanted}))
    said = f"{len(wanted)} up ({kinds}{': they run nothing' if fake else ''})"
    return passed(f"{said}, {shut} shut out by an administrator" if shut else said)


def judge_instance(answer: Output, console: str) -> Verdict:
    """It must have become active, with a screen behind the VIP, and must be gone."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["status"] != "ACTIVE":
        return failed(f"it became {found['status']}: {found['reason'] or 'no reason was given'}")
    if found["console"] != console:
        return failed(f"its screen is at {found['console']} instead of {console}")
    if found["left"]:
        return failed(f"left over: {', '.join(found['left'])}")
    return passed(f"made on {found['host']} in {found['made']:.1f} s, away in {found['removed']:.1f} s")

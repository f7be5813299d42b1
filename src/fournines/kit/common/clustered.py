"""What a component does whose program a cluster manager runs, on one of its hosts at a time.

Its options are ``Moded``. Where they say active-passive its unit is left to Pacemaker, and what is asked of
every host otherwise is asked of the one that runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fournines.kit.check import Check
from fournines.kit.common.health_check import health_check
from fournines.kit.common.unit_check import moving_unit_check, units_check
from fournines.kit.context import Context
from fournines.kit.declare import Declaration, Endpoint, Resource, Volume
from fournines.kit.endpoints import at
from fournines.kit.step import File, Step, Unit, unit_file

_DROP_IN = """\
# Managed by fournines for the site {site}; change {file} instead.
[Unit]
# At shutdown it ends after the cluster manager, which has moved it away by then.
Before=pacemaker.service
"""
_RESTART = ("crm_resource", "--restart", "--resource")


_LOADS = 5.0
"""Seconds until an API's program answers where it is started anew. Keystone's modules take 2.3 CPU-seconds
to load; seven times out of seven it ran 2.5 to 4.3 s after the VIP, on two processors on which all hosts of a
lab run, and a balancer and its clients saw that within another second."""


def api(endpoint: Endpoint, unit: str, *, moves: bool) -> Iterator[Declaration]:
    """An API's endpoint, and where it moves the resource that is asked what a balancer asks the endpoint.

    It may take longer to answer than a balancer has patience: being slow is no reason to be stopped.
    """
    yield replace(endpoint, one_host=moves, loads=_LOADS if moves else 0.0)
    if moves and endpoint.health:
        asked = endpoint.health.asked_at or endpoint.listens
        answers = f"http://{at('{host}', asked)}{endpoint.health.path}"
        yield Resource(endpoint.name, unit, answers=answers, patience=5, monitor=5)


def moving(context: Context, unit: str) -> Resource | None:
    """The resource by which a cluster manager runs this unit on one host at a time; None if none does."""
    declared = (*context.declared(Resource), *(volume.resource for volume in context.declared(Volume)))
    return next((one for one in declared if one.unit == unit and not one.everywhere), None)


def service_unit(context: Context, unit: Unit) -> Iterator[Step]:
    """The unit as it is wanted on each of its hosts: running, or left to the cluster manager."""
    resource = moving(context, unit.name)
    if resource is None:
        yield unit
        return
    site = context.site
    drop_in = _DROP_IN.format(site=site.name, file=site.file.name)
    yield File(f"{unit_file(unit.name)}.d/cluster.conf", drop_in)
    yield replace(unit, enabled=False, running=None, rolling=False, restart_by=(*_RESTART, resource.name))


def api_checks(component: str, context: Context, unit: str) -> Iterator[Check]:
    """``component.health`` and ``component.units`` of the API of this name, and of its unit."""
    hosts = context.endpoint(component).hosts
    moves = moving(context, unit) is not None
    yield health_check(component, context, barrier=not moves)
    yield moving_unit_check(component, hosts, unit) if moves else units_check(component, hosts, (unit,))


def daemon_checks(
    component: str, context: Context, hosts: Iterable[str], units: Iterable[str], *, name: str = "units"
) -> Iterator[Check]:
    """``component.units`` of several units on the same hosts: those that stay, then each that moves.

    A deployment waits for those that stay; the others are not there before the cluster is told of them.
    """
    hosts, units = tuple(hosts), tuple(units)
    moves = [unit for unit in units if moving(context, unit) is not None]
    if stays := [unit for unit in units if unit not in moves]:
        yield units_check(component, hosts, stays, barrier=True, name=name)
    for unit in moves:
        own = unit.removesuffix(".service").removeprefix(f"{component}-")
        yield moving_unit_check(component, hosts, unit, name=f"{own}-unit")

"""What Cinder promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fournines.components.cinder.deploy import configuration
from fournines.components.cinder.model import (
    BACKEND,
    CONF,
    HOSTS,
    PORT,
    UNITS,
    Options,
    cluster,
    service_host,
)
from fournines.components.cinder.on_host import volume
from fournines.kit import program
from fournines.kit.check import Check, Output, each_host
from fournines.kit.common.clustered import daemon_checks, moving
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url
from fournines.kit.verdict import Verdict, failed, passed, worst


def checks(context: Context) -> Iterator[Check]:
    """API, scheduler and volume service alive where they should be, the configuration this site's."""
    names = HOSTS.names(context.site)
    yield health_check("cinder", context, barrier=moving(context, UNITS["api"]) is None)
    yield from daemon_checks("cinder", context, names, UNITS.values())
    yield same_file_check(
        "cinder",
        "Every Cinder has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )


def volume_checks(context: Context) -> Iterator[Check]:
    """Services that tell of themselves, and a volume made and deleted through the VIP."""
    site, options = context.site, context.options("cinder", Options)
    moves = options.moves_in(site)
    names = tuple(dict.fromkeys(service_host(site, options, host) for host in HOSTS(site)))
    question = as_administrator(context, cinder=internal_url(site, PORT, "/v3"))
    asked = {context.client_host: program.ask(volume, question, timeout=110)}
    yield Check(
        "cinder.services",
        "The one scheduler and the one volume service give signs of life, under the name that moves with them"
        if moves
        else "Every host has a scheduler and a volume service of the one cluster, which give signs of life",
        asks=asked,
        judge=each_host(partial(judge_services, hosts=names, cluster=None if moves else cluster(site))),
        barrier=True,
    )
    yield Check(
        "cinder.volume",
        "A volume is made through the VIP and deleted again",
        asks=asked,
        judge=each_host(judge_volume),
        barrier=True,
    )


def judge_services(answer: Output, hosts: tuple[str, ...], cluster: str | None) -> Verdict:
    """A volume service outside the cluster would keep its volumes to itself; one that moves is in none."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    known = {(s["binary"], s["host"]): s for s in found["services"]}

    def one(host: str) -> Verdict:
        scheduler = known.get(("cinder-scheduler", host))
        keeper = known.get(("cinder-volume", f"{host}@{BACKEND}"))
        for what, service in (("scheduler", scheduler), ("volume service", keeper)):
            if service is None:
                return failed(f"no {what} has told of itself")
            if service["state"] != "up":
                return failed(f"its {what} is {service['state']}")
        if keeper and (keeper["cluster"] or None) != cluster:
            return failed(
                f"its volume service is in the cluster {keeper['cluster']} instead of {cluster or 'none'}"
            )
        return passed("both up")

    return worst(((host, one(host)) for host in hosts), all_well=f"both up on {', '.join(hosts)}")


def judge_volume(answer: Output) -> Verdict:
    """It must have become available, and be gone."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    if found["status"] != "available":
        return failed(f"it became {found['status']}")
    if found["left"]:
        return failed("it was made, and not deleted in time")
    return passed(f"made in {found['made']:.1f} s, deleted in {found['removed']:.1f} s")

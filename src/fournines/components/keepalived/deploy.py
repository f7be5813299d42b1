"""keepalived's steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from fournines.components.keepalived.model import Options, priority, questions, routers
from fournines.components.keepalived.on_host.fitness import DIRECTORY
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.program import install, installed
from fournines.kit.step import File, Packages, Step, Unit, unit_file
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host

CONF = "/etc/keepalived/keepalived.conf"
UNIT = unit_file("keepalived.service")
FITNESS = unit_file("fournines-fitness.service")
QUESTIONS = "/etc/fournines/fitness.json"
PROGRAM = installed("keepalived", "fitness")

_VALIDATE = ("sh", "-c", f'mkdir -p {DIRECTORY} && exec keepalived --config-test --use-file "$0"', "{}")
"""keepalived 2.3.3 dies by a segmentation fault where the directory of a tracked file is not there."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A virtual router in each network with a VIP; every controller begins as a backup, nobody preempts."""
    controllers = VIP_HOSTS(context.site)
    options = context.options("keepalived", Options)
    own_routers = routers(context, host)
    yield Packages(("keepalived", "python3-minimal"))
    yield File(
        CONF,
        context.render(
            "keepalived",
            "keepalived.conf.j2",
            advert=f"{options.advert_seconds:g}",
            conditions=context.declared(VipCondition),
            host=host,
            priority=priority(controllers.index(host), len(controllers)),
            routers=own_routers,
            questions=questions(context),
            directory=DIRECTORY,
        ),
        validate=_VALIDATE,
    )
    yield File(QUESTIONS, json.dumps([asdict(one) for one in questions(context)], indent=2) + "\n")
    yield install("keepalived", "fitness")
    yield File(
        FITNESS,
        context.render(
            "keepalived",
            "fournines-fitness.service.j2",
            program=PROGRAM,
            config=QUESTIONS,
            directory=DIRECTORY,
        ),
    )
    addresses = [address for router in own_routers for address in router.addresses]
    yield File(UNIT, context.render("keepalived", "keepalived.service.j2", conf=CONF, addresses=addresses))
    yield Unit("fournines-fitness.service", restart_on=(QUESTIONS, PROGRAM, FITNESS))
    yield Unit(
        "keepalived.service", restart_on=(UNIT,), reload_on=(CONF,), rolling=True, packages=("keepalived",)
    )

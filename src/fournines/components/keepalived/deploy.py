"""keepalived's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keepalived.model import Options, priority, routers, scripts
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/keepalived/keepalived.conf"
DROP_IN = "/etc/systemd/system/keepalived.service.d/fournines.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A virtual router in each network with a VIP; every controller begins as a backup, nobody preempts."""
    controllers = context.controllers
    options = context.options("keepalived", Options)
    own_routers = routers(context, host)
    yield Packages(("keepalived", "curl"))
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
            scripts=scripts(context),
        ),
        validate=("keepalived", "--config-test", "--use-file", "{}"),
    )
    addresses = [address for router in own_routers for address in router.addresses]
    yield File(DROP_IN, context.render("keepalived", "drop-in.conf.j2", addresses=addresses))
    yield Unit("keepalived.service", restart_on=(DROP_IN,), reload_on=(CONF,), rolling=True)

"""keepalived's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.keepalived.model import (
    Options,
    addresses,
    interface,
    priority,
    router_number,
    scripts,
)
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/keepalived/keepalived.conf"
DROP_IN = "/etc/systemd/system/keepalived.service.d/fournines.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """One virtual router that carries all VIPs; every controller begins as a backup and nobody preempts."""
    site, controllers = context.site, context.controllers
    options = context.options("keepalived", Options)
    vips = addresses(site, host, options)
    yield Packages(("keepalived", "curl"))
    yield File(
        CONF,
        context.render(
            "keepalived",
            "keepalived.conf.j2",
            advert=f"{options.advert_seconds:g}",
            conditions=context.declared(VipCondition),
            host=host,
            interface=interface(site, host, site.vip.network, options),
            own=site.address(host, site.vip.network),
            peers=[site.address(c, site.vip.network) for c in controllers if c != host],
            priority=priority(controllers.index(host), len(controllers)),
            scripts=scripts(context),
            vips=vips,
            vrid=router_number(site, options),
        ),
        validate=("keepalived", "--config-test", "--use-file", "{}"),
    )
    yield File(DROP_IN, context.render("keepalived", "drop-in.conf.j2", vips=vips))
    yield Unit("keepalived.service", restart_on=(DROP_IN,), reload_on=(CONF,), rolling=True)

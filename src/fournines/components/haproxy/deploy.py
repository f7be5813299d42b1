"""HAProxy's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.haproxy.model import (
    FLAG,
    HEALTH_PORT,
    PROMETHEUS_PORT,
    SOCKET,
    UNIT,
    Options,
    listeners,
    writer_pools,
)
from fournines.kit.context import Context
from fournines.kit.declare import Resource, ServedCertificate
from fournines.kit.step import Absent, File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/haproxy/haproxy.cfg"
DROP_IN = "/etc/systemd/system/haproxy.service.d/fournines.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The same endpoints on every controller. A change is a reload: no connection is refused meanwhile."""
    certificates = tuple(c.path for c in context.declared(ServedCertificate))
    yield Packages(("haproxy", "curl"))
    # The package's own log rules would write and rotate haproxy.log a second time; its extra socket in the
    # chroot is not needed either, the unit binds /dev/log there.
    yield Absent("/etc/rsyslog.d/49-haproxy.conf")
    yield Absent("/etc/logrotate.d/haproxy")
    yield File(
        CONF,
        context.render(
            "haproxy",
            "haproxy.cfg.j2",
            address=context.site.address(host),
            health_port=HEALTH_PORT,
            listeners=tuple(listeners(context, certificates[0] if certificates else None)),
            options=context.options("haproxy", Options),
            prometheus_port=PROMETHEUS_PORT,
            socket=SOCKET,
            writer_pools=writer_pools(context),
        ),
        mode=0o640,
        group="haproxy",
        validate=("haproxy", "-c", "-f", "{}"),
    )
    clustered = run_by_cluster(context)
    yield File(DROP_IN, context.render("haproxy", "drop-in.conf.j2", flag=FLAG, clustered=clustered))
    yield Unit(
        UNIT,
        restart_on=(DROP_IN,),
        reload_on=(CONF, *certificates),
        rolling=True,
        packages=("haproxy",),
    )


def run_by_cluster(context: Context) -> bool:
    """Whether a cluster manager asks it and starts it anew: then it must end after that at shutdown."""
    return any(resource.unit == UNIT for resource in context.declared(Resource))

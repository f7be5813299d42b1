"""Chrony's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.chrony.model import Options, time_hosts
from fournines.kit.context import Context
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/chrony/chrony.conf"
DROP_IN = "/etc/systemd/system/chrony.service.d/fournines.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """A time host serves the cluster network, every other host follows the time hosts.

    Several time hosts serve in orphan mode: they keep the same time among themselves when the sources
    outside are lost (chrony.conf(5), ``local``).
    """
    site = context.site
    servers = time_hosts(site)
    serves = host in servers
    yield Packages(("chrony",))
    yield File(
        CONF,
        context.render(
            "chrony",
            "chrony.conf.j2",
            serves=serves,
            orphan=len(servers) > 1,
            network=site.networks[site.cluster_network].range,
            upstream=context.options("chrony", Options).upstream if serves else (),
            servers=[site.address(server) for server in servers if server != host],
        ),
        validate=("chronyd", "-p", "-f", "{}"),
    )
    yield File(DROP_IN, context.render("chrony", "drop-in.conf.j2"))
    yield Unit("chrony.service", restart_on=(CONF, DROP_IN), packages=("chrony",))

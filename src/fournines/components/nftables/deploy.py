"""The firewall's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nftables.model import CHAIN, TABLE, openings
from fournines.kit.context import Context
from fournines.kit.step import File, Packages, Step, Unit
from fournines.spec.model import Host

CONF = "/etc/nftables.conf"


def steps(context: Context, host: Host) -> Iterator[Step]:
    """One table of our own, replaced in one transaction, never a moment without rules.

    Changes are loaded by a reload: a restart of Debian's unit would flush every table in between, also
    those of others.
    """
    site = context.site
    yield Packages(("nftables",))
    yield File(
        CONF,
        context.render(
            "nftables",
            "nftables.conf.j2",
            table=TABLE,
            chain=CHAIN,
            openings=openings(context, host),
            cluster=site.networks[site.cluster_network].range,
        ),
        mode=0o755,
        validate=("nft", "-c", "-f", "{}"),
    )
    # Once the rules are loaded no program of the package runs: its version is no reason to load them again.
    yield Unit("nftables.service", reload_on=(CONF,))

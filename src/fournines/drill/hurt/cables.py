"""Which of a host's networks are cut. Pure."""

from __future__ import annotations

from fournines.drill.scenario import Cables
from fournines.kit.context import Context
from fournines.kit.probe import Links


def networks(cables: Cables, context: Context) -> tuple[str, ...]:
    """The networks that are meant; none where the site has no such."""
    site = context.site
    heard = tuple(dict.fromkeys(network for one in context.declared(Links) for network in one.networks))
    if cables is Cables.CLUSTER:
        return (site.cluster_network,)
    if cables is Cables.EVERY:
        return heard
    busy = {site.cluster_network, *(vip.network for vip in site.vips.values())}
    spare = [network for network in heard if network not in busy]
    return tuple(spare[:1])

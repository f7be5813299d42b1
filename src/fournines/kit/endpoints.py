"""Where endpoints are met: on which VIPs, and how an address with a port is written."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, FirewallPort
from fournines.spec.model import Site


def at(address: object, port: int) -> str:
    """``10.0.0.20:5000``: an address or a name with a port, as URLs and configuration files write it.

    An IPv6 address stands in brackets (RFC 3986, 3.2.2).
    """
    text = str(address)
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


def served_on(site: Site, endpoint: Endpoint) -> tuple[str, ...]:
    """The names of the VIPs on which an endpoint is served, in the file's order."""
    return tuple(name for name in site.vips if set(site.served_by(name)) & set(endpoint.visible))


def vip_addresses(site: Site, endpoint: Endpoint) -> tuple[IPv4Address, ...]:
    """The addresses of those VIPs."""
    return tuple(site.vips[name].address for name in served_on(site, endpoint))


def accepted(context: Context) -> Iterator[FirewallPort]:
    """What hosts accept on their own addresses: what was declared, and where endpoints listen."""
    yield from context.declared(FirewallPort)
    cluster = context.site.cluster_network
    for endpoint in context.declared(Endpoint):
        asked = endpoint.health.asked_at if endpoint.health else None
        yield FirewallPort(endpoint.name, endpoint.hosts, port=endpoint.listens, network=cluster)
        if asked and asked != endpoint.listens:
            yield FirewallPort(f"{endpoint.name}-health", endpoint.hosts, port=asked, network=cluster)

"""Names and addresses that must mean the same everywhere."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import LOCAL, is_address, names, owned, vips
from fournines.components.client.audit.facts import AuthUrl, Endpoint
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.hosts.audit.facts import HostName
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_ENDPOINT = "#!/bin/sh\nopenstack endpoint create --region R identity public http://{}:5000/v3\n"


@rule(
    "SY009",
    Severity.WARNING,
    "A name means different addresses on different hosts",
    consequence=Consequence.ERRORS,
    why="the hosts talk to different peers under one name: a cluster member that cannot be found again, or a "
    "service that "
    "works from one host only",
    fix="the same /etc/hosts on every host",
    source="Trento checks: 'hosts file contains all the cluster nodes'",
    bad={
        "node1/hosts": "127.0.0.1 localhost\n10.0.0.20 controller\n",
        "node2/hosts": "127.0.0.1 localhost\n10.0.0.21 controller\n",
    },
    good={
        "node1/hosts": "127.0.0.1 localhost\n10.0.0.20 controller\n",
        "node2/hosts": "127.0.0.1 localhost\n10.0.0.20 controller\n",
    },
    points_at="10.0.0.21 controller",
)
def names_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[str, HostName] = {}
    for line in site.all(HostName):
        if line.loopback:
            continue
        for name in line.names:
            other = first.setdefault(name, line)
            if other.address != line.address and (":" in other.address) == (":" in line.address):
                where = f"{other.at.host or other.at.path} and {line.at.host or line.at.path}"
                yield Hit(
                    line.at,
                    f"{name} is {other.address} and {line.address} on {where}",
                    related=(other.at,),
                )
    for line in site.all(HostName):
        for name in line.names if line.loopback else ():
            elsewhere = first.get(name)
            if elsewhere and elsewhere.at.host == line.at.host and name not in LOCAL:
                yield Hit(
                    line.at,
                    f"{name} is {line.address} before it is {elsewhere.address}: services that bind their "
                    f"name "
                    "listen on the loopback",
                    related=(elsewhere.at,),
                )


def _spoken(site: Evidence) -> Iterator[tuple[Place, str, str]]:
    """Every URL clients are given: where, its host as written, and what it is for."""
    for endpoint in site.all(Endpoint):
        yield endpoint.at, endpoint.host, f"the {endpoint.interface} endpoint of {endpoint.service}"
    for said in site.all(AuthUrl):
        yield said.at, said.host, "OS_AUTH_URL"


def _known(site: Evidence) -> set[str]:
    """Addresses somebody has: hosts by their files, servers behind HAProxy, lines of hosts files."""
    found = set(owned(site))
    for conf in configurations(site):
        found |= {server.host for proxy in conf.proxies for server in proxy.servers}
    return found | {line.address for line in site.all(HostName)}


@rule(
    "SY002",
    Severity.ERROR,
    "Clients are sent to an address that is not the VIP",
    consequence=Consequence.DOWN,
    why="keepalived moves one address and the clients are told another: after a failover they go nowhere, if "
    "they did "
    "not before",
    fix="one value for the VIP in keepalived, HAProxy, the endpoints and /etc/hosts",
    source="OpenStack HA guide: endpoints use the virtual IP",
    bad={
        "keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "setup.sh": _ENDPOINT.format("10.0.0.200"),
    },
    good={
        "keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "setup.sh": _ENDPOINT.format("10.0.0.20"),
    },
    points_at="openstack endpoint create --region R identity public http://10.0.0.200:5000/v3",
)
def not_the_vip(site: Evidence) -> Iterator[Hit | Unknown]:
    virtual = vips(site)
    known = names(site)
    somebody = _known(site)
    if not virtual:
        return
    for place, name, what in _spoken(site):
        address = known.address(place.host, name) if name else None
        if not address or address in virtual or ip_address(address).is_loopback:
            continue  # a host's own address is OS009's business
        if is_address(name) and address not in somebody and _beside(address, virtual):
            shown = ", ".join(sorted(virtual))
            related = tuple(virtual.values())[:2]
            yield Hit(place, f"{what} is at {name}, the VIP is {shown}", related=related)
        elif not is_address(name) and _beside(address, virtual) and address not in _servers(site):
            holder = known.places.get(name)
            yield Hit(
                place,
                f"{what} is at {name}, which is {address}; the VIP is {', '.join(sorted(virtual))}",
                related=tuple(p for p in (holder, *tuple(virtual.values())[:1]) if p),
            )


def _servers(site: Evidence) -> frozenset[str]:
    return owned(site) | {
        server.host for conf in configurations(site) for proxy in conf.proxies for server in proxy.servers
    }


def _beside(address: str, virtual: dict[str, Place]) -> bool:
    """Whether the address lies in the /24 of a VIP: only then is it the VIP that was meant."""
    return any(address.rpartition(".")[0] == vip.rpartition(".")[0] for vip in virtual)

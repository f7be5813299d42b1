"""Balancers that are there twice, and one machine behind them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Proxy
    from fournines.kit.audit.evidence import Evidence

_PAIR = "server c1 10.0.0.11:5000 check\nserver c2 {} check"


@rule(
    "HA058",
    Severity.WARNING,
    "All servers of a section are one machine",
    consequence=Consequence.SINGLE,
    why="the address fails over between the balancers, and when the machine behind them dies nothing is left",
    fix="servers on a second machine",
    source="HAProxy configuration manual 5 server; OpenStack HA guide, redundancy and failover",
    bad={"haproxy.cfg": haproxy(api(_PAIR.format("10.0.0.11:5001"))), "keepalived.conf": keepalived()},
    good={"haproxy.cfg": haproxy(api(_PAIR.format("10.0.0.12:5001"))), "keepalived.conf": keepalived()},
    points_at="server c1 10.0.0.11:5000 check",
)
def one_machine(site: Evidence) -> Iterator[Hit | Unknown]:
    virtual = {vip.address for instance in site.all(VrrpInstance) for vip in instance.vips}
    for conf in configurations(site) if site.all(VrrpInstance) else ():
        for proxy in conf.proxies:
            host = _machine(proxy)
            if host and host not in virtual:
                first, *others = proxy.servers
                what = f"all {len(proxy.servers)} servers of {proxy.name} are ports of {host}"
                yield Hit(first.at, what, tuple(server.at for server in others))


def _machine(proxy: Proxy) -> str:
    """The address that all servers of a section have, each with another port; not a loopback."""
    hosts = {server.host for server in proxy.servers}
    ports = {server.port for server in proxy.servers}
    if len(hosts) != 1 or None in ports or not 1 < len(ports) == len(proxy.servers):
        return ""
    host = hosts.pop()
    try:
        return "" if ip_address(host).is_loopback else host
    except ValueError:
        return ""

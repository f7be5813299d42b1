"""A context whose declarations stand still, so that a golden file changes only with its own component."""

from __future__ import annotations

from dataclasses import replace

from fournines.components import registered
from fournines.kit.component import Component
from fournines.kit.context import Context
from fournines.kit.declare import Declaration, Endpoint, FirewallPort, HealthCheck
from fournines.kit.step import File
from fournines.spec.model import Site

HOSTS = ("controller1", "controller2")
IMAGES = Endpoint("glance", 9292, HOSTS, HealthCheck("/healthcheck"), timeout_server=300, affinity=3)
API = Endpoint("keystone", 5000, HOSTS, HealthCheck("/healthcheck", expect="200,300"))
DATABASE = Endpoint(
    "galera",
    3306,
    HOSTS,
    HealthCheck("/", port=9200),
    http=False,
    tls=False,
    single_writer=True,
    timeout_server=3600,
)
PORTS = (
    FirewallPort("galera", HOSTS, port=3306, network="mgmt"),
    FirewallPort("galera", ("dashboard", *HOSTS), port=4567, network="mgmt"),
    FirewallPort("ntp", ("dashboard",), protocol="udp", port=123, network="mgmt"),
    FirewallPort("horizon", ("dashboard",), port=443),
)
OURS = ("tls", "rsyslog", "haproxy", "keepalived")


def fixed(site: Site, secrets: Context) -> Context:
    """The site with one API, one database and what these components themselves declare."""
    own: list[Declaration] = [d for name in OURS for d in registered()[name].declarations(site)]
    return replace(secrets, declarations=(*own, API, IMAGES, DATABASE, *PORTS), parsed={})


def file_of(component: Component, context: Context, host: str, path: str) -> File:
    """The file that a component writes at a path of a host."""
    steps = component.steps(context, context.site.hosts[host])
    (found,) = [s for s in steps if isinstance(s, File) and s.path == path]
    return found

"""The hosts of a site beside one another: what only one has or starts, and which versions they run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import DatabaseConf
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.packages.audit.facts import Package
from fournines.components.systemd.audit.facts import Enabled
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CLUSTERED = re.compile(
    r"haproxy|keepalived|corosync|pacemaker|mariadb-server|mysql-server|galera-\d|percona-xtradb-cluster\S*|"
    r"rabbitmq-server|erlang-base|memcached|drbd-utils|(?:nova|glance|keystone|neutron|cinder|heat|placement)-\S*api"
)
_SERVICES = frozenset(
    """haproxy keepalived corosync pacemaker mariadb mysql mysqld rabbitmq-server memcached pcsd chrony
    chronyd     openvswitch-switch openvswitch""".split()  # noqa: SIM905 - names are read better in a row
)

_HAPROXY = """
    defaults
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
    listen keystone
        bind *:5000
        option httpchk GET /healthcheck
        server node1 10.0.0.11:5001 check
        server node2 10.0.0.12:5001 check
    """


@rule(
    "SY001",
    Severity.ERROR,
    "Only one host has a part that all of them need",
    consequence=Consequence.SINGLE,
    why="the rest is redundant around it: when that host is lost, so is the service",
    fix="the same part on a second host (three for what needs a quorum)",
    source="OpenStack HA guide, Stateless versus stateful services",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/haproxy.cfg": _HAPROXY,
        "node2/haproxy.cfg": _HAPROXY,
    },
    good={
        "node1/keepalived.conf": keepalived(),
        "node2/keepalived.conf": keepalived(priority=100),
        "node1/haproxy.cfg": _HAPROXY,
        "node2/haproxy.cfg": _HAPROXY,
    },
    points_at="vrrp_instance VI_1 {",
)
def only_once(site: Evidence) -> Iterator[Hit | Unknown]:
    proxies = {conf.at.host for conf in configurations(site)} - {""}
    holders = {instance.at.host for instance in site.all(VrrpInstance)}
    if len(proxies) > 1 and len(holders) == 1 and holders <= proxies:
        instance = site.all(VrrpInstance)[0]
        others = ", ".join(sorted(proxies - holders))
        yield Hit(instance.at, f"keepalived is on {instance.at.host} only; HAProxy is also on {others}")
    databases: dict[str, Place] = {}
    for conf in site.all(DatabaseConf):
        if conf.at.host and conf.settings:
            databases.setdefault(conf.at.host, conf.at)
    yield from _services(site, databases)


def _services(site: Evidence, databases: dict[str, Place]) -> Iterator[Hit]:
    """OpenStack services that one of several controllers has alone, and one plain database among them."""
    where: dict[str, dict[str, Place]] = defaultdict(dict)
    for conf in site.all(OsloConf):
        if conf.at.host and not conf.excerpt:
            where[conf.service].setdefault(conf.at.host, conf.at)
    controllers = {host for hosts in where.values() if len(hosts) > 1 for host in hosts}
    for service, hosts in sorted(where.items()):
        if len(hosts) == 1 and len(controllers) > 1 and set(hosts) <= controllers:
            ((host, place),) = hosts.items()
            yield Hit(place, f"{service} is on {host} only", severity=Severity.WARNING)
    if len(databases) == 1 and len(controllers) > 1 and set(databases) <= controllers:
        ((host, place),) = databases.items()
        yield Hit(place, f"the database is on {host} only", severity=Severity.WARNING)


def _list(*lines: str) -> str:
    return "".join(f"ii  {line} amd64 software\n" for line in lines)


@rule(
    "SY007",
    Severity.WARNING,
    "The hosts run different versions",
    consequence=Consequence.FRAGILE,
    why="clustered software of different versions speaks different protocols: the upgrade was left half way, "
    "and the next "
    "restart shows it",
    fix="the same version on every host",
    source="Trento checks: package versions identical on all hosts",
    bad={
        "node1/packages.txt": _list("haproxy 2.6.12-1", "keepalived 1:2.2.7-1"),
        "node2/packages.txt": _list("haproxy 2.4.22-1", "keepalived 1:2.2.7-1"),
    },
    good={
        "node1/packages.txt": _list("haproxy 2.6.12-1", "keepalived 1:2.2.7-1"),
        "node2/packages.txt": _list("haproxy 2.6.12-1", "keepalived 1:2.2.7-1"),
    },
    points_at="ii  haproxy 2.4.22-1 amd64 software",
)
def versions_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[str, Package] = {}
    for package in site.all(Package):
        if not _CLUSTERED.fullmatch(package.name):
            continue
        other = first.setdefault(package.name, package)
        if other.version != package.version and other.at.host != package.at.host:
            yield Hit(
                package.at,
                f"{package.name} is {package.version} on {package.at.host or package.at.path} and "
                f"{other.version} on "
                f"{other.at.host or other.at.path}",
                related=(other.at,),
            )


@rule(
    "SY008",
    Severity.WARNING,
    "A service that does not come back by itself on every host",
    consequence=Consequence.NO_RETURN,
    why="after a power loss the service starts where it is enabled and stays away elsewhere: redundancy is "
    "gone until "
    "somebody logs in",
    fix="systemctl enable on every host",
    source="systemctl(1) enable; kolla-ansible and TripleO enable on all hosts",
    bad={
        "node1/setup.sh": "#!/bin/sh\nsystemctl enable haproxy keepalived\n",
        "node2/setup.sh": "#!/bin/sh\nsystemctl enable haproxy\nsystemctl disable keepalived\n",
    },
    good={
        "node1/setup.sh": "#!/bin/sh\nsystemctl enable haproxy keepalived\n",
        "node2/setup.sh": "#!/bin/sh\nsystemctl enable haproxy keepalived\n",
    },
    points_at="systemctl disable keepalived",
)
def not_enabled(site: Evidence) -> Iterator[Hit | Unknown]:
    said: dict[str, dict[str, Enabled]] = defaultdict(dict)
    for enabled in site.all(Enabled):
        if enabled.service in _SERVICES:
            said[enabled.service][enabled.at.host] = enabled  # the last word counts
    managed = bool(clusters(site))
    for service, per_host in said.items():
        off = [e for e in per_host.values() if not e.starts and e.verb != "unmask"]
        on = [e for e in per_host.values() if e.starts]
        for enabled in off:
            if on or not managed:
                hosts = f"; it is enabled on {', '.join(sorted(e.at.host for e in on))}" if on else ""
                yield Hit(
                    enabled.at,
                    f"{service} does not start with {enabled.at.host or 'the host'}{hosts}",
                    related=tuple(e.at for e in on),
                    severity=Severity.WARNING if on else Severity.INFO,
                )

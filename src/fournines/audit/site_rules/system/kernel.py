"""Kernel settings that failover rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import owned, vips
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Bind
    from fournines.kit.audit.evidence import Evidence

NONLOCAL = "net.ipv4.ip_nonlocal_bind"
RETRIES = "net.ipv4.tcp_retries2"
DEFAULT_RETRIES = 15
"""About 15 minutes until an unacknowledged connection is given up; tcp(7) tcp_retries2."""

_HAPROXY = """
    defaults
        mode http
        timeout connect 2s
        timeout client 60s
        timeout server 60s
    listen keystone
        bind 10.0.0.20:5000
        option httpchk GET /healthcheck
        server c1 10.0.0.11:5000 check
        server c2 10.0.0.12:5000 check
    """


def last(site: Evidence, host: str, name: str) -> Sysctl | None:
    """The setting that counts on a host: the last one of its files."""
    found = [s for s in site.on(host, Sysctl) if s.name == name]
    return found[-1] if found else None


def nonlocal_bind(address: str) -> str:
    """The setting that lets programs bind an address of this family that the host does not hold."""
    return NONLOCAL if ":" not in address else NONLOCAL.replace("ipv4", "ipv6")


def may_bind(site: Evidence, host: str, address: str) -> Sysctl | None:
    """What the kernel of a host is told about addresses of this family that it does not hold."""
    return last(site, host, nonlocal_bind(address))


def binds_of_vips(site: Evidence) -> Iterator[Bind]:
    """The binds that need an address a host may not have at the moment."""
    virtual = vips(site)
    own = owned(site)
    for conf in configurations(site):
        for proxy in conf.proxies:
            for bind in proxy.binds:
                if bind.address in virtual and bind.address not in own and not bind.transparent:
                    yield bind


@rule(
    "SY004",
    Severity.ERROR,
    "The kernel refuses to bind an address the host does not hold",
    consequence=Consequence.DOWN,
    why="HAProxy binds the VIP, and on every host that does not hold it at the moment the bind fails: "
    "HAProxy is not "
    "running there when the VIP arrives",
    fix="net.ipv4.ip_nonlocal_bind = 1 in /etc/sysctl.d, or bind *",
    source="ip(7) ip_nonlocal_bind; HAProxy configuration manual, bind transparent",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/haproxy.cfg": _HAPROXY,
        "node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 0\nnet.ipv4.ip_forward = 0\n",
    },
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/haproxy.cfg": _HAPROXY,
        "node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\n",
    },
    points_at="net.ipv4.ip_nonlocal_bind = 0",
)
def nonlocal_bind_off(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for bind in binds_of_vips(site):
        for host in (bind.at.host,) if bind.at.host else (site.hosts or ("",)):
            name = nonlocal_bind(bind.address)
            said = last(site, host, name)
            if said and said.number == 0 and said.at not in seen:
                seen.add(said.at)
                fix = f"{name} = 1 in /etc/sysctl.d, or bind *"
                yield Hit(said.at, f"HAProxy binds {bind.address}, a VIP", (bind.at,), fix=fix)
            elif said and not said.lasting and said.number == 1 and said.at not in seen:
                seen.add(said.at)
                lasting = [s for s in site.on(host, Sysctl) if s.name == name and s.lasting]
                if not lasting:
                    yield Hit(
                        said.at,
                        f"ip_nonlocal_bind is set until the next reboot only, and HAProxy binds "
                        f"{bind.address}",
                        related=(bind.at,),
                        severity=Severity.WARNING,
                    )


@rule(
    "SY006",
    Severity.WARNING,
    "A peer that dies silently is missed for a quarter of an hour",
    consequence=Consequence.ERRORS,
    why="with tcp_retries2 15 a connection to a host that vanished (power, cable) hangs for up to 15 minutes "
    "before the "
    "client is told: pooled database and broker connections stand still",
    fix="net.ipv4.tcp_retries2 = 8 (about a minute) or less",
    source="tcp(7) tcp_retries2; openstack-ansible release note tcp_retries-bf32bab6e50fa97a",
    bad={"node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.tcp_retries2 = 15\n"},
    good={"node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.tcp_retries2 = 8\n"},
    points_at="net.ipv4.tcp_retries2 = 15",
)
def retries(site: Evidence) -> Iterator[Hit | Unknown]:
    for host in site.hosts or ("",):
        said = last(site, host, RETRIES)
        if said and said.number is not None and said.number >= DEFAULT_RETRIES:
            yield Hit(said.at, f"tcp_retries2 is {said.number}")
        elif said is None:
            tuned = last(site, host, NONLOCAL)
            if tuned and tuned.lasting:
                yield Hit(
                    tuned.at,
                    "the kernel is tuned for HA here, but tcp_retries2 stays 15",
                    severity=Severity.INFO,
                )

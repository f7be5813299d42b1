"""Who does what in a site, as far as several components together say it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, is_address, names, owned, vips
from fournines.components.galera.audit.facts import clusters, members, unfilled
from fournines.components.haproxy.audit.facts import services
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.hosts.audit.facts import HostName
from fournines.components.oslo.audit.facts import Option, OsloConf, host_port
from fournines.components.pacemaker.audit.facts import Primitive
from fournines.components.rabbitmq.audit.facts import brokers, cluster
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def held_by_pacemaker(site: Evidence) -> dict[str, Place]:
    """The addresses that Pacemaker moves, and where it is told so."""
    return {address: p.at for p in site.all(Primitive) if (address := p.address)}


def virtual(site: Evidence) -> dict[str, Place]:
    """Every address of the site that moves from host to host."""
    return {**held_by_pacemaker(site), **vips(site)}


def resolved(site: Evidence, host: str, name: str) -> str:
    """The address a name means on a host; the name itself where no file says it."""
    return names(site).address(host, name) or name.lower()


def copies(site: Evidence) -> int:
    """How many hosts do the same job in this site: more than one, and it is meant to survive a loss."""
    return site.derived(_copies)


def _copies(site: Evidence) -> int:
    behind = [len(service.servers) for service in services(site)]
    data = [found.size for found in clusters(site)]
    per_service = Counter(
        service
        for service, _ in {(c.service, c.at.host) for c in site.all(OsloConf) if c.at.host and c.service}
    )
    return max((*behind, *data, *per_service.values(), len(cluster(site)), len(brokers(site))), default=0)


def numbered(site: Evidence) -> int:
    """How many hosts of the hosts file are told apart by a number only: controller1, controller2."""
    stems = Counter(
        n.rstrip("0123456789") for line in site.all(HostName) for n in line.names if n[-1:].isdigit()
    )
    return max(stems.values(), default=0)


def known(site: Evidence) -> frozenset[str]:
    """Every address that somebody of this site has, as far as any file says."""
    return site.derived(_known)


def _known(site: Evidence) -> frozenset[str]:
    found = {*virtual(site), *owned(site), *(line.address for line in site.all(HostName))}
    for service in services(site):
        found |= {server.host for server in service.servers} | {bind.address for bind in service.binds}
    for group in clusters(site):
        found |= set(group.peers) | {member.address for member in group.members}
    for broker in brokers(site):
        found |= {member.host for member in broker.members}
        found |= {
            host_port(s.value)[0]
            for c in broker.confs
            for s in c.settings.values()
            if s.name.startswith("listeners.")
        }
    return frozenset(found)


def proxied(site: Evidence, what: Purpose) -> bool:
    """Whether HAProxy hands out a service of this purpose."""
    return any(purpose(service) is what for service in services(site))


def broker_option(conf: OsloConf) -> tuple[Option, tuple[tuple[str, int | None], ...]] | None:
    """The option of a service that names its brokers, and those; None where there is none or no broker."""
    said = conf.transport
    url = said.url if said else None
    if said and url:
        rabbit = url.scheme.startswith(("rabbit", "kombu", "amqp"))
        return (said, url.hosts) if rabbit and url.hosts and not said.placeholder else None
    old = conf.rabbit("rabbit_hosts") or conf.rabbit("rabbit_host")
    if not old or not old.value or old.placeholder or "$" in old.value:
        return None
    return old, tuple(host_port(item) for item in old.items)


def beside(address: str, others: frozenset[str] | set[str] | dict[str, Place]) -> bool:
    """Whether an address lies in the /24 of one of the others."""
    return is_address(address) and any(
        is_address(other) and other.rpartition(".")[0] == address.rpartition(".")[0] for other in others
    )


def alone_at(site: Evidence, address: str) -> str:
    """The host an address stays with, a server behind HAProxy among them; empty when it moves."""
    if address in virtual(site) or any(bind.address == address for s in services(site) for bind in s.binds):
        return ""
    for host, own in addresses(site).items():
        if address in own:
            return host
    if address in {host.lower() for host in site.hosts}:
        return address
    behind = {server.host: server.name for service in services(site) for server in service.servers}
    data = {m.address: m.at.host or m.address for m in members(site) if m.address and not unfilled(m.address)}
    return behind.get(address) or data.get(address) or ""


def proxied_here(site: Evidence, host: str, what: Purpose) -> bool:
    """Whether a host's own HAProxy takes these connections on the loopback or everywhere."""
    proxied = site.derived(_proxied)
    return (host, what) in proxied or (EVERY_HOST, what) in proxied


def _proxied(site: Evidence) -> frozenset[tuple[str, Purpose]]:
    """The hosts that take connections on the loopback or everywhere, and what for."""
    return frozenset(
        (service.at.host, purpose(service))
        for service in services(site)
        if any(bind.everywhere or bind.address in LOOPBACK for bind in service.binds)
    )

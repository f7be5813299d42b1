"""Names and addresses over a whole site: who is who, as far as its own files say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.drbd.audit.facts import DrbdResource
from fournines.components.galera.audit.facts import GaleraHost
from fournines.components.hosts.audit.facts import HostName
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.network.audit.facts import Interface
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.pacemaker.audit.facts.cluster import vips as pacemaker_vips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "localhost.localdomain", "ip6-localhost"})


@lru_cache(16384)
def is_address(text: str) -> bool:
    """Whether the text is an IP address; a hundred hosts name the same hundred."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Names:
    """What the site's files say about names: ``table`` maps a host's view (or ``""``) to name -> address."""

    table: dict[str, dict[str, str]]
    places: dict[str, Place]
    complete: bool
    """Whether every host (or all of them together) has its hosts file among the files."""

    def address(self, host: str, name: str) -> str | None:
        """What a name means on a host; an address is itself; None where no file says it."""
        name = name.lower().strip("[]")
        if is_address(name):
            return name
        for view in (host, "", *sorted(self.table)):
            found = self.table.get(view, {}).get(name)
            if found:
                return found
        return None

    def known(self, name: str) -> bool:
        """Whether any file of the site resolves the name."""
        return self.address("", name) is not None


def names(site: Evidence) -> Names:
    """The names of a site, from its hosts files."""
    return site.derived(_names)


def vips(site: Evidence) -> dict[str, Place]:
    """Every virtual address of the site and where keepalived or Pacemaker is told of it."""
    return site.derived(_vips)


def addresses(site: Evidence) -> dict[str, frozenset[str]]:
    """The own addresses of each host, as far as its files say (VIPs are nobody's own)."""
    return site.derived(_addresses)


def owned(site: Evidence) -> frozenset[str]:
    """The own addresses of all hosts."""
    return site.derived(_owned)


def _owned(site: Evidence) -> frozenset[str]:
    return frozenset(address for mine in addresses(site).values() for address in mine)


def _names(site: Evidence) -> Names:
    table: dict[str, dict[str, str]] = {}
    places: dict[str, Place] = {}
    for line in site.all(HostName):
        view = table.setdefault(line.at.host, {})
        for name in line.names:
            view.setdefault(name, line.address)
            places.setdefault(name, line.at)
    hosts = set(site.hosts)
    return Names(table, places, complete="" in table or (bool(hosts) and hosts <= set(table)))


def _vips(site: Evidence) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for instance in site.all(VrrpInstance):
        for vip in instance.vips:
            if vip.address:
                found.setdefault(vip.address, vip.at)
    for address, place in pacemaker_vips(site).items():
        found.setdefault(address, place)
    return found


def _cluster_members(site: Evidence) -> Iterator[tuple[str, str]]:
    """Names and addresses in node lists: corosync's ``name`` and DRBD's ``on``."""
    named = {host.lower(): host for host in site.hosts}
    for conf in site.all(CorosyncConf):
        for node in conf.all("nodelist.node"):
            for key in ("ring0_addr", "ring1_addr"):
                yield named.get(node.get("name").lower(), ""), node.get(key)
    for resource in site.all(DrbdResource):
        for member in resource.hosts:
            yield named.get(member.name.lower(), ""), member.address


def _service_members(site: Evidence) -> Iterator[tuple[str, str]]:
    """Addresses a host's own files call its own."""
    for member in site.all(GaleraHost):
        yield member.at.host, member.address
    for card in site.all(Interface):
        for text in card.addresses:
            yield card.at.host, str(ip_interface(text).ip)
    for conf in site.all(OsloConf):
        said = conf.find("my_ip")
        if said:
            yield conf.at.host, said.value


def _addresses(site: Evidence) -> dict[str, frozenset[str]]:
    shared = set(vips(site))
    found: dict[str, set[str]] = {host: set() for host in site.hosts}
    known = names(site)
    for host in site.hosts:
        for name in (host, host.lower(), host.split(".")[0].lower()):
            address = known.address(host, name)
            if address and not is_address(name) and not ip_address(address).is_loopback:
                found[host].add(address)
    for instance in site.all(VrrpInstance):
        if instance.at.host and is_address(instance.source_address):
            found.setdefault(instance.at.host, set()).add(instance.source_address)
    for host, address in (*_cluster_members(site), *_service_members(site)):
        own = ip_address(address) if is_address(address) and host in found else None
        if own is not None and not own.is_unspecified and not own.is_loopback:
            found[host].add(str(own))
    return {host: frozenset(mine - shared) for host, mine in found.items()}

"""VRRP beside the rest of the site: whose address, whose detection time, whose firewall."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, is_address, names, vips
from fournines.components.haproxy.audit.facts import services
from fournines.components.keepalived.audit.facts import VrrpInstance, VrrpScript
from fournines.components.keepalived.audit.facts.groups import groups
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import called
from fournines.components.network.audit.facts import Interface
from fournines.components.nftables.audit.facts import Allowed, Firewall
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Server
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_HOSTS = "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n"


def _unicast(own: str, peer: str) -> str:
    return f"unicast_src_ip {own}\nunicast_peer {{\n    {peer}\n}}"


@rule(
    "KA015",
    Severity.ERROR,
    "unicast_src_ip is not this host's address",
    consequence=Consequence.SPLIT,
    why="a copied line: adverts leave with a foreign source or not at all, the peers drop them, and every "
    "host becomes "
    "MASTER",
    fix="unicast_src_ip = this host's own address",
    source="keepalived.conf(5) unicast_src_ip",
    bad={
        "node1/keepalived.conf": keepalived(_unicast("10.0.0.11", "10.0.0.12")),
        "node2/keepalived.conf": keepalived(_unicast("10.0.0.11", "10.0.0.12"), priority=100),
    },
    good={
        "node1/keepalived.conf": keepalived(_unicast("10.0.0.11", "10.0.0.12")),
        "node2/keepalived.conf": keepalived(_unicast("10.0.0.12", "10.0.0.11"), priority=100),
    },
    points_at="unicast_src_ip 10.0.0.11",
)
def foreign_source(site: Evidence) -> Iterator[Hit | Unknown]:
    reported = set()
    known = names(site)
    for instance in site.all(VrrpInstance):
        host, source = instance.at.host, instance.source_address
        own = known.address(host, host) if host else None
        if own and is_address(source) and own != source:
            holder = next((h for h in site.hosts if known.address(h, h) == source), None)
            if holder and holder != host:
                reported.add(instance.at)
                yield Hit(
                    instance.place("unicast_src_ip"),
                    f"{host} is {own}, and sends as {source}, the address of {holder}",
                    related=(known.places[host.lower()],) if host.lower() in known.places else (),
                )
        mine = _cards(site, instance)
        if mine and instance.at not in reported:
            reported.add(instance.at)
            what = f"{host} sends as {source}, and its {instance.interface} has {mine[0].addresses[0]}"
            at = mine[0].place(mine[0].addresses[0])
            yield Hit(instance.place("unicast_src_ip"), what, related=(at,))
    for group in groups(site):
        first: dict[str, VrrpInstance] = {}
        for member in sorted(group.members, key=lambda m: _copied(site, m)):
            other = first.setdefault(member.source_address, member)
            if (
                member.source_address
                and other.at.host != member.at.host
                and not {other.at, member.at} & reported
            ):
                yield Hit(
                    member.place("unicast_src_ip"),
                    f"{member.at.host} and {other.at.host} both send as {member.source_address}",
                    related=(other.place("unicast_src_ip"),),
                )


def _cards(site: Evidence, instance: VrrpInstance) -> list[Interface]:
    """The interfaces of a host in whose network the source of an instance lies, where it is none of theirs.

    An address that moves is another rule's; one of another network may be that of an interface of which
    nothing was given.
    """
    source = instance.source_address
    if not instance.at.host or not is_address(source) or source in vips(site):
        return []
    cards = [card for card in site.all(Interface) if card.at.host == instance.at.host]
    networks = [(card, ip_interface(text)) for card in cards for text in card.addresses]
    if any(str(own.ip) == source for _, own in networks):
        return []
    return [
        card
        for card, own in networks
        if card.name == instance.interface and ip_address(source) in own.network
    ]


def _copied(site: Evidence, member: VrrpInstance) -> tuple[bool, bool]:
    """Whether an instance's source looks like another host's: a peer of its own, or none of its addresses."""
    own = addresses(site).get(member.at.host) or {member.source_address}
    return member.source_address in {peer for peer, _ in member.peers}, member.source_address not in own


_URL = re.compile(r"https?://([\w.\-]+)(?::(\d+))?|\bnc\s+(?:-\w+\s+)*(\S+)\s+(\d+)")


def _asked(site: Evidence, check: VrrpScript) -> Iterator[tuple[str, int]]:
    """The addresses and ports a check asks, in its command or in the script it runs."""
    texts = [check.command]
    words = check.command.split()
    texts += [
        " ".join(node.words)
        for found in (called(site, check.at.host, words[0]) if words else ())
        for node in found.commands
    ]
    for text in texts:
        for match in _URL.finditer(text):
            host = match.group(1) or match.group(3)
            port = match.group(2) or match.group(4) or "80"
            yield host.lower(), int(port[:6])


def _requests(site: Evidence, check: VrrpScript) -> bool:
    """Whether a check sends a request, and does not only connect."""
    words = check.command.split()[:1]
    texts = [check.command]
    texts += [
        " ".join(n.words) for word in words for s in called(site, check.at.host, word) for n in s.commands
    ]
    return any(re.search(r"(?i)curl|wget|https?:|\b(?:GET|HEAD|OPTIONS) /|requests|urllib", t) for t in texts)


def _backends(site: Evidence, host: str) -> list[Server]:
    return [s for service in services(site) if service.at.host in (host, "") for s in service.servers]


@rule(
    "KA031",
    Severity.WARNING,
    "keepalived reacts before HAProxy, or to what HAProxy would handle",
    consequence=Consequence.SLOW,
    why="a backend that dies is HAProxy's business: it sends the requests elsewhere. When keepalived asks "
    "the backend, or "
    "asks through the proxy faster than the proxy notices, the VIP moves too, and every connection is cut",
    fix="ask the local HAProxy itself (its monitor-uri), and keep fall x interval longer than HAProxy's own "
    "detection",
    source="openshift/machine-config-operator #2091, #3339",
    bad={
        "keepalived.conf": keepalived(
            check=script(script='"/usr/bin/curl -fs http://127.0.0.1:5000/healthcheck"', interval=1)
        ),
        "haproxy.cfg": """
            defaults
                mode http
                timeout connect 2s
                timeout client 60s
                timeout server 60s
            listen keystone
                bind *:5000
                option httpchk GET /healthcheck
                server c1 10.0.0.11:5001 check inter 5s fall 3
                server c2 10.0.0.12:5001 check inter 5s fall 3
            """,
    },
    good={
        "keepalived.conf": keepalived(
            check=script(script='"/usr/bin/curl -fs http://127.0.0.1:8404/health"')
        ),
        "haproxy.cfg": """
            defaults
                mode http
                timeout connect 2s
                timeout client 60s
                timeout server 60s
            frontend health
                bind 127.0.0.1:8404
                monitor-uri /health
            listen keystone
                bind *:5000
                option httpchk GET /healthcheck
                server c1 10.0.0.11:5001 check inter 1s fall 2
                server c2 10.0.0.12:5001 check inter 1s fall 2
            """,
    },
    points_at='script "/usr/bin/curl -fs http://127.0.0.1:5000/healthcheck"',
)
def asks_past_the_proxy(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        for host, port in dict.fromkeys(_asked(site, check)):
            direct = [s for s in _backends(site, check.at.host) if (s.host, s.port) == (host, port)]
            if direct:
                yield Hit(
                    check.place("script"),
                    f"{check.name} asks {host}:{port}, a server behind HAProxy, not HAProxy",
                    related=(direct[0].at,),
                )
                break
            yield from _too_fast(site, check, port)


def _too_fast(site: Evidence, check: VrrpScript, port: int) -> Iterator[Hit]:
    for service in services(site):
        if service.at.host not in (check.at.host, "") or not service.servers:
            continue
        if service.front.find("monitor-uri") or port not in {bind.port for bind in service.binds}:
            continue
        if not _requests(site, check):
            return  # HAProxy itself accepts a connection, whatever its servers do
        slowest = max(service.servers, key=lambda s: s.detection)
        if check.detection is not None and slowest.checked and check.detection <= slowest.detection:
            yield Hit(
                check.place("script"),
                f"{check.name} gives up after {check.detection:g} s, HAProxy notices a dead server of "
                f"{service.front.name} after {slowest.detection:g} s",
                related=(slowest.at,),
            )
            return


@rule(
    "KA035",
    Severity.WARNING,
    "The firewall does not let VRRP in",
    consequence=Consequence.SPLIT,
    why="adverts (protocol 112, to 224.0.0.18 or the peers) are dropped at the door: no host hears another, "
    "and each "
    "becomes MASTER",
    fix="accept protocol 112 from the other hosts",
    source="acassen/keepalived #2370; RFC 5798 5.1.1.4",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/rules.v4": """
            *filter
            :INPUT DROP [0:0]
            -A INPUT -p tcp --dport 22 -j ACCEPT
            COMMIT
            """,
    },
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/rules.v4": """
            *filter
            :INPUT DROP [0:0]
            -A INPUT -p tcp --dport 22 -j ACCEPT
            -A INPUT -p 112 -j ACCEPT
            COMMIT
            """,
    },
    points_at=":INPUT DROP [0:0]",
)
def vrrp_filtered(site: Evidence) -> Iterator[Hit | Unknown]:
    yield from _never_opened(site)
    told: set[tuple[Place, str]] = set()
    for instance in site.all(VrrpInstance):
        host = instance.at.host
        walls = [wall for wall in site.on(host, Firewall) if not wall.excerpt]
        closed = [
            wall
            for wall in walls
            if wall.closed
            and (not wall.interfaces or instance.interface in wall.interfaces)
            and (not wall.ready or site.on(host, Allowed))
        ]
        if not closed or any(allowed.vrrp for allowed in site.on(host, Allowed)):
            continue
        if (closed[0].at, host) not in told:
            told.add((closed[0].at, host))
            what = "the firewall drops what no rule accepts, and none accepts protocol 112"
            yield Hit(closed[0].at, what, (instance.at,))


def _never_opened(site: Evidence) -> Iterator[Hit]:
    """Commands that open ports in firewalld, on a host or page with keepalived, and none that opens VRRP."""
    told: set[str] = set()
    for instance in site.all(VrrpInstance):
        host = instance.at.host
        opened = [wall for wall in site.on(host, Firewall) if wall.excerpt and wall.closed]
        let_in = site.on(host, Allowed)
        if host in told or not opened or not let_in or any(allowed.vrrp for allowed in let_in):
            continue
        told.add(host)
        what = "firewalld is opened for other services, and nothing here lets VRRP in"
        fix = "firewall-cmd --permanent --add-protocol=vrrp, and --reload"
        yield Hit(opened[0].at, what, (instance.at,), fix=fix)

"""Whether HAProxy can listen where it is told to, on every host that may hold the VIP."""

from __future__ import annotations

import re
from collections import defaultdict
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fournines.audit.site_rules.haproxy.unmoved import beside, meant_to_move
from fournines.audit.site_rules.names import LOCAL, addresses, is_address, names, owned, vips
from fournines.audit.site_rules.network.listening import Socket, sockets
from fournines.audit.site_rules.system.kernel import NONLOCAL, may_bind, nonlocal_bind
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import COMMANDS
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Bind, HaproxyConf, Proxy
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_MANUAL = "HAProxy configuration manual"


def _fixed(conf: HaproxyConf) -> list[Bind]:
    """The binds of one address that is neither the loopback nor a placeholder."""
    binds = [bind for proxy in conf.proxies for bind in proxy.binds if is_address(bind.address)]
    return [bind for bind in binds if not bind.everywhere and not ip_address(bind.address).is_loopback]


def _homes(site: Evidence) -> dict[str, set[str]]:
    """The hosts whose HAProxy binds an address; ``EVERY_HOST`` for a file of all hosts."""
    found: dict[str, set[str]] = defaultdict(set)
    for conf in configurations(site):
        for bind in _fixed(conf):
            found[bind.address].add(conf.at.host)
    return found


def _of_servers(site: Evidence) -> set[str]:
    return {s.host for conf in configurations(site) for proxy in conf.proxies for s in proxy.servers}


def shared(site: Evidence, address: str) -> bool:
    """Whether an address that is bound must move between hosts: a VIP, or bound by more than one host."""
    if address in vips(site):
        return True
    homes = site.derived(_homes).get(address, set())
    if address in owned(site) or address in site.derived(_of_servers):
        return False
    return len(homes - {EVERY_HOST}) > 1 or EVERY_HOST in homes


@rule(
    "HA001",
    Severity.ERROR,
    "HAProxy binds the VIP and nothing allows it to",
    consequence=Consequence.DOWN,
    why="on a host that does not hold the VIP at the moment the bind fails: HAProxy does not start there, "
    "and is not running when the VIP arrives",
    fix="net.ipv4.ip_nonlocal_bind = 1 in /etc/sysctl.d on every host, or bind *, or transparent on the "
    "bind line",
    source="penglongli/haproxy-keepalived #4; ip(7) ip_nonlocal_bind",
    bad={
        "node1/keepalived.conf": keepalived(),
        "node1/haproxy.cfg": haproxy(api()),
        "node1/sysctl.conf": "net.ipv4.ip_forward = 1\nnet.ipv4.tcp_retries2 = 6\n",
    },
    good={
        "node1/keepalived.conf": keepalived(),
        "node1/haproxy.cfg": haproxy(api()),
        "node1/sysctl.conf": "net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.tcp_retries2 = 6\n",
    },
    points_at="bind 10.0.0.20:5000",
)
def binds_the_vip(site: Evidence) -> Iterator[Hit | Unknown]:
    if any(map(beside, clusters(site))):
        return  # Pacemaker starts it where the VIP is, and nowhere else
    yield from _unfilled(site)
    for conf in configurations(site):
        wanting = [b for b in _fixed(conf) if not b.transparent and shared(site, b.address)]
        held = vips(site)
        wanting.sort(key=lambda bind: bind.address not in held)
        for host in (conf.at.host,) if conf.at.host else (site.hosts or (EVERY_HOST,)):
            lacking = [b for b in wanting if not _allowed(site, host, b)]
            if lacking:
                yield _refused(site, host, lacking)
                break  # the other hosts have the same file


def _unfilled(site: Evidence) -> Iterator[Hit]:
    """A page that leaves the VIP to be filled in, and says nothing of the kernel."""
    said = [(at, text) for at, text in meant_to_move(site) if not is_address(text.rpartition(":")[0])]
    if said and not any(setting.name.endswith("ip_nonlocal_bind") for setting in site.all(Sysctl)):
        at, text = said[0]
        what = f"{text.rpartition(':')[0] or text} is bound on every host, and nothing here sets {NONLOCAL}"
        yield Hit(at, what, tuple(place for place, _ in said[1:]), severity=Severity.WARNING)


_SETTING_UP = re.compile(r"\b(?:install|enable|start|restart)\b")


def _told(site: Evidence, path: str) -> bool:
    """Whether this is a page that says how HAProxy is set up: it would say how the kernel is."""
    return any(
        "haproxy" in line and _SETTING_UP.search(line)
        for source in site.kinds(COMMANDS.name)
        if source.path == path and source.lines
        for line in source.text.split("\n")
    )


def _allowed(site: Evidence, host: str, bind: Bind) -> bool:
    return may_bind(site, host, bind.address) is not None  # what it says when it says no is another rule's


def _refused(site: Evidence, host: str, lacking: list[Bind]) -> Hit | Unknown:
    first = min(lacking, key=lambda bind: bind.at)
    addresses_ = ", ".join(dict.fromkeys(bind.address for bind in lacking))
    others = tuple(bind.at for bind in lacking if bind is not first)
    names_ = " and ".join(dict.fromkeys(nonlocal_bind(bind.address) for bind in lacking))
    fix = f"{names_} = 1 in /etc/sysctl.d on every host, or bind *, or transparent on the bind line"
    if site.on(host, Sysctl):
        what = f"{addresses_} is bound on {host or 'this host'}, and no sysctl file allows it"
        return Hit(first.at, what, others, fix=fix)
    if _told(site, first.at.path):
        what = f"{addresses_} is bound on every host, and nothing here sets {names_}"
        return Hit(first.at, what, others, fix=fix, severity=Severity.WARNING)
    if first.at.host:
        return Unknown(first.at, f"whether {host} may bind {addresses_}: none of its sysctl files was given")
    moves = "moves" if first.address in vips(site) else "may move"
    what = (
        f"{addresses_} {moves} between hosts; no sysctl file was given that tells whether HAProxy may bind it"
    )
    return Hit(first.at, what, others, fix=fix, severity=Severity.INFO)


@rule(
    "HA002",
    Severity.ERROR,
    "HAProxy listens on an address that nobody brings",
    consequence=Consequence.DOWN,
    why="keepalived moves one address and HAProxy listens on another: what clients reach at the VIP is no "
    "HAProxy, and the bind fails or waits for ever",
    fix="the address of virtual_ipaddress on the bind line",
    source=f"{_MANUAL} bind; keepalived.conf(5) virtual_ipaddress",
    bad={
        "node1/keepalived.conf": keepalived(state="MASTER", priority=150),
        "node2/keepalived.conf": keepalived(),
        "haproxy.cfg": haproxy(api(bind="10.0.0.200:5000")),
    },
    good={
        "node1/keepalived.conf": keepalived(state="MASTER", priority=150),
        "node2/keepalived.conf": keepalived(),
        "haproxy.cfg": haproxy(api()),
    },
    points_at="bind 10.0.0.200:5000",
)
def nobodys_address(site: Evidence) -> Iterator[Hit | Unknown]:
    virtual, own, homes = vips(site), owned(site), site.derived(_homes)
    if not virtual:
        return
    seen: set[str] = set()
    for conf in configurations(site):
        for bind in _fixed(conf):
            if bind.address in virtual or bind.address in own or bind.address in seen:
                continue
            if not _same_network(bind.address, virtual) or bind.address in site.derived(_of_servers):
                continue
            seen.add(bind.address)
            hosts = homes[bind.address]
            everyone = EVERY_HOST in hosts and len(site.hosts) > 1
            said = f"HAProxy binds {bind.address}, the VIP is {', '.join(sorted(virtual))}"
            if everyone or len(hosts - {EVERY_HOST}) > 1:
                yield Hit(bind.at, said, related=tuple(virtual.values())[:2])
            else:
                yield Unknown(bind.at, f"{said}; whether the address is the host's own was not given")


def _same_network(address: str, virtual: dict[str, Place]) -> bool:
    return any(address.rpartition(".")[0] == vip.rpartition(".")[0] for vip in virtual)


_GLANCE = "[DEFAULT]\nbind_host = {}\nbind_port = 9292\n\n[glance_store]\nstores = rbd\ndefault_store = rbd\n"
_EVERYWHERE = haproxy(
    api("server c1 10.0.0.11:9292 check\nserver c2 10.0.0.12:9292 check", name="glance", bind="*:9292")
)


@rule(
    "HA003",
    Severity.ERROR,
    "HAProxy and the service behind it want the same port",
    consequence=Consequence.DOWN,
    why="only one of them can bind it: HAProxy does not start, or the service does not, depending on who "
    "came first after the reboot",
    fix="bind HAProxy to the VIP and the service to the host's own address (or give one of them another "
    "port)",
    source="bind(2) EADDRINUSE; OpenStack HA guide, HAProxy",
    bad={"node1/haproxy.cfg": _EVERYWHERE, "node1/glance-api.conf": _GLANCE.format("::")},
    good={
        "node1/haproxy.cfg": _EVERYWHERE.replace("*:9292", "10.0.0.20:9292"),
        "node1/glance-api.conf": _GLANCE.format("10.0.0.11"),
    },
    points_at="bind *:9292",
)
def same_port(site: Evidence) -> Iterator[Hit | Unknown]:
    if _contained(site):
        return  # a port inside of a container is none of its host's
    for conf in configurations(site):
        for proxy in conf.proxies:
            for bind in proxy.binds:
                socket = _taken(site, bind)
                if socket:
                    yield _clash(bind, socket)
                elif bind.everywhere and bind.port is not None:
                    yield from _local_server(site, proxy, bind)


def _contained(site: Evidence) -> bool:
    """Whether some command runs HAProxy in a container that has a network of its own."""
    for source in site.sources:
        for node in source.commands if source.speaks_of("haproxy") else ():
            line = " ".join(node.words)
            if _RUN.match(line) and "haproxy" in line and not _HOSTS_NETWORK.search(line):
                return True
    return False


_RUN = re.compile(r"(?:sudo )?(?:docker|podman) (?:container )?run (?=.* (?:-p|--publish)\b)")
_HOSTS_NETWORK = re.compile(r" --net(?:work)?[ =]host\b")


def _taken(site: Evidence, bind: Bind) -> Socket | None:
    """The service that holds the port of a bind on its host (or, in one page, on the hosts it is about)."""
    for socket in sockets(site):
        together = bind.at.host == socket.at.host and (bind.at.host or bind.at.path == socket.at.path)
        known = socket.address is not None and (socket.said or not socket.excerpt)
        if together and known and bind.port == socket.port and _overlap(bind, socket):
            return socket
    return None


def _overlap(bind: Bind, socket: Socket) -> bool:
    if bind.everywhere or socket.everywhere:
        return True
    return bind.address == socket.address


def _clash(bind: Bind, socket: Socket) -> Hit:
    where = "every address" if socket.everywhere else socket.address
    mine = "every address" if bind.everywhere else bind.address
    return Hit(
        bind.at,
        f"HAProxy wants port {bind.port} of {mine}, {socket.program} listens on it on {where}",
        related=(socket.at,),
    )


def _local_server(site: Evidence, proxy: Proxy, bind: Bind) -> Iterator[Hit]:
    """A wildcard bind whose backend stands, on the same port, on a host where this HAProxy runs."""
    hosts = (bind.at.host,) if bind.at.host else site.hosts
    own = {a for host in hosts for a in addresses(site).get(host, ())}
    known = names(site)
    for server in proxy.servers:
        address = known.address(bind.at.host, server.host)
        if server.port == bind.port and address in own and server.host not in LOCAL:
            yield Hit(
                bind.at,
                f"HAProxy wants port {bind.port} of every address; {proxy.name} has its server {server.name} "
                f"on that port of the same host",
                related=(server.at,),
            )
            return

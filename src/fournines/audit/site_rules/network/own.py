"""What a host calls itself, and the address it goes by: against its hosts file, hostname and interfaces."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address
from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.galera.audit.facts import GaleraHost, host_of, members
from fournines.components.hosts.audit.facts import HostName
from fournines.components.network.audit.facts import Interface, OwnName
from fournines.components.rabbitmq.audit.facts import brokers
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_COROSYNC = """
    totem {
        version: 2
        cluster_name: c
        transport: knet
    }
    nodelist {
        node {
            ring0_addr: node1
            name: node1
            nodeid: 1
        }
        node {
            ring0_addr: node2
            name: node2
            nodeid: 2
        }
    }
    quorum {
        provider: corosync_votequorum
        two_node: 1
    }
    """


def _members(site: Evidence, host: str) -> dict[str, tuple[str, Place]]:
    """The names by which cluster software on this host knows its members: name -> what software, where."""
    found: dict[str, tuple[str, Place]] = {}
    for conf in site.on(host, CorosyncConf):
        for node in conf.nodes:
            for key in ("ring0_addr", "ring1_addr"):
                if node.get(key):
                    found.setdefault(node.get(key).lower(), ("corosync", node.place(key)))
    for member in members(site):
        if member.at.host in (host, "") and member.address:
            found.setdefault(member.address.lower(), ("Galera", member.place("wsrep_node_address")))
    for broker in brokers(site):
        for other in broker.members if broker.host in (host, "") else ():
            found.setdefault(other.host.lower(), ("RabbitMQ", other.at))
    return found


_WHY = {
    "corosync": "corosync binds the loopback, or finds none of its interfaces in the node list: this "
    "host never joins",
    "Galera": "the address it announces is 127.0.x.x: state transfers are sent to the donor itself, and a "
    "host that was away cannot come back",
    "RabbitMQ": "what asks for the broker by its own name (rabbitmqctl, a copied hosts file) gets "
    "the loopback, and a listener bound to the name hears no other host",
}


@rule(
    "SY015",
    Severity.ERROR,
    "A member's own name is the loopback",
    consequence=Consequence.NO_RETURN,
    why="the installer's line '127.0.1.1 NAME' makes the cluster software of this host bind or announce an "
    "address that no other host reaches",
    fix="give the name the host's real address in /etc/hosts, or use addresses in the cluster's files",
    source="corosync/corosync #336, #162; Galera documentation, wsrep_node_address; Debian reference 5.1.1",
    bad={
        "node1/corosync.conf": _COROSYNC,
        "node1/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 node1\n10.0.0.12 node2\n",
    },
    good={
        "node1/corosync.conf": _COROSYNC,
        "node1/etc/hosts": "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n",
    },
    points_at="127.0.1.1 node1",
)
def own_name_is_loopback(site: Evidence) -> Iterator[Hit | Unknown]:
    files = site.by_host(HostName)
    for host in site.hosts:
        lines = files.get(host, ())
        real = {name for line in lines if not line.loopback for name in line.names}
        used = _members(site, host)
        for line in lines:
            name = next((n for n in line.names if n in used and n not in real and n != "localhost"), "")
            if line.loopback and name:
                software, place = used[name]
                yield Hit(
                    line.at,
                    f"{name}, by which {software} knows this host, is {line.address} on {host}",
                    related=(place,),
                    why=_WHY[software],
                    severity=Severity.WARNING if software == "RabbitMQ" else Severity.ERROR,
                )


def _rabbit(*names: str) -> str:
    lines = [f"cluster_formation.classic_config.nodes.{n} = rabbit@{name}" for n, name in enumerate(names, 1)]
    return "cluster_formation.peer_discovery_backend = classic_config\n" + "\n".join(lines) + "\n"


@rule(
    "SY016",
    Severity.ERROR,
    "Brokers are named otherwise than their hosts",
    consequence=Consequence.SINGLE,
    why="a broker is rabbit@ and its hostname: told to join another name it reaches the host and is refused, "
    "and each broker runs alone",
    fix="use the hostnames, or set NODENAME=rabbit@... in rabbitmq-env.conf on every host",
    source="rabbitmq/rabbitmq-server #1190; RabbitMQ clustering guide, Node Names",
    bad={"node1/rabbitmq.conf": _rabbit("mq-a", "mq-b"), "node1/etc/hostname": "node1\n"},
    good={"node1/rabbitmq.conf": _rabbit("node1", "node2"), "node1/etc/hostname": "node1\n"},
    points_at="cluster_formation.classic_config.nodes.1 = rabbit@mq-a",
)
def names_nobody_has(site: Evidence) -> Iterator[Hit | Unknown]:
    for broker in brokers(site):
        told = {member.host.partition(".")[0].lower() for member in broker.members}
        if len(told) < 2:  # noqa: PLR2004 - a cluster
            continue
        others = ", ".join(sorted(told))
        own = site.by_host(OwnName).get(broker.host, ()) if broker.host else ()
        named = broker.get("nodename")
        if named:
            home = named.value.strip("\"'").partition("@")[2].partition(".")[0].lower()
            if _PLAIN.fullmatch(home) and home not in told:
                what = f"the broker's own name is {named.value}, and the cluster is made of {others}"
                yield Hit(named.at, what, related=(broker.members[0].at,))
        elif own and own[0].short not in told:
            mine = _this_host(site, broker.host, [(m.host, m.at) for m in broker.members])
            what = f"{broker.host} calls itself {own[0].name}, and the cluster is made of {others}"
            yield Hit(mine, what, related=(own[0].at,))


_PLAIN = re.compile(r"[a-z0-9][a-z0-9\-]*")
"""A host's short name; a variable or a command that makes one is none."""


def _this_host(site: Evidence, host: str, listed: list[tuple[str, Place]]) -> Place:
    """The line of a member list that means this host, by its addresses; else the first line."""
    mine = {str(ip_interface(a).ip) for i in site.on(host, Interface) for a in i.addresses}
    known = {name: line.address for line in site.on(host, HostName) for name in line.names}
    return next((at for name, at in listed if known.get(name) in mine), listed[0][1])


_INTERFACES = """
    auto eth0
    iface eth0 inet static
        address 192.168.1.11/24

    auto eth1
    iface eth1 inet static
        address 10.0.0.11/24
    """
_GALERA = (
    "[mysqld]\nwsrep_on = ON\nbinlog_format = ROW\nwsrep_provider = /usr/lib/galera/libgalera_smm.so\n"
    "wsrep_cluster_address = gcomm://10.0.0.11,10.0.0.12,10.0.0.13\nwsrep_node_name = db1\n"
)


def _own_addresses(site: Evidence, host: str) -> list[str]:
    """The addresses of a host's interfaces with their prefixes; empty unless its own files name them all."""
    cards = site.by_host(Interface).get(host, ()) if host else ()
    return [a for card in cards for a in card.addresses]


@rule(
    "SY017",
    Severity.WARNING,
    "Two networks, and nobody says which one Galera announces",
    consequence=Consequence.NO_RETURN,
    why="without wsrep_node_address Galera takes the first interface it finds: when that is the other "
    "network, state transfers are asked for at an address the donor cannot reach, and a host that was "
    "away cannot come back",
    fix="wsrep_node_address = the host's address in the cluster's network",
    source="codership/galera #255; Galera documentation, wsrep_node_address",
    bad={"db1/galera.cnf": _GALERA, "db1/etc/network/interfaces": _INTERFACES},
    good={
        "db1/galera.cnf": _GALERA + "wsrep_node_address = 10.0.0.11\n",
        "db1/etc/network/interfaces": _INTERFACES,
    },
    points_at="wsrep_node_name = db1",
)
def which_of_two(site: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(site):
        own = _own_addresses(site, member.at.host)
        networks = {
            ip_interface(a).network for a in own if not ip_address(str(ip_interface(a).ip)).is_link_local
        }
        bound = member.conf.get("bind_address") or member.conf.get("bind-address")
        fixed = bound is not None and is_address(bound.value) and not ip_address(bound.value).is_unspecified
        told = fixed or bool(member.address) or "base_host" in member.provider
        if len(networks) > 1 and not told and len(member.peers) > 1:
            shown = ", ".join(own[:4])
            yield Hit(
                member.place("wsrep_node_name", "wsrep_cluster_address"),
                f"{member.at.host} has {shown} and no wsrep_node_address",
            )


@rule(
    "SY018",
    Severity.ERROR,
    "An announced address that the host does not have",
    consequence=Consequence.NO_RETURN,
    why="the others send state transfers and connections to an address where this host does not answer",
    fix="announce an address of one of the host's own interfaces",
    source="Galera documentation, wsrep_node_address",
    bad={
        "db1/galera.cnf": _GALERA + "wsrep_node_address = 10.0.0.12\n",
        "db1/etc/network/interfaces": _INTERFACES,
    },
    good={
        "db1/galera.cnf": _GALERA + "wsrep_node_address = 10.0.0.11\n",
        "db1/etc/network/interfaces": _INTERFACES,
    },
    points_at="wsrep_node_address = 10.0.0.12",
)
def not_its_own(site: Evidence) -> Iterator[Hit | Unknown]:
    for member in members(site):
        own = {str(ip_interface(a).ip) for a in _own_addresses(site, member.at.host)}
        cards = site.by_host(Interface).get(member.at.host, ())
        for address, at in _announced(member) if own and all(card.addresses for card in cards) else ():
            if address not in own:
                yield Hit(
                    at,
                    f"{member.at.host} announces {address} and has {', '.join(sorted(own))}",
                    related=tuple(card.at for card in cards)[:2],
                )


def _announced(member: GaleraHost) -> Iterator[tuple[str, Place]]:
    """The addresses at which the others are to find this host, without a port; names are none."""
    options = member.provider
    told = {"wsrep_node_address": member.address}
    for name in ("wsrep_node_incoming_address", "wsrep_sst_receive_address"):
        said = member.conf.get(name)
        told[name] = host_of(said.value) if said else ""
    found = [(text, member.place(name)) for name, text in told.items()]
    for option in ("ist.recv_addr", "ist.recv_bind", "gmcast.listen_addr"):
        text = host_of(options.get(option, "").rpartition("//")[2].strip("\"'"))
        found.append((text, member.place("wsrep_provider_options")))
    for text, at in found:
        address = ip_address(text.strip("[]")) if is_address(text.strip("[]")) else None
        if address and not address.is_loopback and not address.is_unspecified:
            yield str(address), at

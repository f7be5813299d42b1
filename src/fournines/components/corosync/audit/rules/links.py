"""How the hosts hear each other: links, times, keys that do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CONSENSUS, TOKEN, TOKEN_COEFFICIENT, CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.text import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.corosync.audit.facts import Section
    from fournines.kit.audit.evidence import Evidence

_MAN = "corosync.conf(5)"
_SAMPLE = "226.94.1.1"
SLOW_TOKEN = 20_000
"""Milliseconds: with the consensus on top the outage is longer than the 45 s most clients wait."""
LONG_TOKEN = 10_000
SHORT_TOKEN = 1000
"""Milliseconds: a live migration or a busy hypervisor stops a guest for that long."""

_UDP = "interface {\n    ringnumber: 0\n    bindnetaddr: 10.0.0.0\n    mcastaddr: %s\n    mcastport: 5405\n}"


def _stays_inside(conf: CorosyncConf) -> bool:
    """A cluster whose every link is the loopback: one host, for trying."""
    addresses = [v for node in conf.nodes for key, v in node.values.items() if key.endswith("_addr")]
    return bool(addresses) and all(map(loopback, addresses))


_INSIDE = corosync().replace("ring0_addr: 10.0.0.12", "ring0_addr: 127.0.0.1")


@rule(
    "CO031",
    Severity.ERROR,
    "A node that the others look for on their own loopback",
    consequence=Consequence.NO_FAILOVER,
    why="127.0.0.1 is whoever asks: no other host ever hears this node, and it hears nobody; it is a cluster "
    "of one, with a vote that is missing elsewhere",
    fix="the node's address in the cluster's network, the same in the file of every host",
    source=f"{_MAN} ringX_addr: the address of the node, as all nodes reach it",
    bad={"corosync.conf": _INSIDE},
    good={"corosync.conf": corosync()},
    points_at="ring0_addr: 127.0.0.1",
)
def on_the_loopback(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if len(conf.nodes) < _PAIR or _stays_inside(conf):
            continue
        for node in conf.nodes:
            for key, value in node.values.items():
                if key.endswith("_addr") and loopback(value):
                    yield Hit(node.place(key), f"{key} of one of {len(conf.nodes)} nodes is {value}")


_PAIR = 2


def _udp(address: str) -> str:
    return corosync(totem=_UDP % address, transport="udp", nodelist="", crypto="secauth: on")


@rule(
    "CO009",
    Severity.INFO,
    "One link between the hosts",
    consequence=Consequence.SPLIT,
    why="one switch or cable then parts hosts that are well: quorum and fencing have to clean up",
    fix="a second link over other switches: ring1_addr in every node section",
    source=f"{_MAN} ringX_addr, linknumber; Trento check of two rings",
    bad={"corosync.conf": corosync(links=1)},
    good={"corosync.conf": corosync(links=2)},
    points_at="nodelist {",
)
def one_link(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.links == 1 and not conf.excerpt and not _stays_inside(conf):
            place = conf.first("nodelist").at if conf.nodes else conf.first("totem.interface").at
            yield Hit(place, "the hosts hear each other on one network only")


@rule(
    "CO010",
    Severity.WARNING,
    "Membership messages are not authenticated",
    consequence=Consequence.EXPOSED,
    why="any host that reaches the port can join, change the membership, or have hosts fenced",
    fix="crypto_cipher: aes256 and crypto_hash: sha256, with the key of corosync-keygen on every host",
    source=f"{_MAN} crypto_cipher, crypto_hash, secauth",
    bad={"corosync.conf": corosync(crypto="secauth: off")},
    good={"corosync.conf": corosync()},
    points_at="secauth: off",
)
def no_crypto(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        totem = conf.totem
        ciphered = totem.get("crypto_hash") not in ("", "none") or totem.on("secauth")
        if ciphered or not totem.values or _stays_inside(conf):
            continue
        if totem.off("secauth") or totem.get("crypto_hash") == "none" or totem.get("crypto_cipher") == "none":
            yield Hit(
                totem.place("secauth", "crypto_cipher", "crypto_hash"),
                "authentication and encryption are switched off",
            )
        elif conf.transport == "knet" and not conf.excerpt:
            what = "nothing asks for authentication, and knet's default is none"
            yield Hit(totem.at, what, severity=Severity.INFO)


@rule(
    "CO011",
    Severity.WARNING,
    "A multicast address that is another cluster's",
    consequence=Consequence.FRAGILE,
    why="clusters with one address and port hear each other: they disturb, or join, one another",
    fix="an address of its own (239.255.x.y) and a port with a gap of two, or knet, which needs neither",
    source=f"{_MAN} mcastaddr, mcastport",
    bad={"corosync.conf": _udp(_SAMPLE)},
    good={"corosync.conf": _udp("239.255.42.1")},
    points_at="mcastaddr: 226.94.1.1",
)
def shared_multicast(site: Evidence) -> Iterator[Hit | Unknown]:
    owners: dict[tuple[str, str], tuple[str, Section]] = {}
    for conf in site.all(CorosyncConf):
        name = conf.totem.get("cluster_name").lower()
        for interface in conf.all("totem.interface") if conf.transport not in ("udpu", "knet") else ():
            address = interface.get("mcastaddr")
            if address == _SAMPLE:
                what = f"{address} is the address of the sample file: every careless cluster has it"
                yield Hit(interface.place("mcastaddr"), what)
                continue
            first = owners.setdefault((address, interface.get("mcastport")), (name, interface))
            if address and name and first[0] and first[0] != name and not conf.nodes:
                what = f"cluster {name} uses {address}, which is that of cluster {first[0]}"
                yield Hit(interface.place("mcastaddr"), what, related=(first[1].place("mcastaddr"),))


@rule(
    "CO012",
    Severity.WARNING,
    "consensus shorter than 1.2 tokens",
    consequence=Consequence.SLOW,
    why="a new membership is given up before everybody could agree to it, and formed again and again",
    fix="leave consensus out: it follows the token",
    source=f"{_MAN} consensus",
    bad={"corosync.conf": corosync(totem="token: 5000\nconsensus: 3000")},
    good={"corosync.conf": corosync(totem="token: 5000\nconsensus: 6000")},
    points_at="consensus: 3000",
)
def short_consensus(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        consensus = conf.totem.number("consensus")
        token = conf.token or TOKEN
        if consensus is not None and consensus < token * CONSENSUS:
            yield Hit(
                conf.totem.place("consensus"),
                f"consensus is {consensus} ms, 1.2 tokens are {round(token * CONSENSUS)} ms",
            )


@rule(
    "CO014",
    Severity.INFO,
    "Multicast or broadcast keys with a unicast transport",
    consequence=Consequence.FRAGILE,
    why="they count for udp only: the file says one way, the hosts talk another",
    fix="remove broadcast, mcastaddr and bindnetaddr; nodelist says it all",
    source=f"{_MAN} broadcast, mcastaddr, bindnetaddr (udp only)",
    bad={
        "corosync.conf": corosync(
            transport="udpu",
            crypto="secauth: on",
            totem="interface {\n    ringnumber: 0\n    bindnetaddr: 10.0.0.0\n    broadcast: yes\n}",
        )
    },
    good={"corosync.conf": corosync(transport="udpu", crypto="secauth: on")},
    points_at="broadcast: yes",
)
def not_multicast(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.transport not in ("udpu", "knet"):
            continue
        interfaces = [i for i in conf.all("totem.interface") if i.on("broadcast") or i.get("mcastaddr")]
        if interfaces:
            first = interfaces[0]
            key = "broadcast" if first.on("broadcast") else "mcastaddr"
            yield Hit(
                first.place(key),
                f"{key} with transport {conf.transport}",
                related=tuple(i.place("broadcast", "mcastaddr") for i in interfaces[1:]),
            )


@rule(
    "CO017",
    Severity.WARNING,
    "A token that is very long, or too short for this world",
    consequence=Consequence.SLOW,
    why="token and consensus (1.2 tokens) pass before anybody acts on a dead host; a token under a second "
    "takes a migration or a stall of the hypervisor for a death, and fences",
    fix="token: 3000 to 5000",
    source=f"{_MAN} token, consensus; Red Hat solution 57788",
    bad={"corosync.conf": corosync(totem="token: 30000")},
    good={"corosync.conf": corosync(totem="token: 5000")},
    points_at="token: 30000",
)
def token_unfit(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.token is None:
            continue
        token = conf.token + max(0, len(conf.nodes) - 2) * TOKEN_COEFFICIENT
        consensus = conf.totem.number("consensus") or round(token * CONSENSUS)
        if conf.token >= LONG_TOKEN:
            yield Hit(
                conf.totem.place("token"),
                f"a dead host is acted upon after {token / 1000:g} to {(token + consensus) / 1000:g} s",
                severity=Severity.INFO if conf.token < SLOW_TOKEN else None,
            )
        elif conf.token < SHORT_TOKEN:
            yield Hit(conf.totem.place("token"), f"a host that pauses for {conf.token} ms is taken for dead")

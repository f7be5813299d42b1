"""How the hosts hear each other: links, times, keys that do nothing."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CONSENSUS, TOKEN, TOKEN_COEFFICIENT, CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

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
    return bool(addresses) and all(a.startswith("127.") or a in ("::1", "localhost") for a in addresses)


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
        for interface in conf.all("totem.interface"):
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


_TOTEM = """version
    clear_node_high_bit secauth crypto_model crypto_cipher crypto_hash link_mode rrp_mode netmtu
    transport cluster_name config_version ip_version keyfile key nodeid threads vsftype interface
    token token_warning token_coefficient token_retransmit knet_compression_model
    knet_compression_threshold knet_compression_level hold token_retransmits_before_loss_const join
    send_join consensus merge downcheck fail_recv_const seqno_unchanged_const
    heartbeat_failures_allowed max_network_delay window_size max_messages miss_count_const
    rrp_problem_count_timeout rrp_problem_count_threshold rrp_problem_count_mcast_threshold
    rrp_token_expired_timeout rrp_autorecovery_check_timeout block_unlisted_ips
    cancel_token_hold_on_retransmit knet_mtu knet_pmtud_interval linknumber ringnumber"""
_INTERFACE = """ringnumber linknumber bindnetaddr broadcast mcastaddr mcastport ttl knet_link_priority
    knet_ping_interval knet_ping_timeout knet_ping_precision knet_pong_count knet_transport member"""
_QUORUM = """provider expected_votes votes two_node wait_for_all last_man_standing last_man_standing_window
    auto_tie_breaker auto_tie_breaker_node allow_downscale device"""
_KEYS = {
    "totem": frozenset(_TOTEM.split()),
    "totem.interface": frozenset(_INTERFACE.split()),
    "quorum": frozenset(_QUORUM.split()),
    "nodelist.node": frozenset(
        {"nodeid", "name", "quorum_votes", *(f"ring{number}_addr" for number in range(8))}
    ),
}
"""What corosync 2 and 3 know, corosync.conf(5) and votequorum(5); everything else is stored and unused."""


@rule(
    "CO013",
    Severity.WARNING,
    "A key that corosync does not know",
    consequence=Consequence.FRAGILE,
    why="corosync stores unknown keys without a word: what you think is set is not",
    fix="the key as the manual spells it, or none",
    source=f"{_MAN}; exec/coroparse.c accepts any key",
    bad={"corosync.conf": corosync(totem="token_retransmits_before_lost_const: 10")},
    good={"corosync.conf": corosync(totem="token_retransmits_before_loss_const: 10")},
    points_at="token_retransmits_before_lost_const: 10",
)
def unknown_key(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        for section in conf.sections:
            for key in section.values if section.name in _KEYS else ():
                close = _meant(section.name, key) if key not in _KEYS[section.name] else ""
                if close and re.fullmatch(r"[\w]+", key):
                    what = f"{section.name} has no key {key}, but {close}"
                    yield Hit(section.place(key), what)
        yield from _obsolete(conf)


@lru_cache(1024)
def _meant(section: str, key: str) -> str:
    """The key of this section that an unknown one looks like, or nothing."""
    return next(iter(get_close_matches(key[:_LONGEST_KEY], _KEYS[section], 1, 0.75)), "")


_LONGEST_KEY = 40
"""Letters that are compared: no key of corosync has half as many."""


def _obsolete(conf: CorosyncConf) -> Iterator[Hit]:
    for section in conf.all("service"):
        if section.get("name").lower() == "pacemaker":
            yield Hit(
                section.at,
                "service { name: pacemaker } is for corosync 1; 2 and 3 ignore it",
                severity=Severity.INFO if conf.quorum.get("provider") else None,
                why="nobody starts Pacemaker then, and nobody counts votes as its plugin did",
                fix="remove it, enable pacemaker.service, and add quorum { provider: corosync_votequorum }",
            )
    dead = [section for name in ("amf", "aisexec") for section in conf.all(name)]
    for section in dead[:1]:
        what = f"{' and '.join(s.name for s in dead)} went with corosync 1"
        related = tuple(s.at for s in dead[1:])
        yield Hit(section.at, what, related=related, severity=Severity.INFO)
    if conf.transport == "knet" and conf.totem.get("rrp_mode") not in ("", "none"):
        what = "rrp_mode says nothing to knet"
        yield Hit(conf.totem.place("rrp_mode"), what, fix="link_mode: passive", severity=Severity.WARNING)


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
    "CO015",
    Severity.ERROR,
    "A line that corosync cannot read",
    consequence=Consequence.DOWN,
    why="corosync stops at it and does not start",
    fix="one brace a line, a colon behind every key",
    source="exec/coroparse.c: 'Line is not opening or closing section or key value', 'Missing closing "
    "brace'; run on corosync 3.1.7",
    bad={"corosync.conf": corosync(totem="token 5000")},
    good={"corosync.conf": corosync(totem="token: 5000")},
    points_at="token 5000",
)
def unreadable(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        for stray in conf.strays[:5]:
            if stray.mild:
                yield Hit(stray.at, stray.what, why=_MILD, severity=Severity.WARNING)
            elif stray.since:
                yield Hit(stray.at, stray.what, why=_STRICT)
            elif not conf.excerpt or "closing brace" in stray.what:
                yield Hit(stray.at, stray.what)


_STRICT = (
    "corosync 3 stops here ('Extra characters before or after closing bracket') and does not start; "
    "corosync 2 takes the line for one brace and nothing else"
)
_MILD = "corosync, pcs and a person read another file each: what one takes the next refuses"


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

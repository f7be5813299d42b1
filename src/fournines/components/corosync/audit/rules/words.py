"""Whether corosync takes the file for what it was meant to be: words it does not know, and braces."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import corosync
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence


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
    source="corosync.conf(5); exec/coroparse.c accepts any key",
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
        yield from _misnamed(conf)
        yield from _obsolete(conf)


_SECTIONS = frozenset(
    {"totem", "totem.interface", "quorum", "quorum.device", "nodelist", "nodelist.node", "logging",
     "logging.logger_subsys", "logging.logging_daemon", "resources", "resources.system", "uidgid", "service"}
)  # fmt: skip


def _misnamed(conf: CorosyncConf) -> Iterator[Hit]:
    """Sections that nobody asks for: ``interface: {``, ``nodlist {``."""
    for section in conf.sections:
        above, dot, name = section.name.rpartition(".")
        if section.name in _SECTIONS or (dot and above not in _SECTIONS):
            continue
        there = [known.rpartition(".")[2] for known in _SECTIONS if known.rpartition(".")[0] == above]
        meant = get_close_matches(name[:_LONGEST_KEY], there, 1, 0.8)
        if meant:
            what = f"there is no section '{name}', but {meant[0]}: nothing in it is read"
            yield Hit(section.at, what, fix=f"{meant[0]} {{")


@lru_cache(1024)
def _meant(section: str, key: str) -> str:
    """The key of this section that an unknown one looks like, or nothing."""
    return next(iter(get_close_matches(key[:_LONGEST_KEY], _KEYS[section], 1, 0.75)), "")


_LONGEST_KEY = 40
"""Letters that are compared: no key of corosync has half as many."""


_OLD = "right here, in a file for corosync 1; 2 and 3 ignore it"


def _obsolete(conf: CorosyncConf) -> Iterator[Hit]:
    for section in conf.all("service"):
        if section.get("name").lower() == "pacemaker":
            old = conf.first_release
            yield Hit(
                section.at,
                f"service {{ name: pacemaker }} is {_OLD if old else 'for corosync 1; 2 and 3 ignore it'}",
                severity=Severity.INFO if old or conf.quorum.get("provider") else None,
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

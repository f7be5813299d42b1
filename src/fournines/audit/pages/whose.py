"""Whose file is it that a page shows? The host named before a block, or inside the file itself."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.kit.audit.script import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fournines.audit.pages.draft import Draft
    from fournines.audit.pages.page import Block

PATH = re.compile(
    r"(?<![\w/.\-])(?:~|\.{0,2})?/?(?:[\w.\-]+/)*[\w\-]+(?:\.[\w\-]+)*"
    r"\.(?:conf|cfg|cnf|res|sh|ini|xml|config|rules|v4|nft|service|socket|env|d/[\w.\-]+)\b"
    r"|/etc/(?:[\w.\-]+/)*[\w.\-]+",
    re.ASCII,
)
"""A path as prose names it."""
_HOST = re.compile(
    r"(?<![\w/.@\-])((?:controller|ctl|ctrl|node|host|server|web|app|db|database|mysql|galera|rabbit|mq|lb|"
    r"haproxy|proxy|keepalived|compute|network|api|vm|srv|dashboard|master|slave|backup|primary|secondary|"
    r"standby)[\-_]?(?:\d{1,3}|[a-c]|one|two|three)?)(?![\w/\-]|\.\w)",
    re.IGNORECASE | re.ASCII,
)
_WITH_ADDRESS = re.compile(
    r"(?m)^[ \t]*(?:\d{1,3}\.){3}\d{1,3}[ \t]+([A-Za-z][\w.\-]*)"
    r"|^[ \t]*(?:\|[ \t]*)?([A-Za-z][\w.\-]*)[ \t]*\|[^|\n]*?(?:\d{1,3}\.){3}\d{1,3}"
)
_ALONE = re.compile(r"^[\s#>*`\-]*([A-Za-z][\w.\-]{0,252}\d[\w\-]{0,62})[\s:*`\uff1a]*$", re.ASCII)
_SPACED = re.compile(
    r"(?i)\b(node|host|server|controller|master|backup|slave|vm|lb|proxy|machine) "
    r"(\d{1,2})\b"
)


_EVERYWHERE = re.compile(
    r"(?i)\b(?:on|at)\s+(?:all(?:\s+of)?|each(?:\s+of)?|every|both)\b(?:\s+(?:the|your|our|three|two|five|\w+))?"
    r"\s+\w*(?:nodes?|hosts?|servers?|machines?|members?|controllers?|brokers?)\b"
)
_NAME = r"[*`\"]{0,3}([A-Za-z][A-Za-z\-]{0,30})\d{1,3}[*`\"]{0,3}"
_BOTH = re.compile(
    rf"(?i)\b(?:on|at|en|auf|sur)\s{{1,4}}{_NAME}\s{{1,4}}(?:and|y|und|et)\s{{1,4}}(?:(?:on|en|auf|sur)\s{{1,4}})?[*`\"]{{0,3}}\1\d"
    r"|\b(?:en (?:ambos|todos los|cada)|auf (?:allen|beiden|jedem)|sur (?:tous les|les deux|chaque))\s{1,4}"
    r"(?:nodos|servidores|hosts?|knoten|servern?|rechnern?|nodo|servidor|n\w{1,3}uds?|serveurs?)\b"
)
"""Two hosts of one name by their numbers, and all of them in Spanish, German and French."""
_EXCEPT = re.compile(
    r"(?i)\b(?:except|other|others|but|remaining|rest|joining|new|additional|not|only|first|one|then)\b"
)


_OF = "(?=\u8282\u70b9|\u670d\u52a1\u5668|\u673a|[ ]?keepalived)"
_SAID = {
    "master": re.compile(f"\u4e3b{_OF}", re.IGNORECASE),
    "backup": re.compile(f"(?<!\u4e3b)[\u4ece\u5907\u5099]\u7528?{_OF}", re.IGNORECASE),
}
"""Chinese for the main one and the other: node, server, machine, or keepalived's file of it."""


def everywhere(line: str) -> bool:
    """Whether a sentence has what follows it typed at every host; one that excepts some does not."""
    return bool(_EVERYWHERE.search(line) or _BOTH.search(line)) and not _EXCEPT.search(line)


def known_hosts(page: str) -> frozenset[str]:
    """Names to which the page gives an address, in a table or in lines of a hosts file."""
    found = {name.lower() for pair in _WITH_ADDRESS.findall(page) for name in pair if name}
    return frozenset(found - {"localhost", "vip", "virtual", "gateway"})


def host_before(block: Block, hosts: frozenset[str]) -> str:
    """The one host named right before a block, else in the heading above; empty where several are."""
    for line in (*reversed(block.before[-3:]), block.heading):
        named = _named(line, hosts)
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def _named(line: str, hosts: frozenset[str]) -> set[str]:
    alone = _ALONE.match(line)
    if alone and not PATH.search(line):
        return {alone.group(1).lower()}
    roles = {role for role, said in _SAID.items() if said.search(line)}
    if roles:
        return roles
    bare = _SPACED.sub(r"\1\2", PATH.sub(" ", line))
    words = {word.lower() for word in re.findall(r"[A-Za-z][\w.\-]*", bare)}
    return (words & hosts) or {str(name).lower() for name in _HOST.findall(bare) if _is_a_host(name)}


def _is_a_host(name: str) -> bool:
    """A word like ``server`` is a host's name only with a number; roles of VRRP are names by themselves."""
    roles = ("MASTER", "SLAVE", "BACKUP", "PRIMARY", "SECONDARY", "STANDBY")
    return bool(re.search(r"\d|[\-_]", name)) or name.upper() in roles


def with_hosts(found: Iterable[tuple[Draft, str]]) -> list[Draft]:
    """Hosts count where the page shows the same file for more than one of them."""
    pairs = [(draft, "" if draft.kind is COMMANDS else _host_inside(draft) or host) for draft, host in found]
    per_file: dict[tuple[str, str], set[str]] = defaultdict(set)
    for draft, host in pairs:
        if host:
            per_file[draft.kind.name, _base(draft.name)].add(host)
    kept = []
    for draft, host in pairs:
        several = len(per_file[draft.kind.name, _base(draft.name)]) > 1
        kept.append(replace(draft, host=host) if several and host else draft)
    return kept


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _host_inside(draft: Draft) -> str:
    """The host a file names itself: ``router_id``, ``wsrep_node_name``."""
    match = re.search(
        r"(?m)^[ \t]*(?:router_id\s+|wsrep_node_name\s*=\s*[\"']?)([A-Za-z][\w\-]*\d)\b", draft.text
    )
    return match.group(1).lower() if match else ""

"""What keepalived itself would stumble over, or silently leave out."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import VrrpInstance, keywords
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.prose import Explained
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place, Source

_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w .\-]*>|%[A-Za-z_]\w*%|\$\{[^{}]*\}|\{\{(?:(?!\{\{).)*?\}\}|\[[A-Za-z][\w "
    r"\-]*\]|@@?[A-Z_]{3,}@@?|\b(?:CHANGE_?ME|X{3,}|YOUR_\w+)\b|"
    r"\b(?:\d{1,3}\.){1,3}[xX]{1,3}\b|\b[xX](?:\.[xX]){3}\b"
)
_KNOWN = {
    "global_defs": keywords.GLOBAL,
    "vrrp_instance": keywords.INSTANCE,
    "vrrp_script": keywords.SCRIPT,
    "vrrp_sync_group": keywords.SYNC_GROUP,
    "vrrp_track_process": keywords.PROCESS,
    "authentication": keywords.AUTHENTICATION,
    "virtual_server": keywords.VIRTUAL_SERVER,
}
_CURLY = re.compile("[\u201c\u201d\u2018\u2019\u00ab\u00bb]")


@rule(
    "KA032",
    Severity.WARNING,
    "A state keepalived does not know",
    consequence=Consequence.SLOW,
    why="only MASTER and BACKUP exist; any other word is reported and BACKUP is taken",
    fix="MASTER or BACKUP",
    source="keepalived 2.2.7: 'unknown state'",
    bad={"keepalived.conf": keepalived(state="SLAVE")},
    good={"keepalived.conf": keepalived(state="BACKUP")},
    points_at="state SLAVE",
)
def unknown_state(site: Evidence) -> Iterator[Hit | Unknown]:
    for instance in site.all(VrrpInstance):
        state = instance.state
        if (
            state
            and state not in ("MASTER", "BACKUP")
            and not _PLACEHOLDER.search(state)
            and "$" not in state
        ):
            yield Hit(instance.place("state"), f"{instance.name}: {state} is no state, BACKUP is taken")


@rule(
    "KA033",
    Severity.WARNING,
    "Something keepalived does not understand",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived leaves out what it does not know and starts all the same: the setting you rely on is not "
    "there",
    fix="write the keyword as the manual does, close every block, use straight quotes",
    source="keepalived 2.2.7 -t: 'Unknown keyword', 'Missing '}''",
    bad={"keepalived.conf": keepalived(check=script(fall="", fail=2))},
    good={"keepalived.conf": keepalived()},
    points_at="fail 2",
)
def not_understood(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.kinds("keepalived.conf"):
        for problem in source.problems:
            if not problem.ours:
                yield Hit(source.at(problem.line), problem.what)
        foreign = _foreign(source)
        if foreign:
            said = "most of this text is none of keepalived's: what belongs to no block of it is passed over"
            yield Unknown(source.top, said)
        for node in source.nodes:
            if not foreign:
                yield from _top(source, node)
            known = _KNOWN.get(node.key)
            if known:
                yield from _inside(source, node, known)


def _foreign(source: Source) -> bool:
    """Whether keepalived's blocks are but a part of a text: of notes, of another program's file."""
    strange = sum(_stands_alone(node) for node in source.nodes)
    return strange > _MOST_STRANGE and strange > len(source.nodes) - strange


_MOST_STRANGE = 5
"""Statements outside every block that a file of keepalived may have by mistake."""


def _stands_alone(node: Node) -> bool:
    """Whether a statement outside every block is none of keepalived's."""
    key = node.key
    known = key in keywords.TOP or key.startswith(("include", "@", "$", "~", "{%", "{{"))
    return not known and key not in ("vrrp_instance", "vrrp_script")


def _top(source: Source, node: Node) -> Iterator[Hit]:
    if _CURLY.search(" ".join(node.words)):
        yield Hit(source.at(node), "typographic quotes are letters to keepalived")
    key = node.key
    if key in keywords.TOP or key.startswith(("include", "@", "$", "~")) or "{%" in key or "{{" in key:
        return
    if node.block and key == "":
        yield Hit(source.at(node), "a block without a name")
    elif key in ("vrrp_instance", "vrrp_script") or (key and not _PLACEHOLDER.search(key)):
        said = " ".join(node.words) if node.block or key.startswith("vrrp_") else key  # values may be secrets
        yield Hit(source.at(node), f"{said!r} belongs to no block: keepalived ignores it")


def _inside(source: Source, block: Node, known: frozenset[str]) -> Iterator[Hit]:
    for node in block.children:
        key = node.key
        if _CURLY.search(" ".join(node.words)):
            yield Hit(source.at(node), "typographic quotes are letters to keepalived")
        elif key and key not in known and not _excused(key):
            close = get_close_matches(key, known, n=1, cutoff=0.7)
            hint = f" ({close[0]} is meant?)" if close else ""
            where = " ".join(block.words)
            yield Hit(source.at(node), f"{key} is no keyword of {where}{hint}")
        elif key in _KNOWN and node.block:
            yield from _inside(source, node, _KNOWN[key])
        elif key in keywords.ONE_VALUE and block.key == "vrrp_instance":
            yield from _valued(source, node)
        elif key == "unicast_peer" and node.block and not node.children:
            yield Hit(source.at(node), "unicast_peer names nobody: keepalived goes on with multicast")
        elif key in _LISTS and node.block:
            yield from _swallowed(source, node)


def _valued(source: Source, node: Node) -> Iterator[Hit]:
    """A keyword that takes one word, and has a block or several words."""
    if node.block:
        meant = " (unicast_peer is meant?)" if node.key == "mcast_src_ip" and len(node.children) > 1 else ""
        yield Hit(source.at(node), f"{node.key} takes one value and no block{meant}")
    elif len(node.args) > 1 and not _PLACEHOLDER.search(" ".join(node.args)):
        yield Hit(
            source.at(node),
            f"{node.key} takes one word, and {' '.join(node.args[1:])!r} stands behind it",
            severity=Severity.INFO,
        )


_LISTS = frozenset(
    [
        "notification_email",
        "virtual_ipaddress",
        "virtual_ipaddress_excluded",
        "unicast_peer",
        "track_interface",
    ]
)
"""Blocks whose lines are values: a keyword in them is read as one more of them."""
_SURELY = (keywords.GLOBAL | keywords.INSTANCE | keywords.SCRIPT) - {
    "dev",
    "weight",
    "label",
    "scope",
    "track",
}


def _swallowed(source: Source, block: Node) -> Iterator[Hit]:
    for node in block.children:
        if node.key in _SURELY:
            yield Hit(
                source.at(node),
                f"{node.key} stands inside {block.key}, where it is read as one of its values",
                fix="close the block before it",
            )


def _excused(key: str) -> bool:
    return key.startswith(("@", "$", "include", "~")) or "{%" in key or bool(_PLACEHOLDER.search(key))


@rule(
    "KA034",
    Severity.ERROR,
    "A placeholder was never filled in",
    consequence=Consequence.DOWN,
    why="keepalived reads it as a value: the instance does not start, or starts with a default nobody wanted",
    fix="put in the value of this host",
    source="keepalived 2.2.7 -t: 'not a valid number', 'Unknown state'",
    bad={"keepalived.conf": keepalived(state="%STATE%")},
    good={"keepalived.conf": keepalived(state="BACKUP")},
    points_at="state %STATE%",
)
def placeholder(site: Evidence) -> Iterator[Hit | Unknown]:
    explained = {blank.name for blank in site.all(Explained)}
    for source in site.kinds("keepalived.conf"):
        defined = {
            node.key[1:].split("=")[0]
            for node in source.nodes
            if node.key.startswith("$") and "=" in node.key
        }
        includes = any(node.key.startswith("include") for root in source.nodes for node in root.walk())
        left: list[tuple[Place, str]] = []
        foreign = _foreign(source)
        for root in [node for node in source.nodes if not (foreign and _stands_alone(node))]:
            yield from _defaults(source, root)
            for node in root.walk():
                text = _DEFAULTED.sub("", " ".join(node.words))
                found = _PLACEHOLDER.search(text)
                if found and (found.group() in explained or _put_in(site, source, found.group())):
                    left.append((source.at(node), found.group()))
                    continue
                if found and not any(f"${{{name}}}" in text for name in defined):
                    yield Hit(source.at(node), f"{found.group()} was never filled in")
                    break
                name = _NAME.fullmatch(node.key) if root.key in _ADDRESSED else None
                if source.template and not any(s.path == source.path for s in site.kinds("script")):
                    continue  # filled in by whom, nobody can see; of what a script writes, the scripts tell
                if name and name.group(1) not in defined and not includes and not _set(site, name.group(1)):
                    what = f"{node.key} is defined nowhere: keepalived reads the name itself as an address"
                    yield Hit(source.at(node), what)
                    break
        if left:
            names = ", ".join(dict.fromkeys(name for _, name in left))
            who = "something fills in" if source.template else "the page has its reader fill in"
            yield Unknown(left[0][0], f"{who} {names}: what stands there is not known")


def _put_in(site: Evidence, own: Source, blank: str) -> bool:
    """Whether something fills in a file, or a script of the site knows this very blank."""
    return own.template or any(
        s.text.count(blank) > (own.text.count(blank) if s.path == own.path else 0)
        for s in site.kinds("script")
    )


def _set(site: Evidence, name: str) -> bool:
    """Whether a script of the site sets this variable of the shell, for itself or those it calls."""
    sets = re.compile(
        rf"^[ \t]*(?:(?:export|readonly|local|declare|typeset)[ \t][^=\n#]{{0,80}})?\b{name}=|"
        rf"\b(?:read|for)[ \t][^\n#;]{{0,80}}\b{name}\b",
        re.MULTILINE,
    )
    return any(source.commands and sets.search(source.text) for source in site.sources)


def _defaults(source: Source, root: Node) -> Iterator[Unknown]:
    """The shell's ``${NAME:-default}`` is none of keepalived's: something fills in this file first."""
    for node in root.walk():
        found = _DEFAULTED.search(" ".join(node.words))
        if found:
            what = f"{found.group()} is the shell's: this is a template, not what keepalived reads"
            yield Unknown(source.at(node), what)
            return


_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)\}?(?:/\d+)?")
_ADDRESSED = frozenset({"vrrp_instance", "virtual_server", "virtual_server_group"})
_DEFAULTED = re.compile(r"\$\{\w+:?[\-=+?][^{}]*\}")

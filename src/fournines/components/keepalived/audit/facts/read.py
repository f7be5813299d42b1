"""From the tree of a keepalived.conf to its facts."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts.model import (
    ADVERT_INT,
    KeepalivedConf,
    Notify,
    RealServer,
    SyncGroup,
    TrackedFile,
    TrackedProcess,
    Tracker,
    Vip,
    VrrpInstance,
    VrrpScript,
)
from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node


def read(source: Source) -> Iterator[object]:
    """The facts of one keepalived.conf."""
    nodes = _resolved(source)
    conf = _conf(source, nodes)
    yield conf
    for node in nodes:
        if node.key == "vrrp_script":
            yield _script(source, node)
        elif node.key == "vrrp_track_process":
            yield _process(source, node)
        elif node.key in ("vrrp_track_file", "track_file"):
            yield TrackedFile(
                at=source.at(node),
                places=_places(source, node),
                name=node.value,
                weight=_integer(_said(node, "weight")),
            )
        elif node.key == "vrrp_sync_group":
            yield _group(source, node)
        elif node.key == "vrrp_instance":
            yield _instance(source, node, conf)
        elif node.key == "virtual_server":
            yield from _real_servers(source, node)


_CHECKERS = re.compile(r"[A-Z]+_(?:CHECK|GET)|include", re.IGNORECASE)


def _real_servers(source: Source, virtual: Node) -> Iterator[RealServer]:
    for node in virtual.all("real_server"):
        checked = any(_CHECKERS.fullmatch(child.key) for child in node.children)
        yield RealServer(source.at(node), " ".join(virtual.args), " ".join(node.args), checked)


def _resolved(source: Source) -> tuple[Node, ...]:
    """The nodes with ``@id`` conditions of other hosts left out and ``$NAME=value`` definitions put in."""
    names: dict[str, str] = {}
    for node in source.nodes:
        name, equals, value = node.key.partition("=")
        if name.startswith("$") and equals:
            names[name[1:]] = " ".join((value, *node.args)).strip()

    def known(word: str) -> str:
        if "$" not in word:
            return word
        return re.sub(r"\$\{?(\w+)\}?", lambda match: names.get(match.group(1), match.group()), word)

    def fit(node: Node) -> Node | None:
        words = node.words
        if words and re.fullmatch(r"@\^?\w[\w.\-]*", words[0]):
            unless = words[0].startswith("@^")
            if source.host and (words[0].lstrip("@^") == source.host) == unless:
                return None
            words = words[1:]
        if not names and words is node.words and not node.children:
            return node
        children = tuple(kept for child in node.children if (kept := fit(child)))
        return replace(node, words=tuple(known(word) for word in words), children=children)

    return tuple(kept for node in source.nodes if (kept := fit(node)))


def _places(source: Source, node: Node) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for child in node.children:
        places.setdefault(child.key, source.at(child))
    return places


def _said(node: Node, key: str) -> str:
    """The value of the last statement of this keyword: the one that counts."""
    found = node.last(key)
    return found.value if found else ""


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,9}", text) else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) else None


def _conf(source: Source, nodes: tuple[Node, ...]) -> KeepalivedConf:
    places: dict[str, Place] = {}
    said: dict[str, str] = {}
    for block in nodes:
        if block.key == "global_defs":
            places.setdefault("global_defs", source.at(block))
            for child in block.children:
                places.setdefault(child.key, source.at(child))
                said[child.key] = child.value
    return KeepalivedConf(
        at=source.top,
        places=places,
        name=source.name,
        excerpt=source.excerpt,
        router_id=said.get("router_id", ""),
        version=_integer(said.get("vrrp_version", "")) or 2,
        strict="vrrp_strict" in said and said["vrrp_strict"] not in ("no", "off", "false"),
        script_security="enable_script_security" in said,
        script_user=said.get("script_user", ""),
        included=tuple(
            (node.value, source.at(node))
            for root in nodes
            for node in root.walk()
            if node.key.startswith("include") and node.value
        ),
    )


def _script(source: Source, node: Node) -> VrrpScript:
    script = node.last("script")
    command = ""
    if script:
        command = script.value if script.quoted else " ".join(script.args)
    weight = node.last("weight")
    return VrrpScript(
        at=source.at(node),
        places=_places(source, node),
        name=node.value,
        command=command,
        quoted=bool(script and script.quoted),
        interval=_number(_said(node, "interval")) if node.first("interval") else 1.0,
        timeout=_number(_said(node, "timeout")) if node.first("timeout") else None,
        weight=_integer(weight.value) if weight else 0,
        reverse=bool(weight and "reverse" in weight.words),
        fall=_integer(_said(node, "fall")) if node.first("fall") else 1,
        rise=_integer(_said(node, "rise")) if node.first("rise") else 1,
        user=_said(node, "user"),
    )


def _process(source: Source, node: Node) -> TrackedProcess:
    weight = node.last("weight")
    process = node.last("process")
    return TrackedProcess(
        at=source.at(node),
        places=_places(source, node),
        name=node.value,
        process=" ".join(process.args) if process else "",
        weight=_integer(weight.value) if weight else 0,
    )


_TRACKERS = {
    "track_script": "script",
    "track_process": "process",
    "track_file": "file",
    "track_interface": "interface",
    "track_bfd": "bfd",
}


def _trackers(source: Source, node: Node) -> tuple[Tracker, ...]:
    found = []
    for block in node.all(*_TRACKERS):
        named = block.children
        if not named and len(block.words) > 1:  # track_script { chk } on one line, or chk without braces
            found.append(_tracker(source, block.line, _TRACKERS[block.key], block.args))
        found.extend(_tracker(source, child.line, _TRACKERS[block.key], child.words) for child in named)
    return tuple(tracker for tracker in found if tracker.name)


def _tracker(source: Source, line: int, kind: str, words: tuple[str, ...]) -> Tracker:
    weight = None
    if "weight" in words[:-1]:
        weight = _integer(words[words.index("weight") + 1])
    name = words[0] if words else ""
    return Tracker(source.at(line), kind, name, weight, "reverse" in words)


def _vips(source: Source, node: Node) -> tuple[Vip, ...]:
    found = []
    for block in node.all("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for child in block.children:
            words = child.words
            dev = words[words.index("dev") + 1] if "dev" in words[:-1] else ""
            address = _address(child.key)
            excluded = block.key.endswith("excluded")
            vip = Vip(source.at(child), child.key, address, dev, excluded, "no_track" in words)
            found.append(vip)
    return tuple(found)


def _address(text: str) -> str | None:
    try:
        return str(ip_interface(text).ip)
    except ValueError:
        return None


def _notifies(source: Source, node: Node) -> tuple[Notify, ...]:
    found = []
    for child in node.children:
        if child.key == "notify" or child.key.startswith("notify_"):
            command = child.value if child.quoted else " ".join(child.args)
            found.append(Notify(source.at(child), child.key.removeprefix("notify_"), command))
    return tuple(found)


def _group(source: Source, node: Node) -> SyncGroup:
    listed = [
        (word, child) for block in node.all("group") for child in block.children for word in child.words
    ]
    members = tuple(word for word, _ in listed)
    return SyncGroup(
        at=source.at(node),
        places={**{word: source.at(child) for word, child in listed}, **_places(source, node)},
        name=node.value,
        members=members,
        trackers=_trackers(source, node),
        notifies=_notifies(source, node),
    )


def _peers(source: Source, node: Node) -> tuple[tuple[str, Place], ...]:
    found = []
    for block in node.all("unicast_peer"):
        for child in block.children:
            try:
                found.append((str(ip_interface(child.key).ip), source.at(child)))  # a prefix is dropped
            except ValueError:
                found.append((child.key, source.at(child)))
    return tuple(found)


def _instance(source: Source, node: Node, conf: KeepalivedConf) -> VrrpInstance:
    places = _places(source, node)
    auth = {child.key: child for holder in node.all("authentication") for child in holder.children}
    for key, child in auth.items():
        places.setdefault(key, source.at(child))
    version = _integer(_said(node, "version")) or conf.version
    address = next((v.address for v in _vips(source, node) if v.address), None)
    if address and ":" in address:
        version = 3
    return VrrpInstance(
        at=source.at(node),
        places=places,
        name=node.value,
        state=_said(node, "state"),
        interface=_said(node, "interface"),
        vrid=_integer(_said(node, "virtual_router_id")),
        priority=_integer(_said(node, "priority")) if node.first("priority") else 100,
        advert_int=_number(_said(node, "advert_int")) if node.first("advert_int") else ADVERT_INT,
        version=version,
        nopreempt=node.first("nopreempt") is not None,
        preempt_delay=_number(_said(node, "preempt_delay")),
        auth_type=auth["auth_type"].value if "auth_type" in auth else "",
        auth_pass=" ".join(auth["auth_pass"].args) if "auth_pass" in auth else "",
        vips=_vips(source, node),
        source_address=_address(_said(node, "unicast_src_ip")) or _said(node, "unicast_src_ip"),
        unicast=node.first("unicast_peer") is not None,
        peers=_peers(source, node),
        trackers=_trackers(source, node),
        notifies=_notifies(source, node),
        strict=conf.strict or node.first("strict_mode") is not None,
        closed=node.closed,
    )


KEEPALIVED = Kind(
    name="keepalived.conf",
    syntax=Syntax.KEEPALIVED,
    names=(
        "keepalived.conf",
        "keepalived*.conf",
        "keepalived/*.conf",
        "keepalived/*/*.conf",
        "keepalived.d/*.conf",
        "*keepalived*.conf*",
    ),
    marks=(
        r"^\s*vrrp_instance\s+\S+",
        r"^\s*vrrp_(?:sync_group|script|track_process)\s+\S+",
        r"^\s*virtual_router_id\s+\S+",
        r"^\s*virtual_ipaddress\b",
        r"^\s*virtual_server\s+\S+",
    ),
    read=read,
)

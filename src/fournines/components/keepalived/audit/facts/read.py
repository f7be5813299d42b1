"""From the tree of a keepalived.conf to its facts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts.inside import (
    address_of,
    integer,
    notifies_of,
    number,
    peers_of,
    places_of,
    said_of,
    trackers_of,
    vips_of,
)
from fournines.components.keepalived.audit.facts.model import (
    ADVERT_INT,
    DELAY_LOOP,
    KeepalivedConf,
    MiscCheck,
    RealServer,
    SyncGroup,
    TrackedFile,
    TrackedProcess,
    VirtualServer,
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
                places=places_of(source, node),
                name=node.value,
                weight=integer(said_of(node, "weight")),
            )
        elif node.key == "vrrp_sync_group":
            yield _group(source, node)
        elif node.key == "vrrp_instance":
            yield _instance(source, node, conf)
        elif node.key == "virtual_server":
            yield _virtual_server(source, node)
            yield from _real_servers(source, node)
            yield from _misc_checks(source, node)


def _virtual_server(source: Source, node: Node) -> VirtualServer:
    said = node.last("lb_algo", "lvs_sched")
    return VirtualServer(
        at=source.at(node),
        places=places_of(source, node),
        name=" ".join(node.args),
        scheduler=said.value if said else "",
        delay_loop=number(said_of(node, "delay_loop")) if node.first("delay_loop") else DELAY_LOOP,
        servers=sum(1 for _ in node.all("real_server")),
    )


_CHECKERS = re.compile(r"[A-Z]+_(?:CHECK|GET)|include", re.IGNORECASE)


def _real_servers(source: Source, virtual: Node) -> Iterator[RealServer]:
    for node in virtual.all("real_server"):
        checked = any(_CHECKERS.fullmatch(child.key) for child in node.children)
        yield RealServer(source.at(node), " ".join(virtual.args), " ".join(node.args), checked)


def _misc_checks(source: Source, virtual: Node) -> Iterator[MiscCheck]:
    for server in virtual.all("real_server"):
        for check in server.all("MISC_CHECK"):
            path = check.last("misc_path")
            if path is not None:
                command = path.value if path.quoted else " ".join(path.args)
                name = f"the check of {' '.join(server.args)}"
                yield MiscCheck(source.at(check), {"script": source.at(path)}, name, command)


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
        version=integer(said.get("vrrp_version", "")) or 2,
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
        places=places_of(source, node),
        name=node.value,
        command=command,
        quoted=bool(script and script.quoted),
        interval=number(said_of(node, "interval")) if node.first("interval") else 1.0,
        timeout=number(said_of(node, "timeout")) if node.first("timeout") else None,
        weight=integer(weight.value) if weight else 0,
        reverse=bool(weight and "reverse" in weight.words),
        fall=integer(said_of(node, "fall")) if node.first("fall") else 1,
        rise=integer(said_of(node, "rise")) if node.first("rise") else 1,
        user=said_of(node, "user"),
    )


def _process(source: Source, node: Node) -> TrackedProcess:
    weight = node.last("weight")
    process = node.last("process")
    return TrackedProcess(
        at=source.at(node),
        places=places_of(source, node),
        name=node.value,
        process=" ".join(process.args) if process else "",
        weight=integer(weight.value) if weight else 0,
    )


def _group(source: Source, node: Node) -> SyncGroup:
    listed = [
        (word, child) for block in node.all("group") for child in block.children for word in child.words
    ]
    members = tuple(word for word, _ in listed)
    return SyncGroup(
        at=source.at(node),
        places={**{word: source.at(child) for word, child in listed}, **places_of(source, node)},
        name=node.value,
        members=members,
        trackers=trackers_of(source, node),
        notifies=notifies_of(source, node),
    )


def _instance(source: Source, node: Node, conf: KeepalivedConf) -> VrrpInstance:
    places = places_of(source, node)
    auth = {child.key: child for holder in node.all("authentication") for child in holder.children}
    for key, child in auth.items():
        places.setdefault(key, source.at(child))
    version = integer(said_of(node, "version")) or conf.version
    address = next((v.address for v in vips_of(source, node) if v.address), None)
    if address and ":" in address:
        version = 3
    return VrrpInstance(
        at=source.at(node),
        places=places,
        name=node.value,
        state=said_of(node, "state"),
        interface=said_of(node, "interface"),
        vrid=integer(said_of(node, "virtual_router_id")),
        priority=integer(said_of(node, "priority")) if node.first("priority") else 100,
        advert_int=number(said_of(node, "advert_int")) if node.first("advert_int") else ADVERT_INT,
        version=version,
        nopreempt=node.first("nopreempt") is not None,
        preempt_delay=number(said_of(node, "preempt_delay")),
        auth_type=auth["auth_type"].value if "auth_type" in auth else "",
        auth_pass=" ".join(auth["auth_pass"].args) if "auth_pass" in auth else "",
        vips=vips_of(source, node),
        source_address=address_of(said_of(node, "unicast_src_ip")) or said_of(node, "unicast_src_ip"),
        unicast=node.first("unicast_peer") is not None,
        peers=peers_of(source, node),
        trackers=trackers_of(source, node),
        notifies=notifies_of(source, node),
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

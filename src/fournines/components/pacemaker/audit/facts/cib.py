"""The CIB: Pacemaker's configuration as XML (``cibadmin --query``, ``pcs cluster cib``, cib.xml)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.model import (
    Collection,
    Constraint,
    Member,
    Op,
    Primitive,
    Property,
    Ref,
    Story,
    false,
    role,
    seconds,
    true,
)
from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

_SETS = {
    "cluster_property_set": "cluster",
    "crm_config": "cluster",
    "rsc_defaults": "rsc_defaults",
    "op_defaults": "op_defaults",
}
_KINDS = {"group": "group", "clone": "clone", "master": "promotable", "bundle": "bundle"}


def read(source: Source) -> Iterator[object]:
    """The facts of one CIB, or of a part of one."""
    nodes = list(_walk(source.nodes))
    constraints = next((node for node in nodes if node.key == "constraints"), None)
    yield Story(
        at=source.top,
        form="cib",
        whole=not source.excerpt and any(node.key == "cib" for node in nodes),
        builds=False,
        text=source.text,
        constraints=source.at(constraints) if constraints else None,
    )
    for node in nodes:
        if node.key in _SETS:
            yield from _properties(source, node)
        elif node.key == "node" and "uname" in node.options:
            yield _member(source, node)
        elif node.key == "primitive":
            yield _primitive(source, node)
        elif node.key in _KINDS:
            yield _collection(source, node)
        elif node.key.startswith("rsc_"):
            yield from _constraint(source, node)


def _walk(roots: tuple[Node, ...]) -> Iterator[Node]:
    """Every element but those of the status section, which says what was, not what shall be."""
    pending = list(reversed(roots))
    while pending:
        node = pending.pop()
        if node.key != "status":
            yield node
            pending.extend(reversed(node.children))


def _pairs(source: Source, node: Node, *sets: str) -> tuple[dict[str, str], dict[str, Place]]:
    values: dict[str, str] = {}
    places: dict[str, Place] = {}
    for holder in node.all(*sets):
        for pair in holder.all("nvpair"):
            name = pair.options.get("name", "")
            values.setdefault(name, pair.options.get("value", ""))
            places.setdefault(name, source.at(pair))
    return values, places


def _properties(source: Source, node: Node) -> Iterator[Property]:
    holders = [node] if node.key == "cluster_property_set" else list(node.all("meta_attributes"))
    for holder in holders:
        for pair in holder.all("nvpair"):
            options = pair.options
            name, value = options.get("name", ""), options.get("value", "")
            yield Property(source.at(pair), _SETS[node.key], name, value)


def _member(source: Source, node: Node) -> Member:
    values, _ = _pairs(source, node, "instance_attributes")
    options = node.options
    remote = options.get("type", "") in ("remote", "ping")
    return Member(source.at(node), options["uname"], remote, true(values.get("standby", "")))


def _primitive(source: Source, node: Node) -> Primitive:
    options = node.options
    params, places = _pairs(source, node, "instance_attributes")
    meta, more = _pairs(source, node, "meta_attributes")
    ops = tuple(_op(source, op) for holder in node.all("operations") for op in holder.all("op"))
    return Primitive(
        at=source.at(node),
        id=options.get("id", ""),
        agent=(options.get("class", ""), options.get("provider", ""), options.get("type", "")),
        params=params,
        meta=meta,
        ops=ops,
        templated="template" in options,
        places=more | places,
    )


def _op(source: Source, node: Node) -> Op:
    options = node.options
    return Op(
        source.at(node),
        options.get("name", ""),
        seconds(options.get("interval", "0")),
        seconds(options["timeout"]) if "timeout" in options else None,
        role(options.get("role", "")),
        options.get("on-fail", ""),
        not false(options.get("enabled", "true")),
    )


def _collection(source: Source, node: Node) -> Collection:
    meta, places = _pairs(source, node, "meta_attributes")
    kind = _KINDS[node.key]
    if kind == "clone" and true(meta.get("promotable", "")):
        kind = "promotable"
    members = tuple(
        Ref(source.at(child), child.options.get("id", "")) for child in node.all("primitive", "group")
    )
    lost, _ = _pairs(source, node, "instance_attributes")
    return Collection(
        at=source.at(node),
        id=node.options.get("id", ""),
        kind=kind,
        members=members,
        meta=meta,
        old=node.key == "master",
        loose=tuple(lost) if kind in ("clone", "promotable") else (),
        places=places,
    )


def _constraint(source: Source, node: Node) -> Iterator[Constraint]:
    read_one = {"rsc_order": _order, "rsc_colocation": _colocation, "rsc_location": _location}.get(node.key)
    if read_one:
        yield read_one(source, node)


def _in_sets(source: Source, node: Node) -> tuple[Ref, ...]:
    return tuple(
        Ref(
            source.at(ref),
            ref.options.get("id", ""),
            role(holder.options.get("role", "")),
            holder.options.get("action", ""),
        )
        for holder in node.all("resource_set")
        for ref in holder.all("resource_ref")
    )


def _order(source: Source, node: Node) -> Constraint:
    options, at = node.options, source.at(node)
    refs = _in_sets(source, node)
    if "first" in options:
        first = Ref(at, options["first"], action=options.get("first-action", ""))
        refs = (first, Ref(at, options.get("then", ""), action=options.get("then-action", "")))
    return Constraint(at, options.get("id", ""), "order", options.get("kind", options.get("score", "")), refs)


def _colocation(source: Source, node: Node) -> Constraint:
    options, at = node.options, source.at(node)
    refs = _in_sets(source, node)
    if "rsc" in options:
        rsc = Ref(at, options["rsc"], role(options.get("rsc-role", "")))
        refs = (rsc, Ref(at, options.get("with-rsc", ""), role(options.get("with-rsc-role", ""))))
    return Constraint(at, options.get("id", ""), "colocation", options.get("score", ""), refs)


def _location(source: Source, node: Node) -> Constraint:
    options, at = node.options, source.at(node)
    refs = _in_sets(source, node) or ((Ref(at, options["rsc"]),) if "rsc" in options else ())
    nodes = ((options["node"], options.get("score", "")),) if "node" in options else ()
    for rule in node.all("rule"):
        said = [child.options for child in rule.all("expression")]
        if len(said) == 1 and said[0].get("attribute") == "#uname" and said[0].get("operation") == "ne":
            nodes = (*nodes, (f"!{said[0].get('value', '')}", rule.options.get("score", "")))
    return Constraint(at, options.get("id", ""), "location", options.get("score", ""), refs, nodes)


CIB = Kind(
    name="cib.xml",
    syntax=Syntax.XML,
    names=("cib.xml", "cib*.xml", "*.cib", "*cib*.xml", "pacemaker*.xml", "cluster.xml"),
    marks=(
        r"<cib\b",
        r"<(?:crm_config|cluster_property_set|rsc_defaults)\b",
        r"<primitive\b[^<>]*\b(?:class|type)=",
        r"<rsc_(?:order|colocation|location)\b",
        r"<nvpair\b[^<>]*\bname=",
    ),
    read=read,
)

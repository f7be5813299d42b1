"""``crm configure`` text: as ``crm configure show`` prints it, and as people paste it.

Pages lose the backslashes that join lines. What such a line means is plain all the same: it is read as the
continuation it was, and its place kept, for crmsh refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.crm_text import SECTIONS, Statement, statements
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
    from collections.abc import Callable, Iterator


def read(source: Source) -> Iterator[object]:
    """The facts of a file of crm text."""
    yield from read_text(source, statements(source.text), source.text)


def read_text(source: Source, found: list[Statement], text: str) -> Iterator[object]:
    """The facts of some crm text inside a source; ``text`` is all of it."""
    keys = {statement.key for statement in found}
    dump = "node" in keys and "property" in keys
    yield Story(
        at=source.at(found[0].lines[0]) if found else source.top,
        form="crm",
        whole=dump and not source.excerpt,
        builds=False,
        text=text,
        broken=tuple(source.at(line) for statement in found for line in statement.broken),
    )
    for statement in found:
        make = _MAKERS.get(statement.key)
        if make and len(statement.words) > 1:
            yield from make(source, statement)


def _is_pair(word: str) -> bool:
    return bool(re.match(r"[$\w.\-]+=", word))


@dataclass
class _Settings:
    """The parts of a statement behind its head: ``params a=b meta c=d op monitor interval=...``."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    ops: list[tuple[Place, str, dict[str, str]]] = field(default_factory=list)


def _settings(source: Source, statement: Statement, start: int, section: str = "params") -> _Settings:
    found = _Settings()
    awaiting = False
    for word, line in zip(statement.words[start:], statement.lines[start:], strict=True):
        if word in SECTIONS:
            section, awaiting = word, word == "op"
        elif awaiting:
            found.ops.append((source.at(line), word, {}))
            awaiting = False
        elif _is_pair(word):
            key, _, value = word.partition("=")
            if section == "op" and found.ops:
                found.ops[-1][2].setdefault(key, value)
            else:
                found.values.setdefault(section, {}).setdefault(key, value)
                found.places.setdefault(key, source.at(line))
    return found


def agent(text: str) -> tuple[str, str, str]:
    """``ocf:heartbeat:IPaddr2`` as class, provider and type; a bare name is an OCF agent of heartbeat."""
    parts = [part for part in text.split(":") if part]
    if len(parts) > 2:  # noqa: PLR2004 - class, provider, type
        return parts[0], parts[1], ":".join(parts[2:])
    if len(parts) == 2:  # noqa: PLR2004
        return parts[0], "", parts[1]
    return "ocf", "heartbeat", text


def _primitive(source: Source, statement: Statement) -> Iterator[Primitive]:
    named = statement.words[2] if len(statement.words) > 2 else ""  # noqa: PLR2004 - primitive ID AGENT
    found = _settings(source, statement, 2)
    ops = tuple(
        Op(
            at,
            name,
            seconds(said["interval"]) if "interval" in said else 0.0,  # what crmsh puts there itself
            seconds(said["timeout"]) if "timeout" in said else None,
            role(said.get("role", "")),
            said.get("on-fail", ""),
            not false(said.get("enabled", "true")),
        )
        for at, name, said in found.ops
    )
    yield Primitive(
        at=source.at(statement.lines[0]),
        id=statement.words[1],
        agent=agent(named),
        params=found.values.get("params", {}),
        meta=found.values.get("meta", {}),
        ops=ops,
        templated=named.startswith("@"),
        places=found.places,
    )


def _collection(source: Source, statement: Statement) -> Iterator[Collection]:
    kind = {"ms": "promotable", "master": "promotable"}.get(statement.key, statement.key)
    refs = []
    for word, line in zip(statement.words[2:], statement.lines[2:], strict=True):
        if word in SECTIONS or _is_pair(word):
            break
        refs.append(Ref(source.at(line), word))
    said = _settings(source, statement, 2)
    meta = said.values.get("meta", {})
    loose = () if "params" in statement.words else tuple(said.values.get("params", ()))
    if kind == "clone" and true(meta.get("promotable", "")):
        kind = "promotable"
    old = statement.key in ("ms", "master")
    at = source.at(statement.lines[0])
    yield Collection(
        at, statement.words[1], kind, tuple(refs), meta, old=old, loose=loose, places=said.places
    )


def _parts(source: Source, statement: Statement) -> tuple[str, list[Ref]]:
    """Score and references of a constraint: words up to the options, brackets of sets taken off."""
    score = ""
    refs: list[Ref] = []
    for word, line in zip(statement.words[2:], statement.lines[2:], strict=True):
        bare = word.strip("()[]{}")
        if not bare or _is_pair(word):
            continue
        if bare.endswith(":") or bare in ("Mandatory", "Optional", "Serialize"):
            score = score or bare.rstrip(":")
        else:
            name, _, asked = bare.partition(":")
            refs.append(Ref(source.at(line), name, role(asked), asked.lower()))
    return score, refs


def _constraint(source: Source, statement: Statement) -> Iterator[Constraint]:
    kind = "colocation" if statement.key == "collocation" else statement.key
    score, refs = _parts(source, statement)
    yield Constraint(source.at(statement.lines[0]), statement.words[1], kind, score, tuple(refs))


def _location(source: Source, statement: Statement) -> Iterator[Constraint]:
    at = source.at(statement.lines[0])
    words = [word.strip("{}") for word in statement.words[2:] if word.strip("{}")]
    refs = (Ref(at, words[0]),) if words else ()
    score, node = "", ""
    rest = [word for word in words[1:] if not word.startswith(("$", "role=Started", "resource-discovery="))]
    if len(rest) == 2 and rest[0].endswith(":"):  # noqa: PLR2004 - SCORE: NODE
        score, node = rest[0].rstrip(":"), rest[1]
    if len(rest) == 5 and rest[0] == "rule" and rest[2:4] == ["#uname", "ne"]:  # noqa: PLR2004 - one expression
        score, node = rest[1].rstrip(":"), f"!{rest[4]}"
    nodes = ((node, score),) if node else ()
    yield Constraint(at, statement.words[1], "location", score, refs, nodes)


def _property(source: Source, statement: Statement) -> Iterator[Property]:
    scope = "cluster" if statement.key == "property" else statement.key
    for word, line in zip(statement.words[1:], statement.lines[1:], strict=True):
        name, equals, value = word.partition("=")
        if equals and not name.startswith("$"):
            yield Property(source.at(line), scope, name, value)


def _node(source: Source, statement: Statement) -> Iterator[Member]:
    found = _settings(source, statement, 2, "attributes")
    name = re.sub(r"^\d+:\s*", "", statement.words[1])
    if re.fullmatch(r"\d+:", statement.words[1]) and len(statement.words) > 2:  # noqa: PLR2004 - ID: NAME
        name = statement.words[2]
    name, _, kind = name.partition(":")
    standby = true(found.values.get("attributes", {}).get("standby", ""))
    yield Member(source.at(statement.lines[0]), name, kind == "remote", standby)


def _tag(source: Source, statement: Statement) -> Iterator[Collection]:
    yield Collection(source.at(statement.lines[0]), statement.words[1].rstrip(":"), "tag", (), {})


_MAKERS: dict[str, Callable[[Source, Statement], Iterator[object]]] = {
    "primitive": _primitive,
    "group": _collection,
    "clone": _collection,
    "ms": _collection,
    "master": _collection,
    "bundle": _tag,
    "tag": _tag,
    "rsc_template": _tag,
    "order": _constraint,
    "colocation": _constraint,
    "collocation": _constraint,
    "location": _location,
    "property": _property,
    "rsc_defaults": _property,
    "op_defaults": _property,
    "node": _node,
}

_CLASSES = r"(?:ocf|lsb|systemd|stonith|service|upstart)"
_START = r"^[ \t]*(?:crm\(live[^)\n]*\)\w*#[ \t]*)?"
CRM = Kind(
    name="crm",
    syntax=Syntax.LINES,
    names=("*.crm", "crm*.txt", "crm*.conf", "*crm_config*", "*crm-config*", "*crm_configure*", "*crmsh*"),
    marks=(
        rf"{_START}primitive\s+\S+(?:\s|\\)+{_CLASSES}:",
        r"^[ \t]+(?:op|params|meta)\s+\S+",
        r"^[ \t]*(?:op|params|meta)\s+[\w\-]+(?:=|\s+[\w\-]+=)",
        rf"{_START}(?:group|clone|ms|master)\s+[\w.\-]+\s+[\w.\-]+",
        rf"{_START}(?:group|clone|ms|master)\s+\w+[_\-][\w.\-]+\s+\w+[_\-][\w.\-]+",
        rf"{_START}(?:order|colocation|location)\s+\S+\s+(?:\S+\s+)?[\w+\-]+:",
        rf"{_START}(?:property|rsc_defaults|op_defaults)\s+(?:\S+[:\s]\s*)?\\?\s*[\w\-]+=",
        r"(?:no-quorum-policy|stonith-enabled|pe-input-series-max|resource-stickiness)=",
    ),
    read=read,
)

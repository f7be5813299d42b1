"""Files that commands write: here-documents, ``echo >> file``, ``openstack-config --set``.

A script that builds a host says as much about it as the host's own files do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.audit.gather.recognise import recognise
from fournines.audit.pages.draft import Draft
from fournines.audit.pages.inside.environment import of_commands
from fournines.audit.pages.inside.folded import folded, holds_texts
from fournines.audit.pages.shown import is_file, is_yaml
from fournines.audit.pages.values import filled, settled
from fournines.kit.audit.wrapped import handed_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Kind, Source

_SETTERS = ("openstack-config", "crudini")


def written(source: Source, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """The files this script's commands write, as far as some kind recognises them."""
    known = settled(source.nodes)
    pieces = [draft for carried in source.carried for draft in _here_documents(source, carried, kinds, known)]
    yield from _joined([*pieces, *_echoed(source, kinds)])
    yield from _settings(source, kinds)
    yield from _edited(source, kinds)
    yield from of_commands(source)


def _joined(pieces: Sequence[Draft]) -> Iterator[Draft]:
    """The files whole: what is appended to a file that was written before is the rest of it."""
    found: dict[tuple[str, str, str], Draft] = {}
    for piece in sorted(pieces, key=lambda piece: piece.lines[0]):
        home = (piece.name, piece.host, piece.kind.name)
        head = found.get(home)
        if head and piece.excerpt:
            found[home] = _longer(head, piece)
        elif piece.excerpt:
            yield piece
        else:
            if head:
                yield head
            found[home] = piece
    yield from found.values()


def _longer(head: Draft, piece: Draft) -> Draft:
    text, lines = head.text, head.lines
    if text.endswith("\n"):
        text, lines = text[:-1], lines[:-1]
    return replace(head, text=f"{text}\n{piece.text}", lines=(*lines, *piece.lines))


def _line(source: Source, line: int) -> int:
    return source.at(line).line


def _target(node: Node) -> tuple[str, bool]:
    """The file a command writes to, and whether it appends."""
    words = node.words
    bare = [word for word in words if word != "sudo"]
    if bare and bare[0] == "tee":
        redirects = ("<<", ">", ">>", "/dev/null")
        files = [word for word in bare[1:] if not word.startswith("-") and word not in redirects]
        return (files[0] if files else ""), "-a" in bare
    for index, word in enumerate(words[:-1]):
        if word in (">", ">>", "1>", "1>>"):
            return words[index + 1], word.endswith(">>")
    return "", False


def _here_documents(
    source: Source, carried: Sequence[Node], kinds: Sequence[Kind], known: Mapping[str, str]
) -> Iterator[Draft]:
    node = next((node for node in carried if node.children), None)
    if node is None:
        return
    name, appended = next((found for found in map(_target, carried) if found[0]), ("", False))
    for child in node.children:
        text = child.rest if child.quoted else filled(child.rest, known)
        held = list(_inside(source, child.line, text, kinds)) if is_yaml(name, text) else []
        if held:
            yield from held
            continue
        kind = recognise(name, text, kinds, marked=not name)
        if kind and name:
            lines = tuple(_line(source, child.line + offset) for offset in range(text.count("\n") + 1))
            open_ = not child.quoted and "$" in text
            yield Draft(name, kind, text, lines, excerpt=appended, host=_far(carried[0]), template=open_)


def _inside(source: Source, first: int, text: str, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """The files that a manifest or a playbook holds which a script writes, or hands on to a program."""
    for block in folded(text) if holds_texts(text) else ():
        kind = recognise(block.info, block.text, kinds) if is_file(block) else None
        if kind:
            lines = tuple(_line(source, first + number - 1) for number in block.lines)
            yield Draft(block.info, kind, block.text, lines, excerpt=not block.whole, template=True)


def _far(node: Node) -> str:
    """The host behind ``ssh``, where a command is carried out; empty for a command of this host."""
    words = [word for word in node.words if word != "sudo"]
    inner = handed_on(words) if words and words[0] == "ssh" else ""
    before = words[: len(words) - 1] if inner and inner == words[-1] else words[:2] if inner else []
    return before[-1].rpartition("@")[2].lower() if len(before) > 1 and "$" not in before[-1] else ""


def _echoed(source: Source, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """``echo "line" >> file``: the lines a script adds to one file, together."""
    texts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    whole: set[str] = set()
    for node in source.commands if source.speaks_of("echo", "printf") else ():
        name, appended = _target(node)
        if node.key in ("echo", "printf") and name and node.value and not node.value.startswith((">", "-")):
            parts = _printed(node)
            if len(parts) > _WHOLE and not appended:
                whole.add(name)
            here = len(parts) > 1 and node.key == "echo"
            texts[name] += [(part, _line(source, node.line + at * here)) for at, part in enumerate(parts)]
    yield from _drafts(texts, kinds, whole)


_WHOLE = 5
"""Lines that one ``echo`` puts in the place of a file, from which on that is all of it."""


def _printed(node: Node) -> list[str]:
    """The lines that ``echo TEXT`` makes, and ``printf`` of one format for many lines."""
    if node.key != "printf" or node.value.replace("\\n", "\n") != "%s\n":
        return node.value.split("\n")
    end = next((i for i, word in enumerate(node.words) if word in (">", ">>", "1>", "1>>")), len(node.words))
    return [line for word in node.words[2:end] for line in word.split("\n")]


def _settings(source: Source, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """``openstack-config --set FILE SECTION KEY VALUE`` as the ini it makes."""
    texts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for node in source.commands if source.speaks_of(*_SETTERS) else ():
        words = [word for word in node.words if word != "sudo"]
        if len(words) > 5 and words[0] in _SETTERS and words[1] == "--set":  # noqa: PLR2004 - FILE SECTION KEY VALUE
            name, section, key, value = words[2:6]
            line = _line(source, node.line)
            texts[name] += [(f"[{section}]", line), (f"{key} = {value}", line)]
    yield from _drafts(texts, kinds)


_SUBSTITUTES = re.compile(
    r"s([/|#,@])(?:(?!\1)[^\\\n]|\\.){1,200}\1((?:(?!\1)[^\\&\n]|\\[/|#,@.]){1,200})\1[gi]*"
)
"""sed's command that puts a plain text in the place of a pattern."""
_HEADED = {
    "my.cnf": ["[mysqld]"],
    "sysctl": [],
    "rabbitmq.conf": [],
    "rabbitmq-env.conf": [],
    "memcached.conf": [],
}
"""Kinds of file of which one line means what it means in any file, and the section it is for."""


def _edited(source: Source, kinds: Sequence[Kind]) -> Iterator[Draft]:
    """``sed -i 's/^#bind-address.*/bind-address = 0.0.0.0/' FILE`` as the line it makes."""
    for node in source.commands if source.speaks_of("sed") else ():
        words = [word for word in node.words if word != "sudo"]
        if words[:1] != ["sed"] or not any(word.startswith(("-i", "--in-place")) for word in words[1:]):
            continue
        made = [
            re.sub(r"\\(.)", r"\1", match.group(2)).strip()
            for word in words[1:-1]
            if (match := _SUBSTITUTES.fullmatch(word))
        ]
        kind = recognise(words[-1], "\n".join(made), kinds) if made else None
        if kind and kind.name in _HEADED:
            text = [*_HEADED[kind.name], *made]
            lines = (_line(source, node.line),) * len(text)
            yield Draft(words[-1], kind, "\n".join(text), lines, excerpt=True)


def _drafts(
    texts: dict[str, list[tuple[str, int]]], kinds: Sequence[Kind], whole: Collection[str] = ()
) -> Iterator[Draft]:
    for name, parts in texts.items():
        text = "\n".join(part for part, _ in parts)
        kind = recognise(name, text, kinds)
        if kind:
            lines = tuple(line for _, line in parts)
            yield Draft(name, kind, text, lines, excerpt=name not in whole, template="$" in text)

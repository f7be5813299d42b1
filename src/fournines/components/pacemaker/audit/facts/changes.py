"""Commands that change the meta attributes of a resource that is there: pcs, crm and crm_resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.model import MetaChange, Story
from fournines.kit.audit.source import Reader, Source
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.source import Place

_BEFORE = frozenset({"sudo", "run", "exec", "time", "nohup"})
_LONG = {
    "-r": "resource", "--resource": "resource", "-p": "name", "--set-parameter": "name",
    "-v": "value", "--parameter-value": "value",
}  # fmt: skip
"""Options of crm_resource(8) and what follows them."""


def read_changes(source: Source) -> Iterator[object]:
    """The changes a script or page makes; nothing where there are none."""
    found = [
        change
        for node in (source.commands if source.speaks_of("pcs", "crm") else ())
        if node.words
        for change in _change(source.at(node), [word for word in node.words if word not in _BEFORE])
    ]
    if found:
        yield Story(source.top, "pcs", whole=False, builds=False, text="")
        yield from found


def _change(at: Place, words: list[str]) -> Iterator[MetaChange]:
    name, rest = program_of(words), words[1:]
    if name == "pcs":
        yield from _pcs(at, rest)
    elif name == "crm_resource" and {"-m", "--meta"} & set(rest):
        said = _options(rest)
        if said.get("resource") and said.get("name") and "value" in said:
            yield MetaChange(at, said["resource"], {said["name"]: said["value"]})
    elif name == "crm" and rest[:2] == ["resource", "meta"] and rest[3:4] == ["set"] and rest[5:]:
        yield MetaChange(at, rest[2], {rest[4]: rest[5]})


def _pcs(at: Place, words: list[str]) -> Iterator[MetaChange]:
    """``resource meta RSC a=b`` and ``resource update RSC ... meta a=b [op ...]``."""
    while words and words[0].startswith("-"):
        words = words[2 if words[0] == "-f" else 1 :]
    if words[:1] not in (["resource"], ["stonith"]) or len(words) < 4:  # noqa: PLR2004 - resource meta RSC a=b
        return
    verb, resource, *rest = words[1:]
    if verb == "update" and "meta" in rest:
        rest = rest[rest.index("meta") + 1 :]
        rest = rest[: rest.index("op")] if "op" in rest else rest
    elif verb != "meta":
        return
    values = {key: value for key, equals, value in (word.partition("=") for word in rest) if equals}
    if values:
        yield MetaChange(at, resource, values)


def _options(words: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    flag = ""
    for word in words:
        option, equals, value = word.partition("=")
        if equals and option in _LONG:
            found[_LONG[option]] = value
        elif flag:
            found[flag], flag = word, ""
        else:
            flag = _LONG.get(word, "")
    return found


IN_SCRIPTS = Reader("script", read_changes)

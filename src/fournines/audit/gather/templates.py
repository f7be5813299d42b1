"""Templates with the values that stand in files of variables: what Ansible, Salt, Puppet or Chef writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fournines.audit.gather.variables import Value, Variables

_JINJA = re.compile(r"\{\{-?[ \t]{0,9}(?P<said>[^{}\n]{1,200}?)[ \t]{0,9}-?\}\}")
_ERB = re.compile(r"<%=[ \t]{0,9}(?P<said>[^<>%\n]{1,200}?)[ \t]{0,9}-?%>")
_NAME = re.compile(r"(?P<name>[A-Za-z_]\w*(?:(?:\.\w+)|\[[\"']\w+[\"']\])*)(?:\[(?P<at>\d{1,3})\])?")
_PILLAR = re.compile(
    r"pillar(?P<keys>(?:\.(?!get\b)\w{1,60}|\[[\"']\w{1,60}[\"']\]){1,6})"
    r"|(?:salt\[[\"']pillar\.get[\"']\]|pillar\.get)\([\"'](?P<path>[\w:]{1,200})[\"'][^()]{0,100}\)"
)
_RUBY = re.compile(
    r"@(?P<own>\w{1,60})|\$(?:\w{1,60}::)*(?P<var>\w{1,60})|scope\[[\"'](?:\w{1,60}::)*(?P<far>\w{1,60})[\"']\]"
    r"|node(?P<keys>(?:\[[:\"']\w{1,60}[\"']?\]){1,6})"
)
_KEY = re.compile(r"\w+")
_JOIN = re.compile(r"join\([ \t]{0,4}[\"'](?P<by>[^\"'\n]{0,10})[\"'][ \t]{0,4}\)")
_HARMLESS = re.compile(
    r"int|string|trim|quote|to_json|default\([^()]{0,100}\)|d\([^()]{0,100}\)|mandatory|lower"
)
_OWN = re.compile(r"\{%-?[ \t]{0,9}(?:for|set)[ \t]{1,9}([\w, \t]{1,80}?)(?:[ \t]in\b|=)")
_DEEPEST = 4
_LONGEST = 2000
"""Characters that are put in at one place."""


def put_in(path: str, text: str, known: Variables) -> str:
    """The text with each value put in that is known and the same for all hosts."""
    if not known.known or ("{{" not in text and "<%=" not in text):
        return text
    own = {name for said in _OWN.findall(text) for name in _KEY.findall(said)}

    def jinja(match: re.Match[str]) -> str:
        said = _said(path, match["said"], known, own, 0)
        return match.group() if said is None else said

    def erb(match: re.Match[str]) -> str:
        asked = _RUBY.fullmatch(match["said"].strip())
        name = asked and (
            asked["own"] or asked["var"] or asked["far"] or ".".join(_KEY.findall(asked["keys"]))
        )
        value = known.of(path, name) if name else None
        return value if isinstance(value, str) else match.group()

    return _ERB.sub(erb, _JINJA.sub(jinja, text))


def _said(path: str, text: str, known: Variables, own: set[str], depth: int) -> str | None:
    """What an expression comes to; None where something in it is not known."""
    bare, *filters = (part.strip() for part in text.split("|"))
    value = _value(path, bare, known, own)
    joined = False
    for name in filters:
        join = _JOIN.fullmatch(name)
        if join and isinstance(value, tuple):
            value, joined = join["by"].join(value), True
        elif not _HARMLESS.fullmatch(name):
            return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    if "{{" not in value:
        return value
    if depth == _DEEPEST or joined:
        return None
    parts = [_said(path, match["said"], known, own, depth + 1) for match in _JINJA.finditer(value)]
    if None in parts:
        return None
    each = iter(parts)
    whole = _JINJA.sub(lambda _: next(each) or "", value)
    return whole if len(whole) <= _LONGEST else None


def _value(path: str, text: str, known: Variables, own: set[str]) -> Value | None:
    pillar = _PILLAR.fullmatch(text)
    if pillar:
        keys = pillar["path"].split(":") if pillar["path"] else _KEY.findall(pillar["keys"])
        return known.of(path, ".".join(keys))
    match = _NAME.fullmatch(text)
    if not match:
        return None
    keys = _KEY.findall(match["name"])
    if keys[0] in own or keys[0] in ("item", "hostvars", "loop"):
        return None
    value = known.of(path, ".".join(keys))
    if match["at"] is None:
        return value
    at = int(match["at"])
    return value[at] if isinstance(value, tuple) and at < len(value) else None

"""pcs constraint, in each of the ways its releases write it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.model import (
    Constraint,
    Ref,
    Refused,
    role,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.source import Place


_ACTIONS = frozenset({"start", "stop", "promote", "demote"})


def constraint(at: Place, words: list[str]) -> Iterator[Constraint | Refused]:
    """What the words behind ``pcs constraint`` ask for."""
    kind = words[0] if words else ""
    rest = [word for word in words[1:] if not word.startswith("--")]
    yield from _refused(at, kind, rest)
    if kind in ("order", "colocation"):
        rest = rest[1:] if rest[:1] == ["add"] else rest
        if "set" in rest:
            yield from _sets(at, kind, rest)
        elif kind == "order" and "then" in rest:
            yield _order(at, rest)
        elif kind == "colocation":
            yield from _colocation(at, rest)
    elif kind == "location":
        yield from _location(at, rest)


_LISTED = frozenset({"set", "remove", "delete", "rm", "show", "config", "clear"})
"""Words behind a kind of constraint that make none."""


def _refused(at: Place, kind: str, words: list[str]) -> Iterator[Refused]:
    """A constraint that lacks the word by which pcs tells what is meant (pcs(8), constraint)."""
    names = [word for word in words if "=" not in word and word != "add" and word not in _ACTIONS]
    if len(names) < _PAIR or words[0] in _LISTED or "set" in words:
        return
    if kind == "order" and words[0] != "add" and not {"then", "|"} & set(words):
        yield Refused(at, "an order without 'then'", f"pcs constraint order {names[0]} then {names[1]}")
    if kind == "colocation" and words[0] == "add" and "with" not in words:
        yield _without_with(at, names)
    verb = names[1]
    if kind == "location" and words[0] != "add" and verb not in ("prefers", "avoids", "rule"):
        meant = get_close_matches(verb[:_LONGEST], ("prefers", "avoids"), 1, _CLOSE)
        for word in meant:
            yield Refused(at, f"'{verb}' is no word of pcs", f"pcs constraint location {names[0]} {word} ...")


def _without_with(at: Place, names: list[str]) -> Refused:
    """``colocation add A B``, which pcs 0.9 takes; of ``A master B`` it takes the role for ``with``."""
    asked = len(names) > _PAIR and role(names[1])
    target = f"{names[1]} {names[2]}" if asked else names[1]
    said = "a colocation without 'with'" + (f", so '{names[1]}' stands for it" if asked else "")
    fix = f"pcs constraint colocation add {names[0]} with {target}"
    return Refused(at, said, fix, since=_TEN, lost=bool(asked))


_TEN = "0.10"
"""The release of pcs that took undocumented ways to say things out (its change log)."""
_PAIR = 2
_LONGEST = 20
_CLOSE = 0.75


def _sets(at: Place, kind: str, words: list[str]) -> Iterator[Constraint]:
    refs: list[Ref] = []
    members: list[str] = []
    options: list[str] = []

    def close() -> None:
        said = pairs(options)
        refs.extend(Ref(at, m, role(said.get("role", "")), said.get("action", "")) for m in members)
        members.clear()
        options.clear()

    for word in words:
        if word in ("set", "setoptions"):
            close()
            if word == "setoptions":
                break
        elif "=" in word:
            options.append(word)
        else:
            members.append(word)
    close()
    yield Constraint(at, "", kind, pairs(words).get("score", "INFINITY"), tuple(refs))


def _order(at: Place, words: list[str]) -> Constraint:
    middle = words.index("then")
    refs = []
    for part in (words[:middle], words[middle + 1 :]):
        names = [word for word in part if "=" not in word]
        asked = names[0] if len(names) > 1 and names[0] in _ACTIONS else ""
        refs += [Ref(at, names[1 if asked else 0], action=asked)] if names else []
    return Constraint(at, "", "order", pairs(words).get("kind", "Mandatory"), tuple(refs))


def _colocation(at: Place, words: list[str]) -> Iterator[Constraint]:
    """``ROLE? RSC with ROLE? RSC SCORE?``; before pcs 0.10 also without ``with``."""
    said = pairs(words)
    names = [word for word in words if "=" not in word and word != "with"]
    score = said.get("score", "")
    if names and re.fullmatch(r"[+\-]?(?:INFINITY|inf|\d+)", names[-1], re.IGNORECASE):
        score = names.pop()
    refs: list[Ref] = []
    asked = ""
    for word in names:
        if role(word) or word.lower() in ("started", "stopped"):
            asked = word
        else:
            option = "with-rsc-role" if refs else "rsc-role"
            refs.append(Ref(at, word, role(asked or said.get(option, ""))))
            asked = ""
    if len(refs) > 1:
        yield Constraint(at, "", "colocation", score or "INFINITY", tuple(refs[:2]))


def _location(at: Place, words: list[str]) -> Iterator[Constraint]:
    if words[:1] == ["add"] and len(words) > 4:  # noqa: PLR2004 - add ID RSC NODE SCORE
        yield Constraint(at, words[1], "location", words[4], (Ref(at, words[2]),), ((words[3], words[4]),))
    elif len(words) > 2 and words[1] in ("prefers", "avoids"):  # noqa: PLR2004 - RSC prefers NODE
        sign = "-" if words[1] == "avoids" else ""
        nodes = []
        for word in words[2:]:
            node, _, score = word.partition("=")
            nodes.append((node, sign + (score or "INFINITY")))
        yield Constraint(at, "", "location", nodes[0][1], (Ref(at, words[0]),), tuple(nodes))


def pairs(words: Sequence[str]) -> dict[str, str]:
    """The ``key=value`` words; the last of a key counts."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            found[key] = value
    return found

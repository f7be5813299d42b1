"""Pydantic's complaints as mistakes of the site file: at their places, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fournines.errors import Mistake
from fournines.spec.document import Document
from fournines.spec.keys import OF_HOSTS, known_keys
from fournines.spec.model import Fencing, Host, Network, SecretsAt, Site, Ssh, Strict, Vip
from fournines.spec.shapes import shown
from fournines.spec.told.elsewhere import belongs
from fournines.spec.told.kinds import model_at, number_at
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import NO_MAPPING, near, words


@dataclass(frozen=True, slots=True)
class Translator:
    """Of what stands under ``prefix`` in a file, and is to be of this model."""

    document: Document
    vocabulary: Vocabulary
    model: type[Strict]
    prefix: tuple[str, ...] = ()

    def mistakes(self, error: ValidationError) -> Iterator[Mistake]:
        """All complaints but those that only repeat another one."""
        found = error.errors()
        for details in found:
            loc = tuple(str(part) for part in details["loc"])
            if details["type"] == "too_short" and any(_beneath(other, details) for other in found):
                continue  # pydantic counts only the entries that are right
            if loc[:1] == ("hosts",) and loc[2:] == ("name",):
                continue  # the host's name is the key, and that was judged already
            parent = self.document.as_written((*self.prefix, *loc[:-1]))
            if details["type"] == "missing" and parent in self.document.dropped:
                continue  # it may be what could not be read there
            yield self._mistake(details, loc)

    def _mistake(self, details: ErrorDetails, loc: tuple[str, ...]) -> Mistake:
        at_key = loc[-1:] == ("[key]",)
        path = (*self.prefix, *(part for part in loc if part != "[key]"))
        path += tuple(filter(None, [str(details.get("ctx", {}).get("at", ""))]))
        written = self.document.as_written(path)
        key = written[-2] if written[-1].isdecimal() and len(written) > 1 else written[-1]
        around = model_at(self.model, loc[:-1])
        known = known_keys(around) if around else []
        what, hint = words(details, key if len(written) > 1 else path[-1], known, number_at(self.model, loc))
        unknown = details["type"] == "extra_forbidden"
        if unknown and not hint.startswith("did you mean"):
            hint = self._elsewhere(path, details["input"]) or hint
        if details["type"] in NO_MAPPING:
            hint = self._as_mapping(path, details["input"], model_at(self.model, loc)) or hint
        elif path[:1] == ("services",) and len(path) > 1:
            hint = self._as_service(details["input"]) or hint
        elif details["type"] in {"enum", "literal_error"} and around and _optional(around, loc[-1]):
            hint += ", or leave the key out" if hint.startswith("write one of") else ""
        if at_key and path[:1] == ("components",) and path[2:] == ():
            hint = belongs(path, self.vocabulary) or hint
        if at_key and "[" in key and hint.startswith("write "):
            hint = f"write {re.sub('[ _]', '-', key).lower()}"  # of the range, not of one of its hosts
        if at_key and loc[0] != "hosts" and re.search(r"\[[0-9]+-[0-9]+\]", key):
            hint = "ranges are for hosts only: write an entry for each"
        return self.document.mistake(path, what, hint, at_key=at_key or unknown)

    def _elsewhere(self, path: tuple[str, ...], given: object) -> str:
        """Where an unknown key belongs, if anywhere."""
        if path[0] == "components" and path[-1] in _names(self.document.value.get("hosts")):
            return "options are those of all hosts of a component: write them without a host's name"
        return _around(given, path[-1]) or belongs(path, self.vocabulary)

    def _as_mapping(self, path: tuple[str, ...], given: object, wanted: type[Strict] | None) -> str:
        """What to write where keys have to stand; empty where nothing more is known of it than that."""
        if wanted is Host and path[-1] in {*OF_HOSTS, *_names(self.document.value.get("networks"))}:
            return f"indent it further: {path[-1]} stands under a host's name"
        if wanted:
            return _as_keys(wanted, given)
        if path == ("components",):
            named = [name for one in _listed(given) for name in _names(one)]
            known = [name for name in named if name in self.vocabulary.options] or ["galera"]
            return f"write components: {{{', '.join(f'{name}: {{}}' for name in known)}}}"
        if path[:1] != ("components",) or path[2:]:
            pairs = [str(one).partition("=") for one in _listed(given)]
            said = ", ".join(f"{name.strip()}: {value.strip()}" for name, _, value in pairs)
            return f"write {{{said}}}" if pairs and all(name and value for name, _, value in pairs) else ""
        if str(given).lower() in {"false", "no", "off", "disabled"}:
            return "take it away: what nothing needs is not built"
        return f"write {path[-1]}: {{}}, with its options between the braces"

    def _as_service(self, given: object) -> str:
        """What to write in the place of an entry that is no service's name alone."""
        if isinstance(given, dict):
            name = next(iter(given), "")
            return f"write {name}; its options stand under components: {{{name}: {{...}}}}"
        parts = re.split(r"[\s,;\uff0c\u3001]+", str(given))
        if len(parts) > 1 and all(part in self.vocabulary.services for part in parts):
            return f"put a comma between them: {', '.join(parts)}"
        meant = near(str(given), sorted(self.vocabulary.services))
        alike = str(given).lower() in self.vocabulary.services  # what to write then is told already
        return meant if meant.startswith("did you mean") and not alike else ""


def _around(given: object, key: str) -> str:
    """What to say of a key with a whole site file beneath it."""
    whole = isinstance(given, dict) and len(set(given) & set(known_keys(Site))) > 1
    return f"take {key} away: its keys stand at the top level, and begin in the first column" if whole else ""


def _names(given: object) -> list[str]:
    """What stands there by name: the keys of a mapping, or a text itself."""
    return list(given) if isinstance(given, dict) else [given] if isinstance(given, str) else []


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else [given]


def _optional(model: type[Strict], key: str) -> bool:
    return key in model.model_fields and model.model_fields[key].default is None


_MEANT = {Network: "cidr", Vip: "address", Fencing: "address", Ssh: "user", SecretsAt: "recipients"}
"""Which key somebody means who writes a value where a section's keys have to stand."""


def _as_keys(wanted: type[Strict], given: object) -> str:
    """What to write where a text or a list stands in the place of keys."""
    if wanted is Host:
        return "write keys with values: {roles: [...], NETWORK: ADDRESS}"
    meant = _MEANT.get(wanted)
    must = [key for key in known_keys(wanted) if wanted.model_fields[key].is_required()]
    if wanted is Ssh and isinstance(given, str) and "@" in given:
        given = given.partition("@")[0]
    said = dict.fromkeys((*must, *([meant] if meant else ())), "...")
    if not meant and len(must) == 1:
        meant = must[0]
    if meant == "recipients" and isinstance(given, list | str):
        said[meant] = f"[{', '.join(map(str, _listed(given)))}]"
    elif meant and isinstance(given, str):
        said[meant] = shown(given)[1:-1]
    pairs = ", ".join(f"{key}: {value}" for key, value in said.items())
    return f"write keys with values: {{{pairs or 'key: value'}}}"


def _beneath(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    """Whether one complaint is about an entry of what the other is about."""
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]

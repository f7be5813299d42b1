"""Pydantic's complaints as mistakes of the site file: at their places, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fournines.errors import Mistake
from fournines.spec.document import Document
from fournines.spec.keys import belongs, known_keys
from fournines.spec.model import Strict
from fournines.spec.told.kinds import model_at, number_at
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import words


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
        what, hint = words(details, key, known, number_at(self.model, loc))
        unknown = details["type"] == "extra_forbidden"
        if unknown and not hint.startswith("did you mean"):
            hint = belongs(path, self.vocabulary) or hint
        if at_key and loc[0] != "hosts" and re.search(r"\[[0-9]+-[0-9]+\]", key):
            hint = "ranges are for hosts only: write an entry for each"
        return self.document.mistake(path, what, hint, at_key=at_key or unknown)


def _beneath(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    """Whether one complaint is about an entry of what the other is about."""
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]

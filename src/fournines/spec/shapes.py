"""The shapes that a text or a list of a site file may have, each with its own words for what is wrong.

``types`` gives names to what is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

WRONG = "wrong"
"""The error type of everything refused in words of our own; ``ctx`` holds ``what``, ``hint`` and ``at``."""
_SHOWN = 60


def shown(given: object) -> str:
    """A value as a message quotes it: cut where it is long, control characters escaped."""
    text = masked(str(given))
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


def wrong(what: str, hint: str, at: str = "") -> PydanticCustomError:
    """The error for a value that is refused; ``at`` names the field where a model as a whole is refused."""
    return PydanticCustomError(WRONG, "{what}", {"what": what, "hint": hint, "at": at})


_PRIVATE = re.compile(r"AGE-SECRET-KEY-[A-Z0-9]*|-----BEGIN [A-Z ]*PRIVATE KEY.*")


def masked(text: str) -> str:
    """A line of the file without the private key that somebody wrote into it."""
    return _PRIVATE.sub("(a private key)", text)


def first_written(options: BaseModel, *names: str) -> str:
    """The first of these keys that stands in the file: there a mistake between them is told."""
    return next((one for one in names if one in options.model_fields_set), names[0])


@dataclass(frozen=True, slots=True)
class Written:
    """A text of one shape. ``what`` ends the sentence ``'x y' is not ...``."""

    pattern: str
    what: str
    hint: str
    longest: int = 255
    reserved: frozenset[str] = frozenset()

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: text first, then :meth:`check`."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Pydantic's hook: what an editor can check."""
        shape = {**handler(schema), "pattern": f"^({self.pattern})$", "maxLength": self.longest}
        return shape | ({"not": {"enum": sorted(self.reserved)}} if self.reserved else {})

    def check(self, text: str) -> str:
        """The text itself, if it has the shape."""
        if _PRIVATE.search(text):
            what = "a private key stands here; whoever has read this file knows it"
            raise wrong(what, "make another one (age-keygen), and write its public key: age1...")
        if len(text) > self.longest:
            raise wrong(
                f"{shown(text)} has {len(text)} characters; at most {self.longest} are possible", self.hint
            )
        if text in self.reserved:
            hint = "use another name" if self.what == "a name" else self.hint
            raise wrong(f"{shown(text)} has a meaning of its own on every host", hint)
        if not re.fullmatch(self.pattern, text):
            meant = next((one for one in _meant(text) if re.fullmatch(self.pattern, one)), None)
            fits = meant and len(meant) <= self.longest and meant not in self.reserved
            raise wrong(f"{shown(text)} is not {self.what}", f"write {meant}" if fits else self.hint)
        return text


def _meant(text: str) -> Iterator[str]:
    """What somebody may have meant who wrote a capital, a URL, a whole name, an underscore, further words."""
    host = re.sub("^[a-z]+://", "", text).partition("/")[0]
    yield from (text.lower(), host, host.lower(), f"/{text}")
    if host.count(":") == 1:
        yield host.partition(":")[0]
    if "." not in text:
        yield re.sub("[ _]", "-", text).lower()
    elif "://" not in text and not text[0].isdecimal():
        yield text.partition(".")[0].lower()
        yield next(word for word in text.split() if "." in word)


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount with its unit (``512M``), between two amounts. ``factors`` are the units' sizes in bytes."""

    factors: dict[str, int] = field(hash=False)
    lowest: str
    highest: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: text first, then :meth:`check`."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Pydantic's hook: what an editor can check."""
        return {**handler(schema), "pattern": f"^[1-9][0-9]*({'|'.join(self.factors)})$"}

    def check(self, text: str) -> str:
        """The text itself, if it is such an amount and within the limits."""
        hint = f"write {self.lowest} to {self.highest}, without a space"
        shape = f"[1-9][0-9]{{0,17}}({'|'.join(self.factors)})"
        if not re.fullmatch(shape, text):
            bare = re.sub("i?[Bb]$", "", text.replace(" ", ""))
            written = (f"{bare}B", bare, bare.upper(), bare.lower(), *self._converted(bare))
            meant = (one for one in written if re.fullmatch(shape, one))
            found = next((one for one in meant if self._within(one)), None)
            what = f"{shown(text)} is not an amount such as {self.lowest}"
            raise wrong(what, f"write {found}" if found else hint)
        if not self._within(text):
            raise wrong(f"{text} is not between {self.lowest} and {self.highest}", hint)
        return text

    def _within(self, text: str) -> bool:
        return self.in_bytes(self.lowest) <= self.in_bytes(text) <= self.in_bytes(self.highest)

    def _converted(self, text: str) -> Iterator[str]:
        """The same amount in a unit that is known here: of bytes alone, of a fraction, of another unit."""
        found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)([kKMGT]?)", text)
        if found is None or not (found[2] or "." not in found[1]):
            return
        amount = float(found[1]) * 1024 ** "_kMGT".index(found[2].replace("K", "k") or "_")
        for unit, size in sorted(self.factors.items(), key=lambda one: -one[1]):
            if amount >= size and amount % size == 0:
                yield f"{int(amount // size)}{unit}"

    def in_bytes(self, text: str) -> int:
        """An amount of this shape as bytes."""
        digits = text.rstrip("".join(self.factors))
        return int(digits) * self.factors[text[len(digits) :]]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts, for the reference."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Once:
    """Says of a list that nothing stands in it twice."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's hook: the list first, then :meth:`check`."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Pydantic's hook: what an editor can check."""
        return {**handler(schema), "uniqueItems": True}

    def check(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """The list itself, if each of its entries is another."""
        for index, one in enumerate(given):
            if one in given[:index]:
                raise wrong(f"{one} stands twice", "keep one", at=str(index))
        return given

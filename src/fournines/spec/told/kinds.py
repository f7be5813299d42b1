"""What may stand where in a site file, in words: for the reference, and for whoever wrote something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from itertools import chain
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from fournines.spec.model import Strict
from fournines.spec.shapes import Measure, Unit, Written


def number_at(model: type[Strict], path: Sequence[str]) -> str:
    """What number may stand there; empty where it is something else than a number that may.

    ``path`` is one of pydantic's, of a value of the model.
    """
    kind: Any = model
    metadata: tuple[object, ...] = ()
    for part in path:
        kind, metadata = _within(kind, part)
    return kind_words(kind, metadata) if _bare(kind) in {int, float} else ""


def model_at(model: type[Strict], path: Sequence[str]) -> type[Strict] | None:
    """The model of the keys that stand there; None where it is something else."""
    kind: Any = model
    for part in path:
        kind, _ = _within(kind, part)
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, Strict) else None


def _bare(kind: Any) -> Any:  # noqa: ANN401 - a type of typing's
    """What it is beneath all that is said of it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _bare(inner[0])
    if origin in {Union, UnionType}:
        return _bare(next(one for one in inner if one is not NoneType))
    return kind


def _within(kind: Any, part: str) -> tuple[Any, tuple[object, ...]]:  # noqa: ANN401 - a type of typing's
    """The kind of an entry of this kind, and what more is said of it."""
    kind = _bare(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Strict) and part in kind.model_fields:
        field = kind.model_fields[part]
        return field.annotation, tuple(field.metadata)
    return (inner[-1] if origin is not tuple else inner[0], ()) if inner else (None, ())


def kind_words(kind: Any, metadata: tuple[object, ...] = ()) -> str:  # noqa: ANN401 - a type of typing's
    """What may be written, in words: ``a whole number, 60 to 604800 s``."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        said = (one.metadata if isinstance(one, FieldInfo) else (one,) for one in inner[1:])
        return kind_words(inner[0], (*chain.from_iterable(said), *metadata))
    if origin in {Union, UnionType}:
        return kind_words(next(one for one in inner if one is not NoneType), metadata)
    return _several(origin, inner) if origin is not None else _plain(kind, metadata)


def _several(origin: object, inner: tuple[Any, ...]) -> str:
    """The same of a list, a choice or a mapping."""
    if origin is tuple:
        return f"list: {kind_words(inner[0], ())}"
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if get_origin(inner[1]) is Mapping:
        return "mapping: a component to its options, see below"
    return f"mapping: {kind_words(inner[0], ())} to {kind_words(inner[1], ())}"


def _plain(kind: Any, metadata: tuple[object, ...]) -> str:  # noqa: ANN401 - as above
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(f"`{one}`" for one in kind)
    if isinstance(kind, type) and issubclass(kind, Strict):
        return "keys, see below"
    for one in metadata:
        if isinstance(one, Written):
            return one.what
        if isinstance(one, Measure):
            return f"an amount, {one.lowest} to {one.highest}"
    words = {
        bool: "`true` or `false`",
        int: "a whole number",
        float: "a number",
        IPv4Address: "an IPv4 address",
        IPv4Network: "a network such as 10.0.0.0/24",
    }
    return words[kind] + _limits(metadata)


def _limits(metadata: tuple[object, ...]) -> str:
    lowest = next((f"{one.ge}" for one in metadata if isinstance(one, Ge)), "")
    above = next((f"above {one.gt}" for one in metadata if isinstance(one, Gt)), "")
    highest = next((f"{one.le}" for one in metadata if isinstance(one, Le)), "")
    below = next((f"below {one.lt}" for one in metadata if isinstance(one, Lt)), "")
    said = (", at most " if above else " to ").join(filter(None, (lowest or above, highest or below)))
    unit = next((f" {one.symbol}" for one in metadata if isinstance(one, Unit)), "")
    return f", {said}{unit}" if said else unit

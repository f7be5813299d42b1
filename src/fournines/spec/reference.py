"""The reference of site files, made from the models: docs/site-file.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from fournines.spec.keys import OF_HOSTS, known_keys
from fournines.spec.meaning import meanings
from fournines.spec.model import Attachment, Fencing, Host, Network, SecretsAt, Site, Ssh, Strict, Vip
from fournines.spec.types import Measure, Unit, Written
from fournines.spec.vocabulary import Vocabulary

_HEAD = """\
# The site file

Made from the program (`nines schema --markdown`). `nines schema` prints the same as JSON Schema for
editors, `nines init` writes a file to start from. Values are YAML without its tricks: no anchors, no tags,
each value on one line, numbers in plain digits, and nothing is read as another type than the key's (`no`,
`on`, `22:22` stay text). [The glossary](glossary.md) explains the words.
"""
_HOST = """\
Beside `roles` and `kind`, a host has a key for each network it is attached to: its address there, or a
mapping where more is to be said. In a network of purpose `provider` it has an interface and no address.

```yaml
controller1:
  roles: [controller]
  mgmt: 10.0.0.11                                        # the interface is found by the address
  storage: {address: 10.1.0.11, interface: bond0.100}    # or named
  provider: {interface: enp3s0}                          # attached without an address
```

Many hosts that differ by a number are one entry: `compute[001-200]` is `compute001` to `compute200`, and an
address with a plus sign is that of the first of them, counted up for each further one.

```yaml
compute[001-200]: {roles: [compute], mgmt: 10.0.1.1+}    # compute200 has 10.0.1.200
```
"""
_COMPONENTS = """
## components

Small by default, complete by override. A component that is not here has no options.
"""
_PARTS: tuple[tuple[str, type[Strict], str], ...] = (
    ("networks.NAME", Network, ""),
    ("vips.NAME", Vip, ""),
    ("hosts.NAME", Host, _HOST),
    ("hosts.NAME.NETWORK", Attachment, ""),
    ("ssh", Ssh, ""),
    ("fencing.HOST", Fencing, ""),
    ("secrets", SecretsAt, ""),
)


def reference(vocabulary: Vocabulary, summaries: Mapping[str, str]) -> str:
    """The page.

    Args:
        vocabulary: the services and the options of every component.
        summaries: what each component is, in a line.
    """
    parts = [_HEAD, "## Keys\n", *_table(Site, known_keys(Site))]
    parts.append(f"\nServices: {', '.join(f'`{name}`' for name in sorted(vocabulary.services))}.\n")
    could = (f"`{one}` ({', '.join(names)})" for one, names in sorted(vocabulary.providers.items()))
    parts.append(f"Capabilities, and who can provide them: {', '.join(could)}.\n")
    for title, model, text in _PARTS:
        keys = list(OF_HOSTS) if model is Host else known_keys(model)
        parts += [f"\n## {title}\n", *([text] if text else []), *_table(model, keys)]
    parts.append(_COMPONENTS)
    for name, options in sorted(vocabulary.options.items()):
        if options.model_fields:
            parts += [
                f"\n### components.{name}\n",
                f"{summaries[name]}.\n",
                *_table(options, known_keys(options)),
                *_nested(name, options),
            ]
    return "\n".join(parts) + "\n"


def _nested(component: str, options: type[Strict]) -> Iterator[str]:
    """A table for each of its options that is a mapping of names to keys."""
    for key, field in options.model_fields.items():
        model = get_args(field.annotation)[-1:] if get_origin(field.annotation) is Mapping else ()
        for one in model:
            if isinstance(one, type) and issubclass(one, Strict):
                yield f"\n#### components.{component}.{key}.NAME\n"
                yield from _table(one, known_keys(one))


def _table(model: type[Strict], keys: list[str]) -> Iterator[str]:
    yield "| key | value | unless given | meaning |"
    yield "|---|---|---|---|"
    for key in keys:
        field = model.model_fields[key]
        meaning = " ".join(meanings(model).get(key, "").replace("``", "`").split())
        kind = _kind(field.annotation, tuple(field.metadata))
        yield f"| `{key}` | {kind} | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}) or isinstance(value, Strict):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(kind: Any, metadata: tuple[object, ...]) -> str:  # noqa: ANN401 - a type of typing's
    """What may be written, in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _kind(inner[0], (*inner[1:], *metadata))
    if origin in {Union, UnionType}:
        return _kind(next(one for one in inner if one is not NoneType), metadata)
    return _several(origin, inner) if origin is not None else _plain(kind, metadata)


def _several(origin: object, inner: tuple[Any, ...]) -> str:
    """The same of a list, a choice or a mapping."""
    if origin is tuple:
        return f"list: {_kind(inner[0], ())}"
    if origin is Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if get_origin(inner[1]) is Mapping:
        return "mapping: a component to its options, see below"
    return f"mapping: {_kind(inner[0], ())} to {_kind(inner[1], ())}"


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
    said = " to ".join(filter(None, (lowest or above, highest or below)))
    unit = next((f" {one.symbol}" for one in metadata if isinstance(one, Unit)), "")
    return f", {said}{unit}" if said else unit

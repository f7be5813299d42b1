"""The reference of site files, made from the models: docs/site-file.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from fournines.spec.keys import OF_HOSTS, known_keys
from fournines.spec.model import Attachment, Fencing, Host, Network, SecretsAt, Site, Ssh, Strict, Vip
from fournines.spec.told.kinds import kind_words
from fournines.spec.told.meaning import meanings
from fournines.spec.vocabulary import Vocabulary

_HEAD = """\
# The site file

Made from the program (`nines schema --markdown`). `nines schema` prints the same as JSON Schema for
editors, `nines init` writes a file to start from. Values are YAML without its tricks: no anchors and
aliases, no tags, no merge keys, no `%YAML` or `%TAG` line, one document, each value on one line, numbers in
plain digits, and nothing is read as another type than the key's (a host may be called `no`; where true or
false is wanted, `yes`, `no`, `on` and `off` will do). The file is UTF-8, with line ends of either kind and
with or without a byte order mark; JSON is read too. It is whole in itself: there is no include. A name is
lower-case letters, digits and hyphens, begins with a letter, does not end with a hyphen and has 63 characters
at most, the site's own 32.
[The glossary](glossary.md) explains the words.

What is judged of the whole: there are at least two controllers, and no more arbiters than break a tie; an odd
number of hosts votes (roles `controller` and `arbiter`), or two that fence each other and run nothing that
needs a majority; no VIP is called as a host is, and every controller has an address in its network; the
connections that all processes of all services may open fit into the database's (`nines show` has the sum);
and something is made of everything: a role, a choice, a network to which no host is attached, a second
provider network, options of a component of which nothing follows in this site are refused, because they were
meant otherwise.
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

`roles: []` is a host for nothing in particular: it gets names, firewall, time and logs. The command line
clients are on hosts with the role `dashboard` too, and clients of drills are played there, so a site without
Horizon may have one.

Many hosts that differ by a number are one entry: `compute[001-200]` is `compute001` to `compute200`, and an
address with a plus sign is that of the first of them, counted up for each further one. A range has 4096
hosts at most; where the first number has zeros before it, all have as many digits. Between braces, as in
`hosts: {"compute[1-9]": {...}}`, YAML wants the name in quotes.

```yaml
compute[001-200]: {roles: [compute], mgmt: 10.0.1.1+}    # compute200 has 10.0.1.200
```
"""
_SERVICES = """
## Services

The roles of the hosts that each service runs on, and which other services have to be listed with it on real
machines, options as they are unless given. Nova wants at least one host with the role `compute`, Neutron two
with the role `network` or none: then controllers have the routers. A lab's Nova may be without Glance and
Neutron; Neutron's agent comes to compute hosts too; an option can ask for more:
`glance: {store: objects}` for `swift`.

| service | on hosts with any of | needs |
|---|---|---|
"""
_COMPONENTS = """
## components

Small by default, complete by override. A component that is not here has no options. To name one that is no
service and joins on demand (a broker, etcd) builds it.
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


def reference(
    vocabulary: Vocabulary, summaries: Mapping[str, str], needed: Mapping[str, Sequence[str]]
) -> str:
    """The page.

    Args:
        vocabulary: the services and the options of every component.
        summaries: what each component is, in a line.
        needed: the services that each service needs.
    """
    parts = [_HEAD, "## Keys\n", *_table(Site, known_keys(Site))]
    parts.append("")
    could = (f"`{one}` ({', '.join(names)})" for one, names in sorted(vocabulary.providers.items()))
    parts.append(f"Capabilities, and who can provide them: {', '.join(could)}.\n")
    parts.append(_SERVICES + "\n".join(_services(vocabulary, needed)))
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


def _services(vocabulary: Vocabulary, needed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A row for each service."""
    for name in sorted(vocabulary.services):
        yield f"| `{name}` | {_words(vocabulary.roles.get(name, ()))} | {_words(needed[name])} |"


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


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
        kind = kind_words(field.annotation, tuple(field.metadata))
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

"""The file's own shape turned into the models', and mistyped keys taken for what was meant.

A mistyped key is one mistake. Taken for what it was meant to be, the rest of the file can still be judged,
and the mistake does not come back as a missing key, an unknown network and an uneven number of votes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from fournines.spec.document import Document, Path
from fournines.spec.draft import networks_known
from fournines.spec.model import Attachment, Fencing, Network, SecretsAt, Site, Ssh, Strict, Vip
from fournines.spec.told.kinds import model_at
from fournines.spec.vocabulary import Vocabulary
from fournines.spec.words import near

_INTERNAL = {"file"}
_ONE: dict[str, type[Strict]] = {"ssh": Ssh, "secrets": SecretsAt}
_MANY: dict[str, type[Strict]] = {"networks": Network, "vips": Vip, "fencing": Fencing}
OF_HOSTS = ("roles", "kind")
"""The keys of a host that are no network's name."""
SECTIONS = _ONE | _MANY
"""The sections with keys of their own: one set of them, or one under each name."""


def known_keys(model: type[Strict]) -> list[str]:
    """The keys a site file may have where the model is meant."""
    return [name for name in model.model_fields if name not in _INTERNAL]


_SYNONYMS = {
    "ip": "address",
    "subnet": "cidr",
    "range": "cidr",
    "nic": "interface",
    "iface": "interface",
    "login": "user",
    "username": "user",
    "ansible_user": "user",
    "jump": "through",
    "jump_host": "through",
    "bastion": "through",
    "proxy": "through",
    "pool": "upstream",
    "servers": "upstream",
    "virtual_router_id": "vrid",
    "nodes": "hosts",
}
"""What people call a key who have it from elsewhere."""


def mend_top(document: Document, raw: dict[str, Any]) -> None:
    """Take mistyped keys at the top for what was meant, before anything looks for the sections."""
    _mend(document, raw, known_keys(Site), ())


def shaped(document: Document, raw: dict[str, Any], vocabulary: Vocabulary) -> None:
    """Bring the file's values into the models' shape, in place; mistyped keys are added to the mistakes."""
    for internal in _INTERNAL & set(raw):
        del raw[internal]
        path = (internal,)
        document.mistakes.append(document.mistake(path, "unknown key", "leave it out", at_key=True))
    for section, one in _ONE.items():
        _mend(document, raw.get(section), known_keys(one), (section,))
    for section, each in _MANY.items():
        for name, entry in _entries(raw.get(section)):
            _mend(document, entry, known_keys(each), (section, name))
    _misnamed_networks(document, raw)
    networks = list(raw["networks"]) if networks_known(raw) else None
    for name, host in _entries(raw.get("hosts")):
        if isinstance(host, dict):
            _host(document, name, host, networks)
    components = raw.get("components")
    _mend(document, components, vocabulary.options, ("components",), what="there is no such component")
    for name, options in _entries(components):
        if name in vocabulary.options:
            _options(document, options, vocabulary.options[name], ("components", name))
        elif isinstance(components, dict):
            components[name] = {}  # of nobody's options nothing can be said


def _misnamed_networks(document: Document, raw: dict[str, Any]) -> None:
    """A network that nobody names, where several entries name one like it: the slip is in the one place."""
    hosts = [entry for _, entry in _entries(raw.get("hosts")) if isinstance(entry, dict)]
    vips = [entry.get("network") for _, entry in _entries(raw.get("vips")) if isinstance(entry, dict)]
    named = Counter(n for n in (*(key for host in hosts for key in host), *vips) if isinstance(n, str))
    networks = dict(_entries(raw.get("networks")))
    wanted = [n for n, times in named.items() if times > 1 and n not in (*networks, *OF_HOSTS)]
    for name in [name for name in networks if name not in named]:
        close = get_close_matches(name, wanted, n=1)
        if close:
            here, what = (
                ("networks", name),
                f"nobody is attached to {name}, but {named[close[0]]} times to {close[0]}",
            )
            document.mistakes.append(document.mistake(here, what, f"did you mean {close[0]}?", at_key=True))
            document.written["networks", close[0]] = document.as_written(here)
            wanted.remove(close[0])
            raw["networks"] = {close[0] if n == name else n: said for n, said in raw["networks"].items()}


def _options(document: Document, options: object, model: type[Strict], path: Path) -> None:
    """A component's keys, and those of options that are names with keys of their own."""
    _mend(document, options, known_keys(model), path)
    for option, value in _entries(options):
        within = model_at(model, (option, "NAME"))
        keys = known_keys(within) if within else []
        for name, entry in _entries(value) if keys else ():
            _mend(document, entry, keys, (*path, option, name))


def _entries(section: object) -> Iterable[tuple[str, Any]]:
    return list(section.items()) if isinstance(section, dict) else ()


def _mend(
    document: Document, value: object, known: Iterable[str], path: Path, *, what: str = "unknown key"
) -> None:
    """Take each unknown key for the known one that it resembles and that is not there."""
    if not isinstance(value, dict):
        return
    for key in [key for key in value if key not in known]:
        free = [name for name in known if name not in value]
        close = [_SYNONYMS[key]] if _SYNONYMS.get(key) in free else get_close_matches(key.lower(), free, n=1)
        if close:
            here = (*path, key)
            document.mistakes.append(document.mistake(here, what, f"did you mean {close[0]}?", at_key=True))
            document.written[(*path, close[0])] = document.as_written(here)
            value[close[0]] = value.pop(key)


def _host(document: Document, name: str, host: dict[str, Any], networks: list[str] | None) -> None:
    """``{roles: [...], mgmt: 10.0.0.11}`` says the address per network; the model keeps them together.

    What stands under the name of no network (None: they are not known) is taken for an attachment too, and
    its value for nothing: a rule says that there is no such network, and that is enough.
    """
    here = ("hosts", name)
    _mend(
        document,
        host,
        [*OF_HOSTS, *(networks or ())],
        here,
        what="neither a host's key nor a network of this site",
    )
    addresses: dict[str, Any] = {}
    interfaces: dict[str, Any] = {}
    bare: list[str] = []
    for network in [key for key in host if key not in OF_HOSTS]:
        value = host.pop(network)
        path = document.as_written((*here, network))
        if isinstance(value, dict) and "roles" in value:
            document.dropped.add(("hosts",))
            hint = f"indent {network} less: hosts stand side by side"
            document.mistakes.append(document.mistake(path, "a host within a host", hint, at_key=True))
        elif networks is not None and network not in networks:
            bare.append(network)
        elif isinstance(value, dict):
            _mend(document, value, known_keys(Attachment), (*here, network))
            for key in [key for key in value if key not in known_keys(Attachment)]:
                hint = near(key, known_keys(Attachment))
                document.mistakes.append(document.mistake((*path, key), "unknown key", hint, at_key=True))
            if "address" not in value:
                bare.append(network)
            for key, found in (("address", addresses), ("interface", interfaces)):
                if key in value:
                    found[network] = value[key]
                    document.written[(*here, f"{key}es" if key == "address" else f"{key}s", network)] = (
                        document.as_written((*here, network, key))
                    )
        else:
            addresses[network] = value
            document.written[(*here, "addresses", network)] = path
    document.written[(*here, "name")] = document.as_written(here)
    host |= {"name": name, "addresses": addresses, "interfaces": interfaces, "bare": bare}

"""Hosts by the number: ``compute[001-200]`` is two hundred hosts, whose addresses are counted up.

Written out before anything is judged, so every rule sees the hosts one by one; a mistake in one of them
stands where the range does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

from fournines.spec.document import Document, Path, plain
from fournines.spec.keys import OF_HOSTS
from fournines.spec.words import strange

MOST = 4096
"""Hosts in one range: more is a slip of the finger, or a site that nobody has tried."""
_RANGE = re.compile(r"([^][]*)\[([0-9]+)-([0-9]+)\]([^][]*)")
_BRACKET = re.compile("[][{}]")
_ALMOST = re.compile(r"([^][{}]*)[\[{]([0-9]+)(?:\.\.\.?|:|[^0-9A-Za-z,])([0-9]+)[]}]([^][{}]*)")
"""A range as others write it: ``[1:3]``, ``{1..3}``, with a dash of another kind."""
_EXAMPLE = "write for example compute[001-200]"
_UP = "+"
"""After an address: it is the first host's, and each further host's is one more."""


def write_out(document: Document, raw: dict[str, Any]) -> None:
    """Replace each range among the hosts by its hosts, in place; what is wrong with one is a mistake."""
    hosts = raw.get("hosts")
    if not isinstance(hosts, dict) or not any(_BRACKET.search(name) for name in hosts):
        return
    networks = raw["networks"] if isinstance(raw.get("networks"), dict) else {}
    found: dict[str, Any] = {}
    origins: dict[str, Path] = {}
    written: dict[
        Path, Path
    ] = {}  # told only at the end: a later host of the same name is no part of a range
    section = document.as_written(("hosts",))
    for key, entry in hosts.items():
        here = (*section, key)
        names = list(_names(document, key)) if _BRACKET.search(key) else [key]
        if not names:
            document.dropped.add(("hosts",))
        elif names != [key] and isinstance(entry, dict):
            for network, value in entry.items():
                _room(document, (*here, network), value, networks.get(network), len(names))
        for index, name in enumerate(names):
            if name in found:
                line = document.keys[origins[name]].line
                hint = f"take it away here, or out of {origins[name][-1]}"
                _complain(document, here, f"{name} stands in line {line} already", hint)
            elif name == key:
                found[name], origins[name] = entry, here
            else:
                found[name], origins[name] = _host(document, here, entry, index, len(names)), here
                written["hosts", name] = here
                if here in document.dropped:
                    document.dropped.add(("hosts", name))
    document.written |= written
    raw["hosts"] = found


def _names(document: Document, key: str) -> Iterator[str]:
    """The names of a range; none where it cannot be understood."""
    here = document.as_written(("hosts", key))
    parts = _RANGE.fullmatch(key)
    if parts is None:
        almost = _ALMOST.fullmatch(key)
        hint = "write {}[{}-{}]{}".format(*almost.groups()) if almost else _EXAMPLE
        hint += "; numbers that do not follow one another are hosts of their own" if "," in key else ""
        _complain(document, here, f"{key} is no range of hosts", f"{hint};{strange(key)}".removesuffix(";"))
        return
    head, first, last, tail = parts.groups()
    width = len(first) if first.startswith("0") else 0
    low, high = int(first), int(last)
    if high < low:
        _complain(document, here, "a range that ends before it begins", f"write {head}[{last}-{first}]{tail}")
    elif last != str(high).zfill(width):
        right = str(high).zfill(width) if width else str(high)
        _complain(document, here, f"{first} and {last} are not written alike", f"write [{first}-{right}]")
    elif high - low >= MOST:
        what = f"{high - low + 1} hosts are more than a range may have"
        _complain(document, here, what, f"write at most {MOST}")
    else:
        yield from (f"{head}{str(number).zfill(width)}{tail}" for number in range(low, high + 1))


def _host(document: Document, here: Path, entry: object, index: int, count: int) -> object:
    """The host of that index, as its entry would be written by hand."""
    copied = plain(entry)
    if not isinstance(copied, dict):
        return copied
    for network, value in copied.items():
        if network in OF_HOSTS:
            continue
        path = (*here, network)
        if isinstance(value, dict):
            for key, inner in value.items():
                value[key] = _address(document, (*path, key), inner, index, count)
        elif isinstance(value, str):
            copied[network] = _address(document, path, value, index, count)
    return copied


def _room(document: Document, path: Path, value: object, network: object, count: int) -> None:
    """Complain where the addresses counted up run out of their network."""
    written = value.get("address") if isinstance(value, dict) else value
    try:
        first = IPv4Address(str(written).removesuffix(_UP))
        cidr = IPv4Network(network.get("cidr", "") if isinstance(network, dict) else "")
    except ValueError:
        return  # that is said elsewhere
    fits = int(cidr.broadcast_address) - int(first)
    if first in cidr and 0 < fits < count:
        what = f"{count} hosts from {first} on run out of {cidr}: {fits} fit"
        _complain(document, path, what, "begin lower, or give the network a shorter prefix", at_key=False)


def _address(document: Document, path: Path, value: object, index: int, count: int) -> object:
    """The address of the host of that index; as it stands where it is no address."""
    if not isinstance(value, str):
        return value
    try:
        address = str(IPv4Address(value.removesuffix(_UP)) + index)
    except AddressValueError:
        return value
    if not value.endswith(_UP) and count > 1 and index == 0:
        what = f"{count} hosts cannot have one address"
        _complain(document, path, what, f"write {value}{_UP}: it is counted up from there", at_key=False)
    return address


def _complain(document: Document, path: Path, what: str, try_this: str, *, at_key: bool = True) -> None:
    document.mistakes.append(document.mistake(path, what, try_this, at_key=at_key))

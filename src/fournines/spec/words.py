"""What pydantic complains of, in words of the site file, each with what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from fournines.spec.shapes import WRONG, shown

Words = tuple[str, str]
"""What is wrong, and what to try."""

_EXAMPLES = {
    "name": "name: mysite",
    "networks": "networks: {mgmt: {cidr: 10.0.0.0/24}}",
    "vips": "vips: {controller: {network: mgmt, address: 10.0.0.20}}",
    "hosts": "hosts: {controller1: {roles: [controller], mgmt: 10.0.0.11}, ...}",
    "services": "services: [keystone, glance, horizon]",
    "network": "network: mgmt",
    "address": "address: 10.0.0.20",
    "roles": "roles: [controller]",
    "fencing": "fencing: {controller1: {address: 10.9.0.11}}",
    "choose": "choose: {database: galera}",
}

_MEANT = {
    "worker": "compute",
    "hypervisor": "compute",
    "master": "controller",
    "control": "controller",
    "gateway": "network",
    "witness": "arbiter",
    "quorum": "arbiter",
    "jump": "bastion",
    "ntp": "time",
    "dashboard": "horizon",
    "identity": "keystone",
    "image": "glance",
    "images": "glance",
    "compute": "nova",
    "network": "neutron",
    "networking": "neutron",
    "volume": "cinder",
    "volumes": "cinder",
    "block-storage": "cinder",
    "objects": "swift",
    "object-storage": "swift",
    "orchestration": "heat",
    "db": "database",
    "mysql": "database",
    "queue": "messaging",
    "mq": "messaging",
    "external": "public",
    "all": "public, internal, admin",
}
"""What people call one of the words that there are."""


def near(word: str, known: Iterable[str]) -> str:
    """``did you mean X?``, or all there is to choose from."""
    choices = list(known)
    if len(parts := word.split()) > 1 and all(part in choices for part in parts):
        return f"put a comma between them: {', '.join(parts)}"
    if meant := _meant(word.lower(), choices):
        return f"did you mean {meant}?"
    close = get_close_matches(word, choices, n=1) or get_close_matches(word.lower(), choices, n=1)
    if close:
        return f"did you mean {close[0]}?{strange(word)}"
    if len(choices) == 1:
        return f"write {choices[0]}"
    listed = choices if len(choices) <= _LISTED else [*choices[:_LISTED], "..."]
    return f"write one of {', '.join(listed)}" if choices else "leave it out"


_LISTED = 30
"""So many words are listed to choose from."""


def _meant(word: str, choices: list[str]) -> str:
    """The known word for what somebody calls otherwise, or by one of its parts: ``nova-api``."""
    meant = _MEANT.get(word, "")
    if meant and all(one in choices for one in meant.split(", ")):
        return meant
    head = re.split("[-_]", word)[0]
    return head if head in choices and head != word else ""


def strange(word: str) -> str:
    """A character of another alphabet, named: it may look like the right one."""
    found = next((character for character in word if not character.isascii()), None)
    return f" {found} is U+{ord(found):04X}, {unicodedata.name(found, 'no letter')}" if found else ""


def words(details: ErrorDetails, key: str, known: Iterable[str], number: str = "") -> Words:
    """The words for one complaint about the value of ``key``, beside which the ``known`` keys may stand.

    ``number`` says which number may stand there, if it is one.
    """
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind == WRONG:
        hint = f"write {number}" if number else str(context["hint"])
        return str(context["what"]), f"{hint}{_looks_right(given, hint)}"
    if kind == "missing":
        return f"{key} is missing", f"add {_EXAMPLES.get(key, f'{key}: ...')}"
    if kind == "extra_forbidden":
        hint = near(key, known)
        return "unknown key", re.sub("^write (?!one of)", "the only key here is ", hint)
    if given is None or (kind == "too_short" and key in _EXAMPLES):
        wanted = f"write {_EXAMPLES[key]}" if key in _EXAMPLES else "write a value, or leave the key out"
        return f"{key} is empty", wanted
    what, hint = _about(kind, given, context, key)
    hint = f"write {number}" if number else hint
    return what, f"{hint}{_looks_right(given, hint)}"


def _looks_right(given: object, hint: str) -> str:
    """What of a refused text cannot be seen, or is not what it seems to be."""
    if not isinstance(given, str):
        return ""
    if re.search(r"\S#", given):
        return "; a comment has a blank before its #"
    return f";{told}" if "U+" not in hint and (told := strange(given)) else ""


def _about(kind: str, given: object, context: dict[str, object], key: str) -> Words:
    """The words for a value that is there and wrong."""
    if kind in {"enum", "literal_error"}:
        expected = re.findall("'([^']*)'", str(context["expected"]))
        return f"{_said(given)} is not known here", near(str(given), expected)
    if kind in _LIMITS:
        size, hint = _LIMITS[kind]
        return f"{given} is too {size}", hint.format(next(iter(context.values())))
    if kind == "tuple_type" and isinstance(given, str | dict):
        return f"{_said(given)} is not a list", f"write it in square brackets: [{_listed(given)}]"
    if kind == "ip_v4_address" and isinstance(given, str) and (meant := _address(given)):
        return f"{_said(given)} is not an IPv4 address", meant
    if kind in NO_MAPPING and key in _EXAMPLES:
        return f"{_said(given)} is not a mapping", f"write {_EXAMPLES[key]}"
    what, hint = _KINDS.get(kind, ("cannot be understood here", "see `nines schema` for what can stand here"))
    return f"{_said(given)} {what}", hint


def _address(given: str) -> str:
    """What is meant by an address with something behind it; empty where nobody can know."""
    if re.fullmatch(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", given) and re.search(r"(^|\.)0[0-9]", given):
        return f"write {'.'.join(str(int(part)) for part in given.split('.'))}, without zeros before a number"
    found = re.fullmatch(r"((?:[0-9]{1,3}\.){3})([0-9]{1,3})(/[0-9.]*|\+|\s*-\s*[0-9.]+)", given)
    if found is None:
        return ""
    address = found[1] + found[2]
    if found[3] == "+":
        return f"write {address}: only the addresses of a range of hosts are counted up"
    if found[3].startswith("/"):
        return f"write {address}: the prefix length is the network's"
    return f"write {address}+: it is counted up from there, where the host is a range"


_LIMITS = {
    "greater_than_equal": ("small", "write {} or more"),
    "less_than_equal": ("large", "write {} or less"),
    "greater_than": ("small", "write more than {}"),
    "less_than": ("large", "write less than {}"),
}
_NUMBER = ("is not a number", "write a number such as 100")
_WHOLE = ("is not a whole number", "write it without a fraction")
NO_MAPPING = ("dict_type", "mapping_type", "model_type", "model_attributes_type")
_MAPPING = ("is not a mapping", "write keys with values: {key: value}, or one per line, indented")
_TEXT = ("is not a single text", "write one plain text, without brackets")
_KINDS = {
    "too_short": ("is empty", "write at least one, or leave the key out"),
    "ip_v4_address": ("is not an IPv4 address", "write four numbers from 0 to 255: 10.0.0.11"),
    "ip_v4_network": ("is not an IPv4 network", "write for example 10.0.0.0/24"),
    **dict.fromkeys(NO_MAPPING, _MAPPING),
    "tuple_type": ("is not a list", "write it in square brackets: [one, two]"),
    "string_type": _TEXT,
    "int_parsing": _WHOLE,
    "int_type": _NUMBER,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": ("is neither true nor false", "write true or false"),
    "bool_type": ("is neither true nor false", "write true or false"),
}


def _listed(given: str | dict[str, object]) -> str:
    """What stands where a list has to, as the entries of one."""
    if isinstance(given, dict):
        return ", ".join(given)
    return given if "/" in given or given.startswith("ssh-") else ", ".join(re.split(r"[,\s]+", given))


def _said(given: object) -> str:
    """A value as the message begins with it."""
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    return shown(given)

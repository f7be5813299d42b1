"""The kinds of text and number that a site file may hold: the only ones that models use.

Whatever reaches a configuration file of a host has passed one of these, so none of it can hold a line
break, a control character or a number that no program would take. Each says in its own words what is
wrong with a value, and what to write instead.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from fournines.spec.shapes import Unit, Written, shown, wrong


def _as_written(value: object) -> object:
    """Only plain decimal notation: ``0100`` is not 100, ``1_000`` not 1000, ``1e3`` no number."""
    if isinstance(value, str) and (huge := re.fullmatch(r"(-?)[1-9][0-9]{18,}(\.[0-9]+)?", value)):
        size, other = ("small", "larger") if huge[1] else ("large", "smaller")
        raise wrong(f"{shown(value)} is too {size}", f"write a {other} number")
    if isinstance(value, str) and not re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", value):
        more = ": ranges are not understood here" if re.fullmatch(r"[0-9]+-[0-9]+", value) else ""
        raise wrong(f"{shown(value)} is not a number in plain digits{more}", "write for example 100 or 0.5")
    return value


_SHORT = {"1": "true", "t": "true", "y": "true", "0": "false", "f": "false", "n": "false"}


def _as_word(value: object) -> object:
    """Whole words only: ``1`` is a number to editors, and pydantic alone would take it for true."""
    if isinstance(value, str) and (meant := _SHORT.get(value.lower())):
        raise wrong(f"{shown(value)} is neither true nor false", f"write {meant}")
    return value


Truth = Annotated[bool, BeforeValidator(_as_word)]
"""``true`` or ``false``; ``yes``, ``no``, ``on`` and ``off`` will do."""
Whole = Annotated[int, BeforeValidator(_as_written)]
"""A count of something."""
Number = Annotated[float, BeforeValidator(_as_written)]
"""A number that may have a fraction."""
Seconds = Annotated[Number, Unit("s")]
WholeSeconds = Annotated[Whole, Unit("s")]
Milliseconds = Annotated[Whole, Unit("ms")]
Days = Annotated[Whole, Unit("days")]
Mebibytes = Annotated[Whole, Unit("MiB")]
Port = Annotated[int, Field(ge=1, le=65535), BeforeValidator(_as_written)]
"""A TCP or UDP port."""
RouterNumber = Annotated[int, Field(ge=1, le=255), BeforeValidator(_as_written)]
"""A VRRP router's number (RFC 9568, 5.2.3)."""

_LABEL = r"[a-z]([a-z0-9-]*[a-z0-9])?"
_LABEL_HINT = "use lower-case letters, digits and hyphens, beginning with a letter"
Name = Annotated[str, Written(_LABEL, "a name", _LABEL_HINT, longest=63)]
"""A host name label in lower case (RFC 1123), starting with a letter: it becomes an Erlang node name too."""
LookedUp = Annotated[
    Name,
    Written(
        _LABEL,
        "a name",
        _LABEL_HINT,
        longest=63,
        reserved=frozenset({"localhost", "ip6-localhost", "ip6-loopback", "ip6-allnodes", "ip6-allrouters"}),
    ),
]
"""A name that goes into ``/etc/hosts``."""
NetworkName = Annotated[
    Name, Written(_LABEL, "a name", _LABEL_HINT, longest=63, reserved=frozenset({"roles", "kind", "name"}))
]
"""A network's name: it stands beside ``roles`` in each host."""
SiteName = Annotated[str, Written(_LABEL, "a name", f"{_LABEL_HINT}, 32 at most", longest=32)]
"""Also the clusters' name, of which Galera takes 32 characters (``wsrep_cluster_name``)."""
Line = Annotated[
    str,
    Written(
        r"[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f])?",
        "one line of text",
        "write it on one line, without blanks at its ends",
        longest=1000,
    ),
]
"""Any text on one line."""
_PUBLIC_KEY = re.compile("age1[02-9ac-hj-np-z]{58}|ssh-(ed25519|rsa) [A-Za-z0-9+/]+=*( .*)?", re.DOTALL)


def _recipient(text: str) -> str:
    """A public key, or something else, which then is a path."""
    if _PUBLIC_KEY.fullmatch(text):
        return text
    if " " in text and not text.startswith(("age1", "ssh-", "ecdsa-", "sk-")):
        raise wrong(f"{shown(text)} is two words", "put a comma between two paths; one has no blanks")
    if text.startswith(("age1", "ssh-", "ecdsa-", "sk-")):
        hint = "write an age1... recipient, or the path of an ssh-ed25519 or ssh-rsa public key (.pub)"
        raise wrong(f"{shown(text)} is no age or SSH public key", hint)
    if not re.search(r"[/.~]", text):
        what = f"{shown(text)} is neither a public key nor a path"
        raise wrong(what, f"write ./{text} if it is a file's name")
    return text


Recipient = Annotated[Line, AfterValidator(_recipient)]
"""Who can read secrets."""
Login = Annotated[
    str,
    Written(r"[A-Za-z_][A-Za-z0-9_.@-]*", "a login name", "write a login such as root or debian", longest=64),
]
"""Who logs in over SSH; it must not look like an option of ssh."""
InterfaceName = Annotated[
    str,
    Written(
        r"(?!\.{1,2}$)[A-Za-z0-9_.-][A-Za-z0-9_.@-]*",
        "the name of a network interface",
        "write it as `ip link` shows it on the host: eth0, enp1s0, bond0.100",
        longest=15,
        reserved=frozenset({"lo"}),
    ),
]
"""IFNAMSIZ - 1 characters and no colon (``dev_valid_name`` in the kernel's net/core/dev.c): ``eth0:1`` is an
address's label. The loopback reaches no other host."""
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_NO_NUMBERS = r"(?!([0-9]+\.){3}[0-9]|[0-9.]+$)"
"""What begins with four numbers, or is numbers alone, is meant to be an address."""
DnsName = Annotated[
    str,
    Written(
        rf"{_NO_NUMBERS}[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|{_IPV4}",
        "a DNS name in lower case",
        "write for example cloud.example.org",
        longest=253,
    ),
]
"""A name users reach a service by."""
Server = Annotated[
    str,
    Written(
        rf"{_NO_NUMBERS}[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|{_IPV4}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+",
        "a server's name or address",
        "write for example ntp.example.org or 192.0.2.1",
        longest=253,
    ),
]
"""A machine outside the site."""
UrlPath = Annotated[
    str,
    Written(
        r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+",
        "a path",
        "write for example /redfish/v1/Systems/1",
        longest=200,
    ),
]
"""The path of a URL, without what would need escaping and without steps back."""
SysctlName = Annotated[
    str,
    Written(
        r"[a-z0-9_]+(\.[A-Za-z0-9_/-]+)+",
        "a kernel setting's name",
        "write it as `sysctl -a` shows it: net.ipv4.ip_forward",
    ),
]
"""A kernel parameter."""


_WIDEST = 8
"""10.0.0.0/8 (RFC 1918)."""
_THIS = IPv4Network("0.0.0.0/8")
"""Of which no host has an address (RFC 1122, 3.2.1.3)."""


def _range(given: object) -> object:
    """A network as people write it, or what is wrong with it."""
    if not isinstance(given, str):
        return given
    hint = "write the network's own address and the prefix length: 10.0.0.0/24"
    address, slash, _ = given.partition("/")
    try:
        IPv4Address(address)
        network = IPv4Network(given, strict=False)
    except ValueError:
        raise wrong(f"{shown(given)} is not an IPv4 network", hint) from None
    if not slash:
        raise wrong(f"{given} has no prefix length", f"write for example {given}/24")
    if network.prefixlen < _WIDEST:
        what = f"{given} is wider than any range that is free to use"
        free = "10.0.0.0" if network.overlaps(_THIS) else address
        raise wrong(what, f"write for example {IPv4Network(f'{free}/24', strict=False)}")
    if str(network) != given:
        raise wrong(f"{given} is not how its network is written", f"write {network}")
    return network


Cidr = Annotated[IPv4Network, BeforeValidator(_range, json_schema_input_type=str)]

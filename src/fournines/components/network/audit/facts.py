"""A host's own name and addresses as facts, as far as its files say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import TYPE_CHECKING

import yaml

from fournines.kit.audit.rule import Unknown
from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LARGEST_YAML = 64 * 1024
"""Characters of a netplan file that are read; a real one has a hundred lines."""


@dataclass(frozen=True)
class OwnName:
    """The name the host gives itself (``/etc/hostname``), in lower case, as it stands there."""

    at: Place
    name: str

    @property
    def short(self) -> str:
        """Up to the first dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Interface:
    """An interface somebody configures: ``addresses`` with their prefix (``10.0.0.11/24``) where known.

    ``manager`` is ``networkd``, ``NetworkManager``, ``ifupdown`` or ``network-scripts``; ``keeps`` says that
    foreign addresses survive a restart of that program. ``boots``: it gets them at boot; ``places``: the
    lines that give it its addresses.
    """

    at: Place
    name: str
    addresses: tuple[str, ...]
    manager: str
    keeps: bool = True
    boots: bool = True
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, hash=False, compare=False)

    def place(self, address: str) -> Place:
        """The line that gives it this one of its ``addresses``."""
        return self.places.get(address, self.at)


def _address(text: str, mask: str = "") -> str | None:
    """``10.0.0.11/24`` out of an address and a prefix or netmask; None when it is none."""
    try:
        return ip_interface(f"{text}/{mask}" if mask and "/" not in text else text).with_prefixlen
    except ValueError:
        return None


def read_hostname(source: Source) -> Iterator[OwnName]:
    """The one word of /etc/hostname."""
    for node in source.nodes[:1]:
        if len(node.words) == 1 and re.fullmatch(r"[A-Za-z0-9][\w.\-]*", node.key):
            yield OwnName(source.at(node), node.key.lower())


_ADDED = re.compile(r"\bip(?:\s+-\w+)*\s+a\w*\s+(?:add|replace)\s+(\S+)")
"""The command that gives an interface one more address."""


def added(words: Iterable[str]) -> str | None:
    """The address that ``ip addr add ADDRESS dev NAME`` adds; None for any other command."""
    match = _ADDED.search(" ".join(words)[:500])
    return _address(match.group(1)) if match else None


def read_interfaces(source: Source) -> Iterator[Interface]:
    """The ``iface`` stanzas of /etc/network/interfaces, with what their ``up`` commands add."""
    stanza: tuple[Place, str] | None = None
    said: dict[str, tuple[str, Place]] = {}
    more: dict[str, Place] = {}

    def made() -> Iterator[Interface]:
        if stanza is not None and stanza[1] != "lo":
            text, at = said.get("address", ("", stanza[0]))
            address = _address(text, said.get("netmask", ("", at))[0])
            places = {**({address: at} if address else {}), **more}
            yield Interface(stanza[0], stanza[1], tuple(places), "ifupdown", places=places)

    for node in source.nodes:
        if node.key == "iface":
            yield from made()
            stanza, said, more = (source.at(node), node.value), {}, {}
        elif node.key in ("auto", "allow-hotplug", "source", "mapping"):
            yield from made()
            stanza = None
        elif node.key in ("up", "post-up", "pre-up"):
            address = added(node.args)
            more.update({address: source.at(node)} if address else {})
        else:
            said.setdefault(node.key, (node.value, source.at(node)))
    yield from made()


def read_ifcfg(source: Source) -> Iterator[Interface]:
    """An ifcfg-NAME of Red Hat's network scripts: IPADDR, PREFIX or NETMASK, IPADDR1, ..."""
    said: dict[str, str] = {}
    lines: dict[str, Place] = {}
    for node in source.nodes:
        match = re.fullmatch(r"([A-Z]\w*)=(.*)", node.key)
        if match:
            said[match.group(1)] = match.group(2).strip("\"'")
            lines[match.group(1)] = source.at(node)
    base = (source.name or source.path).rpartition("ifcfg-")[2]
    name = said.get("DEVICE", base)
    found: dict[str, Place] = {}
    for number in ("", *"0123456789"):
        mask = said.get(f"PREFIX{number}") or said.get(f"NETMASK{number}") or ""
        address = _address(said.get(f"IPADDR{number}", ""), mask)
        if address:
            found[address] = lines[f"IPADDR{number}"]
    manager = "network-scripts" if said.get("NM_CONTROLLED", "yes").lower() == "no" else "NetworkManager"
    if name and name != "lo":
        boots = said.get("ONBOOT", "yes").lower() not in ("no", "false")
        keeps = manager == "network-scripts"
        yield Interface(source.top, name, tuple(found), manager, keeps=keeps, boots=boots, places=found)


_DROP_IN = re.compile(r"(?:netplan-([^/]{1,64}))?\.network\.d/[^/]+\.conf$")
"""A drop-in of a .network file; that of netplan's file names the interface."""


def read_networkd(source: Source) -> Iterator[Interface]:
    """A .network file: the names it matches and the addresses it sets."""
    said: dict[str, list[str]] = {}
    places: dict[str, Place] = {}
    for section in source.nodes:
        for child in section.children:
            said.setdefault(f"{section.key}.{child.key}", []).append(child.value)
            address = _address(child.value) if child.key == "Address" else None
            places.update({address: source.at(child)} if address else {})
    kept = [value.lower() for value in said.get("Network.KeepConfiguration", ())]
    keeps = bool(kept) and kept[-1] in ("yes", "true", "on", "1", "static")
    names = " ".join(said.get("Match.Name", ())).split()
    if not names and "ether" in " ".join(said.get("Match.Type", ())).split():
        names = ["*"]
    drop_in = _DROP_IN.search(source.name or source.path)
    if drop_in and not names:
        names = [drop_in.group(1) or "*"]
    for name in names:
        yield Interface(source.top, name, tuple(places), "networkd", keeps=keeps, places=places)


def read_manager(source: Source) -> Iterator[Interface]:
    """A connection of NetworkManager (``*.nmconnection``)."""
    name = ""
    boots = True
    places: dict[str, Place] = {}
    for section in source.nodes:
        for child in section.children:
            if section.key in ("ipv4", "ipv6") and child.key.startswith("address"):
                listed = child.value.split(";") if child.key == "addresses" else [child.value.split(",")[0]]
                places.update({a: source.at(child) for text in listed if (a := _address(text.strip()))})
            elif (section.key, child.key) == ("connection", "interface-name"):
                name = child.value
            elif (section.key, child.key) == ("connection", "autoconnect"):
                boots = child.value.lower() not in ("false", "no", "0")
    if name:
        yield Interface(
            source.top, name, tuple(places), "NetworkManager", keeps=False, boots=boots, places=places
        )


def read_unmanaged(source: Source) -> Iterator[Interface]:
    """The interfaces that NetworkManager is told to leave alone: whatever is on them stays."""
    for section in source.nodes:
        for child in section.children:
            if (section.key, child.key) == ("keyfile", "unmanaged-devices"):
                for word in re.split(r"[;,]", child.value):
                    kind, _, name = word.strip().partition(":")
                    if kind == "interface-name" and name:
                        yield Interface(source.at(child), name.lstrip("="), (), "NetworkManager")


def read_netplan(source: Source) -> Iterator[Interface | Unknown]:
    """The interfaces of a netplan file; networkd carries it out unless NetworkManager is named."""
    if len(source.text) > LARGEST_YAML:
        yield Unknown(source.top, f"the interfaces in it: it is longer than {LARGEST_YAML >> 10} KiB")
        return
    try:
        root = yaml.compose(source.text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        if source.problems:  # SY011 says it
            return
        wrong = "it is nested too deeply" if isinstance(error, RecursionError) else "it is no YAML"
        yield Unknown(source.top, f"the interfaces in it: {wrong}")
        return
    network = _child(root, "network")
    renderer = _child(network, "renderer")
    manager = renderer.value if isinstance(renderer, yaml.ScalarNode) else "networkd"
    for kind in ("ethernets", "bonds", "vlans", "bridges"):
        table = _child(network, kind)
        for key, body in table.value if isinstance(table, yaml.MappingNode) else ():
            listed = _child(body, "addresses")
            items = listed.value if isinstance(listed, yaml.SequenceNode) else []
            places = {a: source.at(line) for line, text in map(_listed, items) if (a := _address(text))}
            said = _child(body, "set-name")
            name = said.value if isinstance(said, yaml.ScalarNode) else str(key.value)
            at = source.at(key.start_mark.line + 1)
            said = _child(body, "critical")  # netplan writes KeepConfiguration for networkd alone
            critical = isinstance(said, yaml.ScalarNode) and said.value.lower() in ("true", "yes", "on")
            keeps = critical and manager == "networkd"
            yield Interface(at, name, tuple(places), manager, keeps=keeps, places=places)


def _listed(item: yaml.Node) -> tuple[int, str]:
    """One of netplan's addresses and its line: a text, or a mapping of the text to its options."""
    if isinstance(item, yaml.MappingNode) and item.value:
        item = item.value[0][0]
    text = item.value if isinstance(item, yaml.ScalarNode) else ""
    return item.start_mark.line + 1, str(text)


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


HOSTNAME = Kind(
    name="hostname",
    syntax=Syntax.LINES,
    names=("etc/hostname",),
    marks=(),  # one word: whatever else is one word, a cookie or a pid, would pass for it
    read=read_hostname,
)
INTERFACES = Kind(
    name="interfaces",
    syntax=Syntax.LINES,
    names=("network/interfaces", "interfaces.d/*"),
    marks=(r"^\s*iface\s+\S+\s+inet6?\s+\w+", r"^\s*(?:auto|allow-hotplug)\s+\S+"),
    read=read_interfaces,
)
IFCFG = Kind(
    name="ifcfg",
    syntax=Syntax.LINES,
    names=("network-scripts/ifcfg-*", "ifcfg-*"),
    marks=(r"^(?:DEVICE|IPADDR\d?|BOOTPROTO|ONBOOT)=",),
    read=read_ifcfg,
)
NETWORKD = Kind(
    name="networkd",
    syntax=Syntax.INI,
    names=("*.network", "network/*.network", "*.network.d/*.conf"),
    marks=(r"^\[Match\]\s*$", r"^\[Network\]\s*$"),
    read=read_networkd,
)
MANAGER = Kind(
    name="NetworkManager connection",
    syntax=Syntax.INI,
    names=("*.nmconnection", "system-connections/*"),
    marks=(r"^\[connection\]\s*$", r"^\[ipv4\]\s*$"),
    read=read_manager,
)
UNMANAGED = Kind(
    name="NetworkManager.conf",
    syntax=Syntax.INI,
    names=("NetworkManager.conf", "NetworkManager/conf.d/*.conf"),
    marks=(r"^\[(?:keyfile|ifupdown|main)\]\s*$", r"^(?:unmanaged-devices|plugins)\s*="),
    read=read_unmanaged,
)
NETPLAN = Kind(
    name="netplan",
    syntax=Syntax.YAML,
    names=("netplan/*.yaml", "netplan/*.yml", "*netplan*.yaml", "50-cloud-init.yaml"),
    marks=(r"^network:\s*$", r"^\s+(?:ethernets|bonds|vlans|bridges):\s*$"),
    read=read_netplan,
)

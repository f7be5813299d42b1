"""Firewalls as facts: which ports and protocols a host lets in (nftables, iptables, firewalld, ufw)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fournines.kit.audit.node import Node

SERVICES = {
    "http": 80, "https": 443, "ssh": 22, "mysql": 3306, "amqp": 5672, "amqps": 5671, "memcache": 11211,
    "ntp": 123, "dns": 53, "galera": 4567, "vrrp": None, "high-availability": 5405, "rabbitmq": 5672,
}  # fmt: skip
HIGH_AVAILABILITY = (2224, 3121, 5403, 5404, 5405, 5406, 9929, 21064)
"""Ports of firewalld's service high-availability."""


@dataclass(frozen=True)
class Firewall:
    """A host filters: ``closed`` says that what no rule allows is dropped; None when that is not said.

    ``at`` is the line that says so, and the first of the file where none does.
    ``interfaces``: it is for these alone; ``ready``: the file is there before anybody switches it on.
    """

    at: Place
    closed: bool | None
    excerpt: bool
    interfaces: frozenset[str] = frozenset()
    ready: bool = False


@dataclass(frozen=True)
class Allowed:
    """One rule that lets something in: ports of a protocol (``tcp``), a protocol (``vrrp``, ``112``), or all.

    ``ports`` are inclusive ranges, empty for a protocol as a whole; ``source`` is where from, if limited.
    """

    at: Place
    protocol: str
    ports: tuple[tuple[int, int], ...]
    source: str = ""

    def covers(self, protocol: str, port: int) -> bool:
        """Whether this lets a port in."""
        if self.protocol not in (protocol, "all"):
            return False
        return not self.ports or any(low <= port <= high for low, high in self.ports)

    @property
    def vrrp(self) -> bool:
        """Whether this lets VRRP in."""
        return self.protocol in ("vrrp", "112", "all") and not self.ports


@dataclass(frozen=True)
class Outgoing:
    """What ufw is told of all that leaves the host: refused unless a rule says otherwise, or let out."""

    at: Place
    closed: bool


def ranges(text: str) -> tuple[tuple[int, int], ...]:
    """The ports of ``22``, ``80,443`` and ``4567-4568``, inclusive."""
    found = []
    for part in re.split(r"[,\s]+", text.strip("{} ")):
        low, _, high = part.replace("-", ":").partition(":")
        low = str(SERVICES.get(low) or low)
        if low.isdecimal() and (high.isdecimal() or not high) and len(low) < 6:  # noqa: PLR2004
            found.append((int(low), int(high or low)))
    return tuple(found)


def _out(place: Place, options: Mapping[str, str]) -> Iterator[Outgoing]:
    """A rule of ufw's own chains that lets adverts out."""
    protocol = (options.get("-p") or "all").lower()
    open_ = protocol in ("vrrp", "112", "all") and not {"--dport", "--dports", "-m", "-o"} & set(options)
    if open_ and options.get("-j") == "ACCEPT" and re.fullmatch(r"ufw-\w+-output", options.get("-A", "")):
        yield Outgoing(place, closed=False)


def iptables(place: Place, words: Sequence[str]) -> Iterator[Allowed | Firewall | Outgoing]:
    """One iptables rule or policy, with or without the program's name."""
    options = _options(words)
    if "-P" in options:
        rest = options["-P"].split()
        if len(rest) > 1 and rest[0] == "INPUT":
            yield Firewall(place, rest[1].upper() in ("DROP", "REJECT"), excerpt=False)
        return
    yield from _out(place, options)
    chain = options.get("-A") or options.get("-I") or options.get("--append") or options.get("--insert") or ""
    target = (options.get("-j") or options.get("--jump") or "").upper()
    loose = bool(words) and "--source" in words[:3]  # a line torn from the command before it
    if not loose and not re.search(
        r"INPUT|IN_|RH-Firewall", chain.split()[0] if chain.split() else "", re.IGNORECASE
    ):
        return
    ports = options.get("--dport") or options.get("--dports") or options.get("--destination-port") or ""
    protocol = (options.get("-p") or options.get("--protocol") or options.get("--proto") or "all").lower()
    source = options.get("-s") or options.get("--source") or ""
    aimed = {"-d", "--destination", "--dst", "--dst-type", "--pkt-type", "-i", "--in-interface"} & set(
        options
    )
    if target in ("DROP", "REJECT") and not ports and protocol == "all" and not source and not aimed:
        yield Firewall(place, closed=True, excerpt=False)
    elif target == "ACCEPT":
        limited = {"--state", "--ctstate", "-i", "--in-interface", "--icmp-type"} & set(options)
        if protocol == "all" and not ports and (limited or source):
            return
        yield Allowed(place, protocol, ranges(ports), source)


def _options(words: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current = ""
    for word in words:
        if word.startswith("-") and len(word) > 1 and not word[1].isdigit():
            current = word
            found.setdefault(current, [])
        elif current:
            found[current].append(word)
    return {key: " ".join(values) for key, values in found.items()}


def read_save(source: Source) -> Iterator[object]:
    """iptables-save output, rules.v4, /etc/sysconfig/iptables."""
    at, closed = source.top, None
    for node in source.nodes:
        if node.key.startswith(":") and node.key[1:] == "INPUT" and node.value:
            at, closed = source.at(node), node.value.upper() in ("DROP", "REJECT")
        yield from iptables(source.at(node), node.words)
    yield Firewall(at, closed, source.excerpt)


def read_nft(source: Source) -> Iterator[object]:
    """nftables.conf: the chains hooked into input, with the sets and chains they use taken as open."""
    at, closed = source.top, None
    for node in (node for root in source.nodes for node in root.walk()):
        head = node.first("type") if node.key == "chain" else None
        if head is not None and re.search(r"hook\s+input", " ".join(head.words)):
            said = node.first("policy")
            drops = next((n for n in (head, said) if n is not None and "drop" in n.words), None)
            if drops is not None and not closed:
                at = source.at(drops)
            closed = bool(closed) or drops is not None
        elif "accept" in node.words and node.key not in ("type", "policy"):
            yield from _nft(source.at(node), " ".join(node.words))
    yield Firewall(at, closed, source.excerpt)


def _nft(place: Place, text: str) -> Iterator[Allowed]:
    source = re.search(r"ip6?\s+saddr\s+(\{[^}]*\}|\S+)", text)
    origin = source.group(1) if source else ""
    ports = re.search(r"\b(tcp|udp|th)\s+dport\s+(?:==\s*)?(\{[^}]*\}|\S+)", text)
    protocol = re.search(r"(?:ip protocol|meta l4proto|ip6 nexthdr)\s+(\{[^}]*\}|\S+)", text)
    if ports:
        found = ranges(ports.group(2).replace("{", " ").replace("}", " "))
        for name in ("tcp", "udp") if ports.group(1) == "th" else (ports.group(1),):
            yield Allowed(place, name, found, origin)
    elif protocol:
        for name in re.findall(r"[\w\-]+", protocol.group(1)):
            yield Allowed(place, name, (), origin)


def read_commands(source: Source) -> Iterator[object]:
    """``iptables``, ``firewall-cmd``, ``ufw`` and ``nft`` in a script or pasted."""
    for node in source.commands if source.speaks_of("iptables", "ip6tables", "-j", "firewall", "ufw") else ():
        words = [word for word in node.words if word != "sudo"]
        program = words[0].rsplit("/", 1)[-1] if words else ""
        place = source.at(node)
        if program in ("iptables", "ip6tables"):
            yield from iptables(place, words[1:])
        elif program in ("-A", "--source", "--append") and "-j" in words:
            yield from iptables(place, ("-p", "tcp", *words) if program == "--source" else words)
        elif program == "firewall-cmd":
            yield Firewall(place, closed=True, excerpt=True)
            yield from _firewalld(place, node)
        elif program == "ufw" and words[1:2] == ["allow"]:
            yield from _ufw(place, words[2:])
        elif (
            program == "ufw"
            and "outgoing" in words
            and words[1:3] in (["default", "deny"], ["default", "reject"])
        ):
            yield Outgoing(place, closed=True)


def _firewalld(place: Place, node: Node) -> Iterator[Allowed]:
    if "--add-service=vrrp" in node.words or ("--direct" in node.words and {"vrrp", "112"} & set(node.words)):
        yield Allowed(place, "vrrp", ())
    for word in node.words:
        option, _, value = word.partition("=")
        port, _, protocol = value.partition("/")
        if option == "--add-port":
            yield Allowed(place, protocol or "tcp", ranges(port))
        elif option == "--add-protocol":
            yield Allowed(place, value, ())
        elif option == "--add-service" and value == "high-availability":
            for name in ("tcp", "udp"):
                yield Allowed(place, name, tuple((p, p) for p in HIGH_AVAILABILITY))
        elif option == "--add-service" and SERVICES.get(value):
            number = SERVICES[value] or 0
            yield Allowed(place, "tcp", ((number, number),))
        elif option == "--add-rich-rule" and "accept" in value:
            match = re.search(r'protocol value="?([\w\-]+)', value)
            if match:
                yield Allowed(place, match.group(1), ())


def _ufw(place: Place, words: Sequence[str]) -> Iterator[Allowed | Outgoing]:
    if words[:1] == ["out"]:
        named = "proto" in words[:-1] and words[words.index("proto") + 1]
        if "port" not in words and not any(
            ranges(word.partition("/")[0]) for word in words if "." not in word
        ):
            yield from [Outgoing(place, closed=False)] if named in (False, "vrrp", "112") else []
        return
    if "proto" in words[:-1] and words[words.index("proto") + 1] == "vrrp":
        yield Allowed(place, "vrrp", ())
    for word in words:
        port, _, protocol = word.partition("/")
        if ranges(port):
            for name in (protocol,) if protocol else ("tcp", "udp"):
                yield Allowed(place, name, ranges(port))


NFTABLES = Kind(
    name="nftables",
    syntax=Syntax.NFTABLES,
    names=("nftables.conf", "*.nft", "nftables.d/*.conf", "nftables/*.conf"),
    marks=(r"^\s*table\s+(?:inet|ip|ip6|bridge)\s+\S+\s*\{?", r"^\s*chain\s+\S+\s*\{", r"hook\s+input\b"),
    read=read_nft,
)
IPTABLES = Kind(
    name="iptables",
    syntax=Syntax.LINES,
    names=("rules.v4", "rules.v6", "sysconfig/iptables", "iptables*", "*.iptables", "ufw/*.rules"),
    marks=(r"^\*filter\s*$", r"^:INPUT\s+\S+", r"^COMMIT\s*$", r"^-A\s+(?:INPUT|RH-Firewall|ufw-)\S*\s"),
    read=read_save,
)
COMMANDS = Reader("script", read_commands)

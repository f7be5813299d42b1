"""What a host's firewall does to one packet: chain by chain, rule by rule, as far as it can be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fournines.kit.audit.source import Place

NOTHING, JUMPS = frozenset(["", "log", "counter"]), frozenset(["jump", "goto"])


@dataclass(frozen=True)
class Packet:
    """A packet without ports: its protocol's names, the interface it passes, where it comes from and goes to.

    ``way`` is ``out`` or ``in``; ``near`` are addresses of the sender's network, where its own is not known.
    """

    way: str
    interface: str
    protocols: frozenset[str]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """One condition: ``what`` is oif, iif, protocol, source, target, state or other."""

    what: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class FirewallRule:
    """One rule of a chain; ``target`` is the chain a jump leads to."""

    at: Place
    verdict: str
    matches: tuple[Match, ...]
    target: str = ""


@dataclass(frozen=True)
class Chain:
    """A chain: the hook it is entered by (``output``, ``postrouting``, ``input``; empty for jumps only)."""

    at: Place
    name: str
    hook: str
    kind: str
    policy: str
    rules: tuple[FirewallRule, ...]


def fate(
    packet: Packet, chain: Chain, chains: Mapping[str, Chain], depth: int = 0
) -> tuple[str, Place] | None:
    """The verdict on a packet and the line that gives it; None where it cannot be told.

    A chain that is jumped into and has no verdict gives ``("return", ...)``.
    """
    for rule in chain.rules:
        fits = _fits(packet, rule)
        if fits is False or rule.verdict in NOTHING:
            continue
        if fits is None:
            if rule.verdict in ("drop", "reject", "snat", "masquerade"):
                continue
            return None
        if rule.verdict in JUMPS:
            inner = chains.get(rule.target)
            if inner is None or depth > 8:  # noqa: PLR2004 - chains in chains in chains
                return None
            found = fate(packet, inner, chains, depth + 1)
            if found is None or found[0] != "return":
                return found
            continue
        return rule.verdict, rule.at
    return (chain.policy or "return"), chain.at


def _fits(packet: Packet, rule: FirewallRule) -> bool | None:
    sure = True
    for match in rule.matches:
        found = _meets(packet, match)
        if found is False:
            return False
        sure = sure and found is True
    return True if sure else None


def _meets(packet: Packet, match: Match) -> bool | None:
    if any(value.startswith(("@", "$")) for value in match.values):
        return None
    found: bool | None = None
    if match.what in ("oif", "iif"):
        passing = (match.what == "oif") == (packet.way == "out")
        found = passing and any(_same_interface(packet.interface, value) for value in match.values)
    elif match.what == "protocol":
        found = bool(packet.protocols & set(match.values)) or "all" in match.values
    elif match.what == "source":
        values = (
            match.values if packet.sources else [v for v in match.values if "/" in v]
        )  # near: no host is it
        found = _inside(packet.sources or packet.near, values)
    elif match.what == "target":
        found = _inside(packet.targets, match.values)
    elif match.what in ("fib", "pkttype"):
        multicast = any(target.startswith("224.") for target in packet.targets)
        found = ("multicast" if multicast else "unicast") in match.values
    elif match.what == "state" and "new" not in match.values:
        # nobody answers a multicast address, so it never gets to be ESTABLISHED; peers' adverts may
        multicast = any(target.startswith("224.") for target in packet.targets)
        found = False if multicast or set(match.values) <= {"invalid", "untracked"} else None
    elif match.what == "state":
        found = True
    return None if found is None else found is not match.negated


def _same_interface(name: str, pattern: str) -> bool:
    return name == pattern or (pattern[-1:] in ("+", "*") and name.startswith(pattern[:-1]))


def _inside(addresses: Iterable[str], networks: Iterable[str]) -> bool | None:
    """Whether all of the addresses are in some of the networks: None for some, or where that is not known."""
    answers = set()
    for address in addresses:
        try:
            answers.add(any(ip_address(address) in ip_network(network, strict=False) for network in networks))
        except ValueError:
            return None
    return answers.pop() if len(answers) == 1 else None


_VALUE = r"(!=\s*)?(\{[^}]*\}|\S+)"
_NFT = (
    ("oif", re.compile(rf"\b(?:meta\s+)?(?:oifname|oif)\s+{_VALUE}")),
    ("iif", re.compile(rf"\b(?:meta\s+)?(?:iifname|iif)\s+{_VALUE}")),
    ("protocol", re.compile(rf"\b(?:ip\s+protocol|(?:meta\s+)?l4proto|ip6\s+nexthdr)\s+{_VALUE}")),
    ("source", re.compile(rf"\bip6?\s+saddr\s+{_VALUE}")),
    ("target", re.compile(rf"\bip6?\s+daddr\s+{_VALUE}")),
    ("fib", re.compile(rf"\bfib\s+daddr\s+type\s+{_VALUE}")),
    ("state", re.compile(rf"\bct\s+state\s+{_VALUE}")),
    ("pkttype", re.compile(rf"\b(?:meta\s+)?pkttype\s+{_VALUE}")),
    ("ports", re.compile(rf"\b(tcp|udp|icmp|icmpv6|th|sctp|ether|arp)\s+\w+\s+{_VALUE}")),
)
_VERDICT = re.compile(r"\b(?:(accept|drop|reject|return|masquerade|snat|queue)\b|(jump|goto)\s+(\S+))")
_SAID = re.compile(
    r"\bcounter\b(?:\s+packets\s+\d+\s+bytes\s+\d+)?|\blog\b.*?(?=\b(?:accept|drop|reject|return)\b|\n|\Z)"
)


def nft_rule(at: Place, text: str) -> FirewallRule:
    """A rule of nftables, written on one line without quotes."""
    text = _SAID.sub(" ", re.split(r"\bcomment\b", text)[0])
    verdict = _VERDICT.search(text)
    matches = []
    rest = text[: verdict.start()] if verdict else text
    for what, pattern in _NFT:
        for said in pattern.finditer(rest):
            *_, negated, value = said.groups()
            values = tuple(re.findall(r"[^\s,{}]+", value))
            port = what == "ports"
            matches.append(
                Match(
                    "protocol" if port else what,
                    (said.group(1),) if port else values,
                    bool(negated) and not port,
                )
            )
        rest = pattern.sub(" ", rest)
    if rest.strip():
        matches.append(Match("other", (rest.strip(),)))
    name = (verdict.group(1) or verdict.group(2)) if verdict else ""
    return FirewallRule(at, name, tuple(matches), verdict.group(3) or "" if verdict else "")


_OPTIONS = {"-o": "oif", "--out-interface": "oif", "-i": "iif", "--in-interface": "iif", "-p": "protocol",
            "--protocol": "protocol", "-s": "source", "--source": "source", "--src": "source", "-d": "target",
            "--destination": "target", "--dst": "target", "--state": "state",
            "--ctstate": "state", "--pkt-type": "pkttype"}  # fmt: skip
_IGNORED = frozenset(["-m", "--match", "--comment", "--to-source", "--to", "--reject-with", "--log-prefix",
                      "--log-level",
                      "--random", "--random-fully", "--persistent", "-c"])  # fmt: skip
_PLACES = frozenset(["-A", "--append", "-I", "--insert", "-t", "--table", "-j", "--jump", "-g", "--goto"])
_VERDICTS = {"MASQUERADE": "masquerade", "SNAT": "snat", "ACCEPT": "accept", "DROP": "drop",
             "REJECT": "reject", "RETURN": "return", "LOG": "log", "NFLOG": "log", "ULOG": "log",
             "MARK": "log", "TCPMSS": "log",
             "CT": "log", "NOTRACK": "log", "CLASSIFY": "log", "CONNMARK": "log"}  # fmt: skip


def iptables_rule(at: Place, words: tuple[str, ...]) -> FirewallRule:
    """A rule of iptables-save or of the iptables command, without the program's name."""
    matches: list[Match] = []
    verdict = target = ""
    for option, values, negated in _grouped(words):
        if option in _OPTIONS:
            lower = tuple(v for value in values[:1] for v in value.lower().split(","))
            exact = tuple(v for value in values[:1] for v in value.split(","))
            matches.append(
                Match(_OPTIONS[option], exact if _OPTIONS[option] in ("oif", "iif") else lower, negated)
            )
        elif option == "--dst-type" and [value.upper() for value in values] == ["MULTICAST"]:
            matches.append(Match("target", ("224.0.0.0/4",), negated))
        elif option in ("-j", "--jump", "-g", "--goto"):
            said = values[0] if values else ""
            verdict, target = _VERDICTS.get(said, "jump"), said
        elif option not in _IGNORED and option not in _PLACES:
            matches.append(Match("other", (option,)))
    return FirewallRule(at, verdict, tuple(matches), target)


def _grouped(words: tuple[str, ...]) -> Iterator[tuple[str, list[str], bool]]:
    """The options of a line with their values; ``!`` before the option or before its value."""
    found: list[tuple[str, list[str], bool]] = []
    negated = False
    for word in words:
        if word == "!":
            if found and not found[-1][1] and found[-1][0] in _OPTIONS:
                found[-1] = (found[-1][0], [], True)
            else:
                negated = True
        elif word.startswith("-") and len(word) > 1:
            found.append((word, [], negated))
            negated = False
        elif found:
            found[-1][1].append(word)
    yield from found

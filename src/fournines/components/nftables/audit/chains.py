"""The chains of a host's firewall: of nftables.conf, iptables-save, and iptables commands in a script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.components.nftables.audit.fate import Chain, FirewallRule, iptables_rule, nft_rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Source

_HOOKS = ("output", "postrouting", "input")
_MOST = 2000
"""Rules of one file that are looked at."""


def chains(source: Source) -> dict[str, Chain]:
    """The chains of a file by ``table name``; nothing for other kinds of file."""
    if source.kind == "nftables":
        return dict(_nft(source))
    if source.kind == "iptables":
        return _iptables(source, [(node, node.words) for node in source.nodes[:_MOST]])
    if source.kind == "script":
        said = [(n, tuple(w for w in n.words if w != "sudo")) for n in source.commands[:_MOST]]
        ordered = [(n, w[1:]) for n, w in said if w and w[0].rsplit("/", 1)[-1] == "iptables"]
        return _iptables(source, ordered)
    return {}


def firewalls(site: Evidence, host: str) -> tuple[dict[str, Chain], ...]:
    """The chains of every whole file that holds on a host, file by file."""
    table = site.derived(_by_host)
    return (*table.get(host, ()), *(table.get(EVERY_HOST, ()) if host != EVERY_HOST else ()))


def _by_host(site: Evidence) -> dict[str, list[dict[str, Chain]]]:
    found: dict[str, list[dict[str, Chain]]] = {}
    for source in site.kinds("nftables", "iptables", "script"):
        known = {} if source.excerpt else chains(source)
        if known:
            found.setdefault(source.host, []).append(known)
    return found


def _nft(source: Source) -> Iterator[tuple[str, Chain]]:
    for table in source.nodes:
        if table.key != "table" or table.words[1:2] in (("ip6",), ("bridge",), ("arp",), ("netdev",)):
            continue
        for node in table.all("chain"):
            name = f"{' '.join(table.args)} {node.value}"
            yield name, _nft_chain(source, node, name)


def _nft_chain(source: Source, node: Node, name: str) -> Chain:
    head = node.first("type")
    policy = node.first("policy")
    words = head.words if head else ()
    hook = words[words.index("hook") + 1] if "hook" in words[:-1] else ""
    said = policy.value if policy else "drop" if "drop" in words else "accept" if head else ""
    prefix = name.rpartition(" ")[0]
    rules = tuple(
        replace(rule, target=f"{prefix} {rule.target}") if rule.target else rule
        for child in node.children[:_MOST]
        if child.key not in ("type", "policy", "comment")
        for rule in [nft_rule(source.at(child), " ".join(child.words))]
    )
    at = source.at(head) if head else source.at(node)
    return Chain(at, name, hook, words[1] if len(words) > 1 else "", said, rules)


def _iptables(source: Source, lines: list[tuple[Node, tuple[str, ...]]]) -> dict[str, Chain]:
    table = "filter"
    found: dict[str, Chain] = {}
    rules: dict[str, list[FirewallRule]] = {}
    for node, words in lines:
        if not words:
            continue
        at = source.at(node)
        here = words[words.index("-t") + 1] if "-t" in words[:-1] else table
        if words[0].startswith("*"):
            table = words[0][1:]
        elif words[0].startswith(":"):
            found[f"{table} {words[0][1:]}"] = _named(
                source, node, table, words[0][1:], words[1] if words[1:] else ""
            )
        elif "-P" in words[:-2]:
            name = words[words.index("-P") + 1]
            found[f"{here} {name}"] = _named(source, node, here, name, words[words.index("-P") + 2])
        else:
            for option in ("-A", "--append", "-I", "--insert"):
                if option in words[:-1]:
                    name = words[words.index(option) + 1]
                    rule = iptables_rule(at, words)
                    rule = replace(rule, target=f"{here} {rule.target}") if rule.target else rule
                    listed = rules.setdefault(f"{here} {name}", [])
                    listed.insert(0 if option in ("-I", "--insert") else len(listed), rule)
                    found.setdefault(f"{here} {name}", _named(source, node, here, name, ""))
    return {name: replace(chain, rules=tuple(rules.get(name, ()))) for name, chain in found.items()}


def _named(source: Source, node: Node, table: str, name: str, policy: str) -> Chain:
    hook = name.lower() if name.lower() in _HOOKS else ""
    said = policy.lower() if policy not in ("", "-") else "accept" if hook else ""
    return Chain(source.at(node), f"{table} {name}", hook, table, said, ())

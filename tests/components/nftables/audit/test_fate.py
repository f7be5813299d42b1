"""What a firewall does to a packet."""

from __future__ import annotations

import pytest

from fournines.audit.parse import parse
from fournines.components.nftables.audit.chains import chains
from fournines.components.nftables.audit.fate import Packet, fate
from fournines.kit.audit.source import Source, Syntax

ADVERT = Packet("out", "eth1", frozenset(["vrrp", "112"]), (), ("224.0.0.18",), ("10.0.0.20",))
PEERED = Packet("out", "eth1", frozenset(["vrrp", "112"]), ("10.0.0.11",), ("10.0.0.12",))


def verdicts(text: str, packet: Packet, *, kind: str = "iptables", hook: str = "output") -> set[str | None]:
    syntax = {"iptables": Syntax.LINES, "nftables": Syntax.NFTABLES, "script": Syntax.SHELL}[kind]
    found = chains(Source("f", "h", kind, text, parse(syntax, text)))
    return {said[0] if (said := fate(packet, c, found)) else None for c in found.values() if c.hook == hook}


def saved(*rules: str, policy: str = "DROP", table: str = "filter", chain: str = "OUTPUT") -> str:
    return "\n".join([f"*{table}", f":{chain} {policy} [0:0]", *rules, "COMMIT", ""])


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ([], "drop"),
        (["-A OUTPUT -p tcp -j ACCEPT"], "drop"),
        (["-A OUTPUT -p vrrp -j ACCEPT"], "accept"),
        (["-A OUTPUT -p 112 -d 224.0.0.0/8 -j ACCEPT"], "accept"),
        (["-A OUTPUT -o eth0 -p vrrp -j ACCEPT"], "drop"),
        (["-A OUTPUT -o eth+ -j ACCEPT"], "accept"),
        (["-A OUTPUT ! -o eth0 -j ACCEPT"], "accept"),
        (["-A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"], "drop"),
        (["-A OUTPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT"], "accept"),
        (["-A OUTPUT -m mark --mark 1 -j ACCEPT"], None),
        (["-A OUTPUT -d 224.0.0.18 -m comment --comment x -j ACCEPT"], "accept"),
        (["-A OUTPUT -j ha", "-A ha -p vrrp -j ACCEPT"], "accept"),
        (["-A OUTPUT -j ha", "-A ha -p tcp -j ACCEPT", "-A ha -j RETURN"], "drop"),
        (["-A OUTPUT -p vrrp -j LOG --log-prefix x"], "drop"),
    ],
)
def test_iptables(rules: list[str], verdict: str | None) -> None:
    extra = [":ha - [0:0]"] if any("-A ha" in rule for rule in rules) else []
    assert verdicts(saved(*extra, *rules), ADVERT) == {verdict}


def test_established_says_nothing_of_unicast_adverts() -> None:
    text = saved("-A OUTPUT -m state --state ESTABLISHED -j ACCEPT")
    assert verdicts(text, PEERED) == {None}


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ("-A POSTROUTING -o eth1 -j SNAT --to-source 10.0.0.20", "snat"),
        ("-A POSTROUTING -o eth1 -s 192.168.0.0/24 -j SNAT --to-source 10.0.0.20", "accept"),
        ("-A POSTROUTING -o eth1 -s 10.0.0.0/24 -j SNAT --to-source 10.0.0.20", "snat"),
        ("-A POSTROUTING -o eth1 -p tcp -j MASQUERADE", "accept"),
        ("-A POSTROUTING -o eth1 -j MASQUERADE", "masquerade"),
        ("-A POSTROUTING -o eth1 ! -d 224.0.0.0/4 -j MASQUERADE", "accept"),
        ("-A POSTROUTING -o eth0 -j MASQUERADE", "accept"),
        ("-A POSTROUTING -o eth1 -m mark --mark 1 -j SNAT --to-source 10.0.0.20", "accept"),
    ],
)
def test_source_nat(rule: str, verdict: str) -> None:
    text = saved(rule, policy="ACCEPT", table="nat", chain="POSTROUTING")
    assert verdicts(text, ADVERT, hook="postrouting") == {verdict}
    command = f"#!/bin/sh\niptables -t nat {rule}\n"
    assert verdicts(command, ADVERT, kind="script", hook="postrouting") == {verdict}


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ("ip protocol vrrp accept", "accept"),
        ("meta l4proto { tcp, udp, icmp } accept", "drop"),
        ("meta l4proto { tcp, vrrp } accept", "accept"),
        ("tcp dport 22 accept", "drop"),
        ('oifname "eth1" accept', "accept"),
        ("oifname { eth0, eth2 } accept", "drop"),
        ("ip daddr 224.0.0.0/8 counter accept", "accept"),
        ("ip daddr @peers accept", None),
        ("ct state established,related accept", "drop"),
        ('log prefix "out " drop', "drop"),
        ("jump ha", "accept"),
    ],
)
def test_nftables(rules: str, verdict: str | None) -> None:
    text = (
        f"table inet filter {{\n chain ha {{\n  ip protocol 112 accept\n }}\n chain out {{\n"
        f"  type filter hook output priority 0; policy drop;\n  {rules}\n }}\n}}\n"
    )
    assert verdicts(text, ADVERT, kind="nftables") == {verdict}


def test_every_chain_of_the_hook_is_judged() -> None:
    one = "table inet {0} {{\n chain out {{\n  type filter hook output priority 0; policy drop;\n"
    one += "  {1}\n }}\n}}\n"
    text = one.format("a", "ip protocol vrrp accept") + one.format("b", "meta l4proto tcp accept")
    assert verdicts(text, ADVERT, kind="nftables") == {"accept", "drop"}

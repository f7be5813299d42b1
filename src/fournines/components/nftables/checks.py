"""What the firewall promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from fournines.components.nftables.model import CHAIN, TABLE, Opening, Options, openings
from fournines.kit.check import Answers, Ask, Check, Output
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst

CLOSED_PORT = 9
"""Discard (RFC 863): nobody listens there, so an open firewall answers with a reset, a closed one not."""

_KNOCK = """\
import socket, sys
def knock(port):
    try:
        socket.create_connection((sys.argv[1], port), timeout=1).close()
    except TimeoutError:
        return "silent"
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        return error.strerror or "error"
    return "open"
print(knock(int(sys.argv[2])), knock(int(sys.argv[3])), sep="\\n")
"""


def checks(context: Context) -> Iterator[Check]:
    """The rules in the kernel are the declared ones; a port nobody declared is really silent."""
    site = context.site
    wanted = {host.name: openings(context, host) for host in site.hosts.values()}
    yield Check(
        "nftables.rules",
        "The kernel drops what is not declared and accepts exactly what is",
        asks=dict.fromkeys(wanted, Ask(("nft", "--json", "list", "table", "inet", TABLE))),
        judge=partial(_judge_rules, wanted=wanted),
        barrier=True,
    )
    ring = _ring(context)
    if ring:
        yield Check(
            "nftables.drops",
            "A packet to a port nobody declared gets no answer from outside",
            asks={
                asker: Ask(("python3", "-c", _KNOCK, address, str(ssh), str(CLOSED_PORT)))
                for asker, (_, address, ssh) in ring.items()
            },
            judge=partial(_judge_knocks, knocked={asker: host for asker, (host, _, _) in ring.items()}),
        )
    yield units_check("nftables", wanted, ("nftables.service",))


def _ring(context: Context) -> dict[str, tuple[str, str, int]]:
    """Each host of the cluster network knocks at the next one: (its name, its address, its SSH port)."""
    site = context.site
    members = [host for host in site.hosts.values() if site.cluster_network in host.addresses]
    ssh = context.options("nftables", Options).ssh_ports[0]
    following = [*members[1:], *members[:1]]
    return {
        asker.name: (host.name, str(site.address(host)), ssh)
        for asker, host in zip(members, following, strict=True)
        if asker != host
    }


def _judge_rules(answers: Answers, wanted: dict[str, tuple[Opening, ...]]) -> Verdict:
    return worst(
        (
            (host, unknown("not reachable") if answer is None else _rules_on(answer, wanted[host]))
            for host, answer in answers.items()
        ),
        all_well=f"default drop on {len(answers)} hosts, open as declared",
    )


def _rules_on(answer: Output, wanted: tuple[Opening, ...]) -> Verdict:
    if answer.code != 0:
        return failed(f"no firewall: {(answer.stderr.strip() or 'nft failed').splitlines()[0]}")
    try:
        items = json.loads(answer.stdout)["nftables"]
    except (ValueError, KeyError, TypeError):
        return failed("nft answered no JSON")
    chains = [item["chain"] for item in items if "chain" in item and item["chain"].get("name") == CHAIN]
    if not any(chain.get("hook") == "input" and chain.get("policy") == "drop" for chain in chains):
        return failed("the input chain does not drop by default")
    found = {_key(o) for item in items if "rule" in item and (o := parse_rule(item["rule"]))}
    expected = {_key(o) for o in wanted}
    wrong = [f"{o} is closed" for o in sorted(expected - found, key=str)]
    wrong += [f"{o} is open without being declared" for o in sorted(found - expected, key=str)]
    return failed(", ".join(wrong)) if wrong else passed(f"default drop, {len(expected)} openings")


def _key(opening: Opening) -> Opening:
    return replace(opening, name="")


_HARMLESS: tuple[dict[str, Any], ...] = ({"meta iif": "lo"}, {"ct state": ["established", "related"]})
"""Rules that accept nothing new from outside: the host's own traffic, answers to it."""


def _is_mid_stream(test: dict[str, Any]) -> bool:
    """Packets without SYN and RST begin no connection."""
    without = test["op"] == "!" and _left(test["left"]) == "tcp flags"
    return without and sorted(test["right"]) == ["rst", "syn"]


def parse_rule(rule: dict[str, Any]) -> Opening | None:
    """The opening a rule of ``nft --json`` makes; None for a rule that accepts nothing new from outside.

    An accepting rule in a shape this does not know becomes an opening that nobody declared, so that it is
    reported rather than overlooked.
    """
    expressions: list[dict[str, Any]] = rule.get("expr", [])
    if not any("accept" in e for e in expressions):
        return None
    tests = [e["match"] for e in expressions if "match" in e]
    if any(_is_mid_stream(test) for test in tests):
        return None
    if any(test["op"] not in ("==", "in") for test in tests):
        return Opening("unusual", None, name=str(rule.get("comment", "")))
    matches = {_left(test["left"]): test["right"] for test in tests}
    if matches in _HARMLESS:
        return None
    source, target = _range(matches.pop("ip saddr", None)), _range(matches.pop("ip daddr", None))
    protocol, port, last = "any", None, None
    if set(matches) == {"meta l4proto"}:
        numbered = matches["meta l4proto"]
        if isinstance(numbered, dict) and set(numbered.get("set", ())) <= {"icmp", "ipv6-icmp"}:
            return None
        protocol = "vrrp" if numbered in ("vrrp", 112) else str(numbered)
    elif len(matches) == 1:
        (left, right), *_ = matches.items()
        if left in ("tcp dport", "udp dport") and isinstance(right, int):
            protocol, port = left.split()[0], right
        elif left in ("tcp dport", "udp dport") and isinstance(right, dict) and set(right) == {"range"}:
            protocol, (port, last) = left.split()[0], right["range"]
    return Opening(protocol, port, source, target, last=last)


def _left(left: dict[str, Any]) -> str:
    if "meta" in left:
        return f"meta {left['meta']['key']}"
    if "ct" in left:
        return f"ct {left['ct']['key']}"
    payload = left.get("payload", {})
    return f"{payload.get('protocol')} {payload.get('field')}"


def _range(right: Any) -> str:  # noqa: ANN401 - a value out of JSON
    if right is None:
        return ""
    if isinstance(right, dict) and "prefix" in right:
        return f"{right['prefix']['addr']}/{right['prefix']['len']}"
    return str(right)


def _judge_knocks(answers: Answers, knocked: dict[str, str]) -> Verdict:
    return worst(
        (
            (knocked[asker], unknown(f"{asker} cannot be asked") if answer is None else _knocks(answer))
            for asker, answer in answers.items()
        ),
        all_well="silent on every host",
    )


def _knocks(answer: Output) -> Verdict:
    heard = answer.stdout.split("\n")[:2]
    if answer.code != 0 or len(heard) != 2:  # noqa: PLR2004 - one line per knock
        return unknown("the knock could not be made")
    open_port, closed_port = heard
    if open_port != "open":
        return unknown(f"its SSH port is {open_port}, so silence elsewhere proves nothing")
    if closed_port == "silent":
        return passed("silent")
    return failed(f"port {CLOSED_PORT} is {closed_port}: the firewall lets it through")

"""The firewall: what it opens, what nft thinks of it, and that its checks go red."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.components.fixed import file_of, fixed
from tests.programs import opinion

from fournines.components.nftables.checks import parse_rule
from fournines.components.nftables.component import COMPONENT
from fournines.components.nftables.deploy import CONF
from fournines.components.nftables.model import Opening, Options, openings
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = Path(__file__).parent / "answers"
"""What ``nft --json`` 1.1.3 answers on a host where the golden file is loaded."""
HOSTS = ("controller1", "dashboard")
CLUSTER = "10.0.0.0/24"


@pytest.fixture
def context(blog: Site, blog_context: Context) -> Context:
    return fixed(blog, blog_context)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def answers(context: Context) -> dict[str, Output]:
    texts = {host: (ANSWERS / f"{host}.json").read_text() for host in HOSTS}
    texts["controller2"] = texts["controller1"]
    return {host: Output(0, texts[host]) for host in context.site.hosts}


def without(text: str, comment: str) -> str:
    kept = [item for item in json.loads(text)["nftables"] if item.get("rule", {}).get("comment") != comment]
    return json.dumps({"nftables": kept})


@pytest.mark.parametrize("host", HOSTS)
def test_the_whole_file_is_as_reviewed(context: Context, host: str) -> None:
    assert file_of(COMPONENT, context, host, CONF).content == (GOLDEN / f"{host}-nftables.conf").read_text()


def test_only_what_was_declared_for_this_host_is_open(context: Context) -> None:
    found = set(openings(context, context.site.hosts["dashboard"]))
    assert found == {
        Opening("tcp", 22, name="ssh"),
        Opening("tcp", 4567, CLUSTER, name="galera"),
        Opening("udp", 123, CLUSTER, name="ntp"),
        Opening("tcp", 443, name="horizon"),
    }


def test_clients_reach_endpoints_on_the_vip_from_anywhere_but_not_the_hosts_own_port(
    context: Context,
) -> None:
    found = openings(context, context.site.hosts["controller1"])
    assert Opening("tcp", 5000, target="10.0.0.20", name="keystone") in found
    assert not [o for o in found if o.port == 5000 and not o.target and not o.source]


def test_ssh_comes_first_and_is_open_to_everybody(context: Context) -> None:
    for host in context.site.hosts.values():
        assert openings(context, host)[0] == Opening("tcp", 22, name="ssh")


def test_one_rule_for_what_two_components_want() -> None:
    assert str(Opening("tcp", 443, CLUSTER)) == "tcp/443 from 10.0.0.0/24"


def test_a_site_may_open_more(context: Context, blog: Site) -> None:
    more = Context(blog, context.declarations, {}, parsed={"nftables": Options(open_tcp=(9100,))})
    assert "tcp dport 9100 accept" in file_of(COMPONENT, more, "dashboard", CONF).content


def test_no_other_table_is_touched(context: Context) -> None:
    content = file_of(COMPONENT, context, "dashboard", CONF).content
    assert "flush ruleset" not in content
    assert [line for line in content.splitlines() if line.startswith("delete")] == [
        "delete table inet fournines"
    ]


def test_the_loaded_rules_are_recognised(context: Context) -> None:
    verdict = check(context, "nftables.rules").verdict(answers(context))
    assert verdict.outcome is Outcome.PASS, verdict.seen


def test_rules_go_red(context: Context) -> None:
    rules, well = check(context, "nftables.rules"), answers(context)
    text = well["dashboard"].stdout

    def verdict_of(answer: Output | None) -> tuple[Outcome, str]:
        verdict = rules.verdict(well | {"dashboard": answer})
        return verdict.outcome, verdict.seen

    assert verdict_of(Output(0, without(text, "galera"))) == (
        Outcome.FAIL,
        "dashboard: tcp/4567 from 10.0.0.0/24 is closed",
    )
    opened = text.replace('"right": 443', '"right": 8443')
    assert "tcp/8443 from anywhere is open without being declared" in verdict_of(Output(0, opened))[1]
    accepts = text.replace('"policy": "drop"', '"policy": "accept"')
    assert verdict_of(Output(0, accepts))[0] is Outcome.FAIL
    flushed = Output(1, "", "Error: No such file or directory\nlist table inet fournines\n")
    assert verdict_of(flushed)[0] is Outcome.FAIL
    assert verdict_of(None)[0] is Outcome.UNKNOWN


def rule(*expressions: dict[str, Any]) -> dict[str, Any]:
    return {"expr": [*expressions, {"accept": None}]}


def match(left: dict[str, Any], right: object, op: str = "==") -> dict[str, Any]:
    return {"match": {"op": op, "left": left, "right": right}}


DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}


def test_a_range_of_ports_is_written_read_back_and_told() -> None:
    streams = Opening("tcp", 6000, CLUSTER, last=6199)
    source = {"prefix": {"addr": "10.0.0.0", "len": 24}}
    saddr = {"payload": {"protocol": "ip", "field": "saddr"}}
    assert parse_rule(rule(match(saddr, source), match(DPORT, {"range": [6000, 6199]}))) == streams
    assert str(streams) == "tcp/6000-6199 from 10.0.0.0/24"
    assert streams.ports == "6000-6199"


@pytest.mark.parametrize(
    "strange",
    [
        rule(),
        rule(match(DPORT, 22, op="!=")),
        rule(match(DPORT, {"range": [1, 65535]})),
        rule(match({"meta": {"key": "iif"}}, "eth0")),
        rule(match({"ct": {"key": "state"}}, ["established", "new"], op="in")),
        rule(match({"payload": {"protocol": "ip", "field": "saddr"}}, "10.0.0.1")),
    ],
)
def test_an_accepting_rule_of_unknown_shape_is_not_overlooked(strange: dict[str, Any]) -> None:
    opening = parse_rule(strange)
    assert opening is not None
    assert opening not in {Opening("tcp", 22), Opening("tcp", 22, CLUSTER)}


def test_knocks_go_red(context: Context) -> None:
    drops = check(context, "nftables.drops")
    well = dict.fromkeys(context.site.hosts, Output(0, "open\nsilent\n"))
    assert drops.verdict(well).outcome is Outcome.PASS
    # dashboard knocks at controller1
    verdict = drops.verdict(well | {"dashboard": Output(0, "open\nrefused\n")})
    assert verdict.outcome is Outcome.FAIL
    assert verdict.seen.startswith("controller1: port 9 is refused")
    for nothing_learned in (Output(0, "silent\nsilent\n"), Output(1, "", "Traceback"), None):
        assert drops.verdict(well | {"dashboard": nothing_learned}).outcome is Outcome.UNKNOWN


def loaded(context: Context, folder: Path) -> Iterator[tuple[str, subprocess.CompletedProcess[str]]]:
    for host in HOSTS:
        content = file_of(COMPONENT, context, host, CONF).content
        script = "nft -f /run/rules && nft --json list table inet fournines"
        yield host, opinion(["sh", "-c", script], {"rules": content}, folder, program="nft")


def _rules(listing: dict[str, Any]) -> list[Any]:
    """The rules without their numbers."""
    return [item["rule"]["expr"] for item in listing["nftables"] if "rule" in item]


@pytest.mark.programs
def test_the_kernel_shows_the_rules_as_the_check_expects_them(context: Context, tmp_path: Path) -> None:
    for host, said in loaded(context, tmp_path):
        assert said.returncode == 0, said.stderr
        reviewed = json.loads((ANSWERS / f"{host}.json").read_text())
        assert _rules(json.loads(said.stdout)) == _rules(reviewed)


@pytest.mark.programs
def test_nft_refuses_a_broken_file(context: Context, tmp_path: Path) -> None:
    content = file_of(COMPONENT, context, "dashboard", CONF).content
    assert opinion(["nft", "-c", "-f", "/run/rules"], {"rules": content}, tmp_path).returncode == 0
    broken = content.replace("tcp dport 22", "tcp dport ssh-or-so")
    assert opinion(["nft", "-c", "-f", "/run/rules"], {"rules": broken}, tmp_path).returncode

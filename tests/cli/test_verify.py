from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module

import anyio
import pytest
import typer
from tests.cli.fake_hosts import opening
from tests.report.samples import BROKEN, HOLDS, MIXED, SIZE, UNHEARD
from tests.report.status.samples import PLAN
from typer.testing import CliRunner

from fournines.cli.verify import chosen, until_all_hold
from fournines.engine.wire.transport import Fake
from fournines.errors import NinesError
from fournines.kit.check import Ask, Check, Output
from fournines.plan.model import Plan
from fournines.report.document import Judged

verb = import_module("fournines.cli.verify")  # the package names the function so, not the module

CHECKS = [check for check, _ in MIXED]


def test_only_chooses_by_id_and_keeps_the_order() -> None:
    assert [c.id for c in chosen(CHECKS, ["rabbitmq.*", "galera.s?ze"])] == [
        "galera.size",
        "rabbitmq.members",
    ]
    assert chosen(CHECKS, []) == tuple(CHECKS)


def test_a_typo_in_only_is_an_error_not_an_empty_success() -> None:
    with pytest.raises(NinesError, match="galear") as caught:
        chosen(CHECKS, ["galera.*", "galear.*"])
    assert "galera, memcached, rabbitmq" in (caught.value.try_this or "")


class Rounds:
    """Answers each round with the next list, the last one for ever."""

    def __init__(self, *rounds: Sequence[Judged]) -> None:
        self.rounds = list(rounds)
        self.asked = 0

    async def __call__(self, checks: Sequence[Check]) -> Sequence[Judged]:
        del checks
        self.asked += 1
        return self.rounds.pop(0) if len(self.rounds) > 1 else self.rounds[0]


def settle(rounds: Rounds, wait: float) -> Sequence[Judged]:
    heard: list[Sequence[Judged]] = []

    async def run() -> Sequence[Judged]:
        return await until_all_hold(rounds, CHECKS, heard.append, wait=wait, pause=0.01)

    found = anyio.run(run)
    assert heard[-1] == found
    assert len(heard) == rounds.asked
    return found


def test_without_wait_there_is_one_round() -> None:
    rounds = Rounds([BROKEN])
    assert settle(rounds, 0) == [BROKEN]
    assert rounds.asked == 1


def test_wait_ends_with_the_first_round_in_which_all_hold() -> None:
    rounds = Rounds([HOLDS, BROKEN], [UNHEARD, SIZE], [HOLDS, SIZE], [BROKEN])
    assert settle(rounds, 5) == [HOLDS, SIZE]
    assert rounds.asked == 3


def test_wait_gives_up_in_time_with_the_last_rounds_verdicts() -> None:
    rounds = Rounds([HOLDS, SIZE, BROKEN], [HOLDS, UNHEARD])
    assert settle(rounds, 0.1) == [HOLDS, UNHEARD]
    assert 2 <= rounds.asked <= 12


def plan_of(judged: Sequence[Judged]) -> Plan:
    def check(pair: Judged) -> Check:
        asks = {host: Ask(("show", pair[0].id)) for host in pair[0].asks}
        return replace(pair[0], asks=asks)

    secrets = {"galera/root": "Donor/Desynced"}
    return replace(PLAN, checks=tuple(map(check, judged)), context=replace(PLAN.context, secrets=secrets))


Run = Callable[..., tuple[int, str, Fake]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def running(judged: Sequence[Judged], *words: str) -> tuple[int, str, Fake]:
        opened, wire = opening(plan_of(judged), lambda _host, argv: Output(0, argv[1]))
        monkeypatch.setattr(verb, "open_site", opened)
        app = typer.Typer()
        app.command()(verb.verify)
        result = CliRunner().invoke(app, ["blog.yaml", *words])
        return result.exit_code, result.stdout, wire

    return running


@pytest.mark.parametrize(
    ("judged", "code", "line"),
    [
        ([HOLDS, SIZE], 0, "2 promises hold, 0 are broken, 0 unknown"),
        ([HOLDS, BROKEN], 1, "1 promise holds, 1 is broken, 0 unknown"),
        ([HOLDS, UNHEARD], 4, "1 promise holds, 0 are broken, 1 unknown"),
    ],
)
def test_the_verb_asks_shows_and_exits(run: Run, judged: list[Judged], code: int, line: str) -> None:
    exited, out, wire = run(judged)
    assert (exited, out.splitlines()[-1]) == (code, line)
    assert {call.host for call in wire.calls} == {"controller1", "controller2"}
    assert wire.closed


def test_the_verb_prints_json_with_secrets_masked(run: Run) -> None:
    code, out, _ = run([HOLDS, BROKEN], "--json", "--only", "galera.*")
    told = json.loads(out)
    assert code == 1
    assert [c["id"] for c in told["checks"]] == ["galera.synced"]
    assert "Desynced" not in out
    assert "********" in told["checks"][0]["seen"]


def test_a_host_that_is_not_there_is_unknown_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, _ = opening(plan_of([HOLDS]), lambda _host, _argv: None)
    monkeypatch.setattr(verb, "open_site", opened)
    app = typer.Typer()
    app.command()(verb.verify)
    result = CliRunner().invoke(app, ["blog.yaml"])
    assert result.exit_code == 4
    assert "no host answered" in result.stdout

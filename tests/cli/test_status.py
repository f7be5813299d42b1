from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import anyio
import pytest
import typer
from tests.cli.fake_hosts import Answer, opening, transport
from tests.report.status.samples import PLAN, SEEN, WELL_LOOKS, WELL_POOLS, look, pools
from typer.testing import CliRunner

from fournines.engine.wire.transport import Fake
from fournines.errors import SpecError
from fournines.kit.check import Ask, Check, Output
from fournines.kit.verdict import failed, passed
from fournines.plan.limit import limited
from fournines.plan.model import Plan
from fournines.report.status.document import Level, StatusDocument

ASK_POOLS = Ask(("show", "stat"))
CHECKS = (
    Check(SEEN.check, "all up", dict.fromkeys(WELL_POOLS, ASK_POOLS), judge=lambda _: passed("all up")),
    Check(
        "galera.synced",
        "synced",
        dict.fromkeys(WELL_POOLS, Ask(("synced",))),
        judge=lambda answers: (
            passed("synced")
            if all(a and a.stdout == "yes" for a in answers.values())
            else failed("password is hunter22")
        ),
        barrier=True,
    ),
)

verb = import_module("fournines.cli.status")  # the package names the function so, not the module
SITE = replace(PLAN, checks=CHECKS, context=replace(PLAN.context, secrets={"galera/root": "hunter22"}))


def hosts(
    looks: dict[str, Output | None] | None = None, *, synced: str = "yes", pool: Output | None = None
) -> Answer:
    told: dict[str, Output | None] = {**WELL_LOOKS, **(looks or {})}

    def answer(host: str, argv: tuple[str, ...]) -> Output | None:
        if argv == ASK_POOLS.argv:
            return pool or pools()
        return Output(0, synced) if argv == ("synced",) else told[host]

    return answer


Run = Callable[..., tuple[int, str, Fake]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    def running(answer: Answer, *words: str, plan: Plan = SITE) -> tuple[int, str, Fake]:
        opened, wire = opening(plan, answer)
        monkeypatch.setattr(verb, "open_site", opened)
        app = typer.Typer()
        app.command()(verb.status)
        result = CliRunner().invoke(app, ["blog.yaml", *words])
        return result.exit_code, result.stdout, wire

    return running


def test_well_is_0(run: Run) -> None:
    code, out, wire = run(hosts())
    assert code == 0
    assert "blog  OK  every promise that was asked about holds" in out
    assert wire.closed


def test_one_round_trip_per_host(run: Run) -> None:
    _, _, wire = run(hosts())
    assert sorted(call.host for call in wire.calls) == ["controller1", "controller2", "dashboard"]


def test_degraded_is_1(run: Run) -> None:
    code, out, _ = run(hosts({"dashboard": None}))
    assert code == 1
    assert "WARNING  dashboard does not answer" in out


def test_not_served_is_2(run: Run) -> None:
    code, out, _ = run(hosts({"controller2": look("controller2")}), "--json")
    assert code == 2
    assert json.loads(out)["level"] == "critical"


def test_nobody_there_is_3(run: Run) -> None:
    code, out, _ = run(lambda _host, _argv: None, "--json")
    assert code == 3
    assert json.loads(out)["level"] == "unknown"


def test_limited_to_a_host_nobody_else_is_asked_or_judged(run: Run) -> None:
    """The others may be down, the VIP may be theirs: neither is this host's fault."""
    alone = limited(SITE, ["controller1"])
    code, out, wire = run(hosts({"controller2": None, "dashboard": None}), "--json", plan=alone)
    found = json.loads(out)
    assert code == 0
    assert {call.host for call in wire.calls} == {"controller1"}
    assert [host["name"] for host in found["hosts"]] == ["controller1"]
    assert found["vips"] == []


def test_limited_to_a_host_that_is_down_it_is_not_well(run: Run) -> None:
    code, _, _ = run(hosts({"controller1": None}), plan=limited(SITE, ["controller1"]))
    assert code == 3


def test_secrets_in_answers_are_masked(run: Run) -> None:
    code, out, _ = run(hosts(synced="no"))
    assert code == 1
    assert "hunter22" not in out
    assert "password is ********" in out


def test_a_site_file_with_mistakes_is_unknown_to_nagios(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SpecError([])

    monkeypatch.setattr(verb, "open_site", refuse)
    with pytest.raises(SpecError) as caught:
        verb.status(Path("blog.yaml"))
    assert caught.value.exit_code == 3


def test_watching_looks_again_and_ends_with_the_last_level(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, wire = opening(SITE, hosts())
    monkeypatch.setattr(verb, "INTERVAL", 0.0)
    seen: list[Level] = []

    async def watch() -> None:
        def show(found: StatusDocument) -> None:
            seen.append(found.level)
            if len(seen) == 3:
                raise KeyboardInterrupt

        await verb._repeat(opened(Path()), [], show)

    with pytest.raises(KeyboardInterrupt):
        anyio.run(watch)
    assert seen == [Level.OK] * 3
    assert wire.closed


def test_a_look_does_not_raise_for_a_host_that_breaks_down() -> None:
    def answer(host: str, argv: tuple[str, ...]) -> Output | None:
        return Output(127, "", "garbage") if host == "controller1" else hosts()(host, argv)

    found = anyio.run(verb.look, transport(answer), SITE)
    assert found.level is Level.WARNING
    assert "controller1" in found.why

"""``nines preflight`` at the terminal: verdicts, JSON, exit codes."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from tests.cli.command import nines
from tests.preflight.test_promises import good
from tests.support import context_of

from fournines.cli.shared.site import Opened
from fournines.engine.wire.transport import Fake
from fournines.kit.check import Output
from fournines.plan.make import make_plan
from fournines.preflight.facts import Facts, Refusal
from fournines.spec.model import Site

verb = import_module("fournines.cli.preflight")


@pytest.mark.parametrize(("ill", "code"), [(None, 0), ("disk", 1), ("clock", 4)])
def test_the_verb_looks_shows_and_exits(
    monkeypatch: pytest.MonkeyPatch, blog: Site, ill: str | None, code: int
) -> None:
    plan = make_plan(blog, context_of(blog).secrets)
    ills: dict[str | None, dict[str, int | None]] = {"disk": {"disk": 0}, "clock": {"offset": None}}

    async def look(_: Opened) -> dict[str, Facts | Refusal]:
        found = {host: good(plan, host) for host in blog.hosts}
        return {**found, "controller1": found["controller1"].model_copy(update=ills.get(ill, {}))}

    monkeypatch.setattr(verb, "open_fresh", lambda _: Opened(blog, plan, None))
    monkeypatch.setattr(verb, "_look", look)
    done = nines("preflight", "blog.yaml")
    assert done.code == code
    assert ("controller1: " in done.stdout.replace("\n", " ")) or not ill
    document = json.loads(nines("preflight", "blog.yaml", "--json").stdout)
    assert [c["id"] for c in document["checks"] if c["outcome"] != "pass"] == (
        [f"preflight.{ill}"] if ill else []
    )


def test_the_wire_is_closed_whatever_the_hosts_say(monkeypatch: pytest.MonkeyPatch, blog: Site) -> None:
    wire = Fake(lambda _: Output(1, "", "no"))
    monkeypatch.setattr(Opened, "transport", lambda _: wire)
    opened = Opened(blog, make_plan(blog, context_of(blog).secrets), None)
    monkeypatch.setattr(verb, "open_fresh", lambda _: opened)
    assert nines("preflight", "blog.yaml").code == 1
    assert wire.closed

"""The verbs that tell the cluster something: shown first, done on a word, refused for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from tests.cli.command import Done, nines
from tests.cli.fake_hosts import FakeOpened
from tests.support import context_of, site_of

from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.plan.model import Plan

verb = import_module("fournines.cli.cluster")
MOVE = ("move", "site.yaml", "keystone", "controller2")


@dataclass
class Cluster:
    """Members that answer from a table, or are not there; ``done`` is what was carried out, and where."""

    foreseen: Mapping[str, Any]
    away: tuple[str, ...] = ()
    code: int = 0
    done: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, call: Call) -> Output:
        if call.host in self.away:
            raise TransportError("no route to host", where=call.host)
        if call.argv[-1] == "carry-out":
            self.done.append((call.host, json.loads(call.stdin)))
            return Output(self.code, '{"seconds": 4.2}', "cibadmin: no quorum")
        return Output(self.code, json.dumps(self.foreseen), "cibadmin: no quorum")


def run(
    monkeypatch: pytest.MonkeyPatch, cluster: Cluster, *argv: str, example: str = "active-passive"
) -> Done:
    site = site_of(f"{example}.yaml")
    plan = Plan(context_of(site), (), ())
    monkeypatch.setattr(verb, "open_fresh", lambda _: FakeOpened(site, plan, None, Fake(cluster)))
    return nines(*argv)


MOVES = {"actions": ["keystone: move, controller1 -> controller2"]}


def test_what_would_happen_is_shown_and_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(MOVES)
    done = run(monkeypatch, cluster, *MOVE)
    assert (done.code, cluster.done) == (1, [])
    assert done.stdout == "keystone: move, controller1 -> controller2\n"
    assert "--yes does it" in done.stderr


def test_it_is_done_on_a_word_through_the_member_that_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(MOVES, away=("dashboard",))
    done = run(monkeypatch, cluster, *MOVE, "--yes")
    operation = {"do": "move", "resource": "keystone", "host": "controller2"}
    assert (done.code, cluster.done) == (0, [("controller1", operation)])
    assert done.stdout.endswith("done in 4.2 s\n")


def test_a_move_to_where_it_is_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster({"actions": []})
    done = run(monkeypatch, cluster, *MOVE)
    assert (done.code, cluster.done) == (0, [])
    assert "nothing to do" in done.stdout


@pytest.mark.parametrize(
    ("argv", "operation", "reminder"),
    [
        (("standby", "controller1"), {"do": "standby", "host": "controller1"}, "nines online site.yaml"),
        (("online", "controller1"), {"do": "online", "host": "controller1"}, ""),
        (("maintenance", "on"), {"do": "maintenance"}, "nines maintenance site.yaml off"),
        (("maintenance", "off"), {"do": "service"}, ""),
    ],
)
def test_what_stays_until_it_is_ended_says_how(
    monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], operation: Mapping[str, str], reminder: str
) -> None:
    cluster = Cluster({"actions": []})
    done = run(monkeypatch, cluster, argv[0], "site.yaml", *argv[1:], "--yes")
    assert (done.code, cluster.done) == (0, [("dashboard", operation)])
    assert ("to end it" in done.stdout) is bool(reminder)
    assert reminder in done.stdout


def test_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(monkeypatch, Cluster(MOVES), *MOVE, "--json")
    assert (shown.code, json.loads(shown.stdout)["done"]) == (1, False)
    done = run(monkeypatch, Cluster(MOVES), *MOVE, "--json", "--yes")
    assert json.loads(done.stdout) == {
        "format": "fournines/operation/1",
        "do": "move",
        "resource": "keystone",
        "host": "controller2",
        **MOVES,
        "done": True,
        "seconds": 4.2,
    }


@pytest.mark.parametrize(
    ("cluster", "code", "says"),
    [
        (Cluster({"refused": "haproxy runs everywhere", "hint": "leave it"}), 2, "haproxy runs everywhere"),
        (Cluster(MOVES, code=1), 3, "cibadmin: no quorum"),
        (Cluster(MOVES, away=("dashboard", "controller1", "controller2")), 3, "no route to host"),
    ],
)
def test_what_cannot_be_done_says_why(
    monkeypatch: pytest.MonkeyPatch, cluster: Cluster, code: int, says: str
) -> None:
    done = run(monkeypatch, cluster, *MOVE, "--yes")
    assert (done.code, cluster.done) == (code, [])
    assert says in done.stderr


@pytest.mark.parametrize("argv", [("standby", "site.yaml", "controller3"), (*MOVE[:3], "controler2")])
def test_a_host_that_the_site_does_not_have_is_told_before_any_is_asked(
    monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    cluster = Cluster(MOVES, away=("dashboard", "controller1", "controller2"))
    done = run(monkeypatch, cluster, *argv, "--yes")
    assert (done.code, cluster.done) == (2, [])
    assert f"the site has no host {argv[-1]}" in done.stderr
    assert "did you mean controller" in done.stderr


def test_where_nothing_moves_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(monkeypatch, Cluster(MOVES), *MOVE, example="blog")
    assert done.code == 2
    assert "active-active" in done.stderr

"""What a host is given before it is hurt: who is asked, and what counts as having it back."""

from __future__ import annotations

import json
from collections.abc import Mapping

import anyio
import pytest
from tests.drill.play import site

from fournines.drill import keepsakes
from fournines.drill.journal import Journal
from fournines.drill.keepsakes import AFTERWARDS, WITHOUT, Keeper, asks_from, had_back
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import DrillError, TransportError
from fournines.kit.check import Ask, Output
from fournines.kit.context import Context
from fournines.kit.probe import Keepsake
from fournines.probe.ledger import Account
from fournines.probe.watch import new_clock


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepsakes, "PATIENCE", 0.05)


def put(_context: Context, host: str) -> Ask:
    return Ask(("put", host))


def again(_context: Context, kept: Mapping[str, object], *, last: bool) -> Ask:
    return Ask(("get", str(kept["id"]), "last" if last else "once more"))


IMAGE = Keepsake("image", ("controller1", "controller2"), put, again)
CONTEXT = Context(site=site(), declarations=(IMAGE,), secrets={})
BOTH = ("controller1", "controller2")
SAME, OTHER = Output(0, '{"same": true}'), Output(0, '{"same": false, "wrong": "other bytes"}')


def drilled(hosts: tuple[str, ...], answers: Mapping[str, Output | None]) -> tuple[list[Call], list[Account]]:
    calls: list[Call] = []

    def said(call: Call) -> Output:
        calls.append(call)
        answer = (
            Output(0, json.dumps({"id": call.argv[1]})) if call.argv[0] == "put" else answers[call.argv[2]]
        )
        if answer is None:
            raise TransportError("gone", where=call.host)
        return answer

    async def it() -> list[Account]:
        keeper = Keeper(CONTEXT, Fake(said), Journal(new_clock()))
        await keeper.put(hosts)
        await keeper.read(WITHOUT, hosts)
        await keeper.read(AFTERWARDS, ())
        return list(keeper.accounts())

    accounts = anyio.run(it)
    return calls, accounts


def test_what_a_host_took_is_had_back_without_it_and_afterwards() -> None:
    calls, (balance,) = drilled(("controller1",), {"once more": SAME, "last": SAME})
    assert [(call.host, call.argv[0]) for call in calls] == [
        ("controller1", "put"),
        ("dashboard", "get"),
        ("controller1", "get"),
    ]
    assert (balance.ledger, balance.lost, balance.ok) == ("image through controller1", 0, 1)
    assert balance.replicas == (AFTERWARDS, WITHOUT)


@pytest.mark.parametrize(
    ("answers", "lost", "unread"),
    [
        ({"once more": OTHER, "last": SAME}, 1, ()),
        ({"once more": SAME, "last": Output(1, "", "HTTP Error 503")}, 0, (AFTERWARDS,)),
        ({"once more": None, "last": SAME}, 0, (WITHOUT,)),
    ],
)
def test_what_does_not_come_back_is_lost_and_silence_is_no_proof(
    answers: Mapping[str, Output | None], lost: int, unread: tuple[str, ...]
) -> None:
    _, (balance,) = drilled(("controller1",), answers)
    assert (balance.lost, balance.unread) == (lost, unread)


def test_only_hosts_that_take_it_are_given_one() -> None:
    calls, accounts = drilled(("dashboard",), {})
    assert (calls, accounts) == ([], [])


def test_nobody_asks_while_everybody_is_gone() -> None:
    calls, (one, other) = drilled(("dashboard", *BOTH), {"last": SAME})
    assert one.replicas == other.replicas == (AFTERWARDS,)
    assert [call.argv[0] for call in calls] == ["put", "put", "get", "get"]


def test_a_host_that_takes_nothing_before_it_is_hurt_ends_the_drill() -> None:
    async def it() -> None:
        keeper = Keeper(CONTEXT, Fake(lambda _: Output(1, "", "HTTP Error 503")), Journal(new_clock()))
        await keeper.put(BOTH)

    with pytest.raises(DrillError, match="controller1 does not take an image: HTTP Error 503"):
        anyio.run(it)


def test_a_client_is_played_where_nobody_is_hurt() -> None:
    assert asks_from(CONTEXT, ()) == "controller1"
    assert asks_from(CONTEXT, ("controller1",)) == "dashboard"
    assert asks_from(CONTEXT, tuple(CONTEXT.site.hosts)) is None


@pytest.mark.parametrize("said", ["", "[]", '{"same": 1}', '{"same": "yes"}', "{}"])
def test_only_a_clear_word_is_an_answer(said: str) -> None:
    assert had_back(Output(0, said)) is None
    assert had_back(SAME) == [0]
    assert had_back(OTHER) == []
    assert had_back(Output(1, SAME.stdout)) is None
    assert had_back(None) is None


def test_while_nobody_can_say_it_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepsakes, "PAUSE", 0.0)
    monkeypatch.setattr(keepsakes, "PATIENCE", 60.0)
    answers = [Output(1, "", "HTTP Error 503"), SAME]
    keeper = Keeper(CONTEXT, Fake(lambda _: answers.pop(0)), Journal(new_clock()))
    assert anyio.run(keeper._answer, Ask(("get",)), "dashboard") == SAME
    assert answers == []

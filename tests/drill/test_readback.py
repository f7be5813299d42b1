"""Reading back: from every server, from every queue; what cannot be read is named."""

from __future__ import annotations

import sys
from dataclasses import replace

import anyio
import pytest
from tests.drill.play import TABLE, PlaySql, World, play

from fournines.drill.journal import Journal
from fournines.drill.readback import numbers_in, read_back, rows_of
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.kit.declare import Endpoint
from fournines.probe.amqp import AmqpClient, Brokers
from fournines.probe.fleet import Fleet
from fournines.probe.ledger import Account
from fournines.probe.sample import Reply
from fournines.probe.watch import new_clock


@pytest.mark.parametrize(
    ("output", "numbers"),
    [
        (Output(0, "1\n2\n30\n"), [1, 2, 30]),
        (Output(0, ""), []),
        (Output(1, "", "ERROR 2002"), None),
        (Output(0, "seq\n1\n"), None),
        (Output(127, "", "not found"), None),
    ],
)
def test_only_a_clean_list_of_numbers_is_an_answer(output: Output, numbers: list[int] | None) -> None:
    assert numbers_in(output) == numbers


def test_a_server_first_applies_what_the_cluster_has_committed() -> None:
    first, second = rows_of(TABLE, "run-1").rstrip(";").split(";")
    assert first == "SHOW ALL"
    assert "client='run-1'" in second


CONTEXT = play(World())[0].plan.context


def read(fleet: Fleet, answer: dict[str, Output | None]) -> tuple[Account, ...]:
    def said(call: Call) -> Output:
        found = answer[call.host]
        if found is None:
            raise TransportError("gone", where=call.host)
        assert call.argv == TABLE.shell
        return found

    async def it() -> tuple[Account, ...]:
        return await read_back(fleet, Fake(said), CONTEXT, Journal(new_clock()))

    return anyio.run(it)


def test_every_server_is_asked_and_a_silent_one_is_named() -> None:
    world = World(written={0: Reply.OK, 1: Reply.OK, 2: Reply.UNKNOWN})
    fleet = Fleet(sql=PlaySql(world))
    (balance,) = read(fleet, {"controller1": Output(0, "0\n1\n2"), "controller2": None})
    assert balance.replicas == ("controller1",)
    assert balance.unread == ("controller2",)
    assert world.done == ["forget"]


def test_a_server_that_runs_on_one_host_is_read_there(monkeypatch: pytest.MonkeyPatch) -> None:
    moving = [
        replace(one, one_host=True) if isinstance(one, Endpoint) and one.name == TABLE.endpoint else one
        for one in CONTEXT.declarations
    ]
    monkeypatch.setattr(sys.modules[__name__], "CONTEXT", replace(CONTEXT, declarations=tuple(moving)))
    world = World(written={0: Reply.OK, 1: Reply.OK})
    down = Output(1, "", "ERROR 2002")
    (balance,) = read(Fleet(sql=PlaySql(world)), {"controller1": down, "controller2": Output(0, "0\n1")})
    assert (balance.replicas, balance.unread, balance.lost) == (("controller2",), (), 0)
    (balance,) = read(Fleet(sql=PlaySql(world)), {"controller1": down, "controller2": down})
    assert set(balance.unread) == {"controller1", "controller2"}


def test_a_row_missing_on_one_server_is_lost() -> None:
    world = World(written={0: Reply.OK, 1: Reply.OK})
    fleet = Fleet(sql=PlaySql(world))
    (balance,) = read(fleet, {"controller1": Output(0, "0\n1"), "controller2": Output(0, "0")})
    assert (balance.lost, balance.ids["lost"]) == (1, (1,))


def test_queues_of_brokers_that_do_not_answer_are_unread_not_empty() -> None:
    brokers = Brokers((("a", "127.0.0.1"),), "u", "p", "v", port=1)
    publisher = AmqpClient(brokers, "a", "run")
    publisher.written[0] = Reply.OK
    (balance,) = read(Fleet(publishers=(publisher,), brokers=brokers), {})
    assert balance.unread == ("queue",)
    assert balance.lost == 0
    assert balance.acknowledged == 1


def test_a_fleet_without_ledgers_has_no_accounts() -> None:
    assert read(Fleet(), {}) == ()

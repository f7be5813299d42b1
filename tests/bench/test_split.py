"""Figures of a split network, the rules that split it, and the mending of what has parted."""

from __future__ import annotations

import json
from dataclasses import replace

import anyio
import pytest
from bench.split.figures import Side, Split, nobody, shifted, since, table
from bench.split.mend import mend
from bench.split.partition import rules
from tests.support import site_of

from fournines.drill.result import Owned
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.plan.make import make_plan
from fournines.probe.ledger import Account, account
from fournines.probe.sample import Reply
from fournines.secrets.generate import complete

A, B, NOBODY = ("controller1",), ("controller2",), ()


def balance(lost: int = 0) -> Account:
    written = dict.fromkeys(range(10), Reply.OK)
    return account("x", written, {"controller1": range(lost, 10)})


def side(*owners: tuple[tuple[str, ...], float, float], lost: int = 0) -> Side:
    return Side(A, tuple(Owned(*one) for one in owners), balance(lost), during=7)


def split(cut_off: Side, majority: Side) -> Split:
    return Split("x", "these", 60.0, cut_off, majority, 12.0, "", ("PA001",), ())


def test_two_owners_at_a_time_are_counted_while_the_network_is_split() -> None:
    cut_off = side((A, -5, 70))
    majority = side((A, -5, 0.2), (NOBODY, 0.2, 4), (B, 4, 70))
    assert split(cut_off, majority).both == pytest.approx(56.0)
    assert nobody(majority, 60.0) == pytest.approx(3.8)
    assert nobody(cut_off, 60.0) == 0


def test_one_owner_after_the_other_is_one_owner() -> None:
    fenced = side((A, -5, 3.2), (NOBODY, 3.2, 60))
    taken = side((A, -5, 0.1), (NOBODY, 0.1, 3.4), (B, 3.4, 60))
    assert split(fenced, taken).both == 0


def test_the_same_host_seen_from_both_sides_is_one_owner() -> None:
    assert split(side((A, 0, 60)), side((A, 0, 60))).both == 0


def test_a_clients_clock_is_brought_to_the_cuts() -> None:
    told = [{"hosts": ["controller1"], "began": 1.0, "ended": 7.5}]
    assert shifted(told, -5.0) == (Owned(A, -4.0, 2.5),)


def test_only_what_was_acknowledged_after_the_cut_counts_as_of_a_side() -> None:
    told = json.loads(json.dumps({"zero": 1000.0, "acknowledged": [1.0, 4.9, 5.0, 7.5]}))
    assert since(told, 1005.0) == 2


def test_the_table_has_a_column_for_each_set_and_names_what_is_lost() -> None:
    theirs = split(side((A, -5, 60), lost=3), side((B, 4, 60)))
    ours = replace(theirs, what="ours", cut_off=side((A, -5, 60)), predicted=(), healed=None)
    rows = {line.split(" | ")[0].strip("| "): line for line in table([theirs, ours])}
    assert rows["cut-off side: acknowledged writes lost"].endswith("| **3** of 10 | 0 of 10 |")
    assert rows["the audit of its files says"].endswith("| PA001 | nothing of this |")
    assert rows["whole again after"].endswith("| 12 s | - |")
    unread = replace(theirs, cut_off=replace(theirs.cut_off, account=account("x", {}, {"a": None})))
    assert any("not read back" in line for line in table([unread]))


def test_nothing_crosses_in_any_direction() -> None:
    said = [" ".join(line.split()) for line in rules(("split-side", "controller1-e0")).splitlines()]
    side = "{ split-side, controller1-e0 }"
    assert f"iifname {side} oifname != {side} drop" in said
    assert f"iifname != {side} oifname {side} drop" in said
    assert said.count(f"iifname {side} drop") == said.count(f"oifname {side} drop") == 1


SITE = site_of("active-passive-drbd.yaml")
PLAN = make_plan(SITE, complete({}, SITE))


def mended(states: dict[str, str], roles: dict[str, str]) -> tuple[list[str], list[str]]:
    """What is told, and the commands that were run for it."""
    done: list[str] = []

    def answer(call: Call) -> Output:
        words = call.argv[1:3]
        if call.argv[0] == "drbdadm" and words[0] in ("cstate", "role", "dstate"):
            return Output(
                0, {"cstate": states, "role": roles}.get(words[0], {}).get(call.host, "UpToDate/UpToDate")
            )
        what = "told" if call.argv[0].endswith("python3") else " ".join(call.argv)
        done.append(f"{call.host} {what}{' ' + call.stdin if what == 'told' else ''}")
        return Output(0, "")

    told = anyio.run(mend, PLAN, Fake(answer), "controller1")
    return list(told), done


WHOLE = dict.fromkeys(("controller1", "controller2"), "Connected")
PARTED = dict.fromkeys(("controller1", "controller2"), "StandAlone")


def test_copies_that_hear_each_other_are_left_alone() -> None:
    told, done = mended(WHOLE, {})
    assert [one.partition(" crm_resource")[0] for one in done] == ["dashboard"]
    assert not any("given up" in one for one in told)


@pytest.mark.parametrize(
    ("roles", "lost"),
    [
        ({"controller1": "Primary/Unknown", "controller2": "Primary/Unknown"}, "controller1"),
        ({"controller1": "Primary/Unknown", "controller2": "Secondary/Unknown"}, "controller2"),
        ({"controller1": "Secondary/Unknown", "controller2": "Primary/Unknown"}, "controller1"),
    ],
    ids=["both in use: who was cut off", "in use where it was cut off", "in use on the other side"],
)
def test_whose_copy_is_not_in_use_is_given_up(roles: dict[str, str], lost: str) -> None:
    kept = {"controller1": "controller2", "controller2": "controller1"}[lost]
    told, done = mended(PARTED, roles)
    assert f"what only {lost} has is given up" in told[1]
    wanted = [
        f'{kept} told {{"do": "standby", "host": "{lost}"}}',
        f"{lost} drbdadm connect --discard-my-data mysql",
        f"{kept} drbdadm connect mysql",
        f"{lost} drbdadm down mysql",
        f'{kept} told {{"do": "online", "host": "{lost}"}}',
    ]
    assert [one for one in done if one in wanted] == wanted
    assert f"{kept} drbdadm connect --discard-my-data mysql" not in done


def test_a_host_that_is_not_reached_is_told_and_the_next_is_asked() -> None:
    asked: list[str] = []

    def answer(call: Call) -> Output:
        asked.append(call.host)
        if call.host == "dashboard":
            raise TransportError("away", where=call.host)
        return Output(0, "Connected")

    told = anyio.run(mend, PLAN, Fake(answer), "controller1")
    assert asked[:2] == ["dashboard", "controller2"]
    assert "not reached" in told[0]

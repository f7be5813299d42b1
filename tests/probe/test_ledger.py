"""The ledger's accounting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fournines.probe.ledger import account
from fournines.probe.sample import Reply

OK, FAIL, UNKNOWN = Reply.OK, Reply.FAIL, Reply.UNKNOWN


def test_every_kind_of_entry_is_told_apart() -> None:
    written = {1: OK, 2: OK, 3: UNKNOWN, 4: UNKNOWN, 5: FAIL, 6: FAIL, 7: UNKNOWN, 8: OK}
    read = {"controller1": [1, 3, 5, 7, 8, 8, 99], "controller2": [1, 2, 3, 8]}
    seen = account("sql", written, read)
    assert (seen.attempts, seen.acknowledged, seen.ok) == (8, 3, 6)
    assert seen.ids == {"lost": (2,), "duplicated": (8,), "unexpected": (5, 99), "torn": (7,)}
    assert (seen.lost, seen.duplicated, seen.unexpected, seen.torn, seen.recovered) == (1, 1, 2, 1, 1)


def test_a_replica_that_could_not_be_read_is_named() -> None:
    seen = account("sql", {1: OK}, {"controller1": [1], "controller2": None})
    assert seen.lost == 0
    assert seen.unread == ("controller2",)
    assert account("sql", {1: OK}, {"controller1": None}).lost == 0


def test_counts_are_complete_where_the_list_of_ids_is_cut() -> None:
    seen = account("sql", dict.fromkeys(range(1000), OK), {"controller1": []})
    assert seen.lost == 1000
    assert len(seen.ids["lost"]) == 100


REPLIES = st.dictionaries(st.integers(0, 40), st.sampled_from(list(Reply)))


@given(REPLIES, st.lists(st.lists(st.integers(0, 50)), min_size=1, max_size=3))
def test_every_write_is_on_exactly_one_side_of_the_balance(
    written: dict[int, Reply], copies: list[list[int]]
) -> None:
    seen = account("sql", written, {f"host{i}": copy for i, copy in enumerate(copies)})
    everywhere = set.intersection(*map(set, copies))
    anywhere = set().union(*copies)
    acknowledged = {n for n, reply in written.items() if reply is OK}
    assert seen.lost == len(acknowledged - everywhere)
    assert seen.acknowledged - seen.lost == len(acknowledged & everywhere)
    unknown = {n for n, reply in written.items() if reply is UNKNOWN}
    assert seen.recovered + seen.torn == len(unknown & anywhere)
    assert seen.unexpected == len(anywhere - acknowledged - unknown)


@given(REPLIES)
def test_what_is_read_back_as_written_balances(written: dict[int, Reply]) -> None:
    kept = [n for n, reply in written.items() if reply is OK]
    seen = account("sql", written, {"a": kept, "b": list(reversed(kept))})
    assert (seen.lost, seen.duplicated, seen.unexpected, seen.torn) == (0, 0, 0, 0)

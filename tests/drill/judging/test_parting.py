"""A stall that parted a cluster lasts until it is together again; nothing else is called one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drill.play import site

from fournines.components.galera.component import COMPONENT
from fournines.drill.judging.excuse import held
from fournines.drill.judging.parting import LONGEST, SLACK, Parting, consequent, partings
from fournines.kit.probe import Membership
from fournines.kit.verdict import Outcome
from fournines.probe.machine.stall import Stall
from fournines.probe.outage import Outage

(GALERA,) = (one for one in COMPONENT.declarations(site()) if isinstance(one, Membership))
ZERO = 1700000000.0
SUSPECTS = "WSREP: evs::proto(bd3f-89, OPERATIONAL, view_id(REG,ba1a-99,5)) suspecting node: ba1a-99"
ALONE = "WSREP: view(view_id(NON_PRIM,bd3f-89,6) memb {"
TOGETHER = "WSREP: view(view_id(PRIM,bd3f-89,8) memb {"


def log(*lines: tuple[float, str]) -> str:
    """As ``journalctl -o short-unix`` prints them."""
    return "".join(f"{ZERO + at:.6f} c1 mariadbd[2289]: 2026-11-26  6:37:50 0 {text}\n" for at, text in lines)


def told(text: str) -> list[tuple[float, float]]:
    found = partings(text, GALERA, "c1", zero=ZERO)
    return [(round(one.began, 3), round(one.ended, 3)) for one in found]


def test_from_the_first_suspicion_to_the_next_quorum() -> None:
    lines = [(5.0, SUSPECTS), (5.1, SUSPECTS), (5.4, ALONE), (6.5, TOGETHER), (7.0, TOGETHER)]
    assert told(log(*lines)) == [(5.0, 6.5)]
    again = [(9.0, SUSPECTS), (9.2, TOGETHER)]
    assert told(log(*lines, *again)) == [(5.0, 6.5), (9.0, 9.2)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- No entries --\n",
        log((5.0, SUSPECTS)),
        log((5.0, ALONE), (6, TOGETHER)),
        "x suspecting node: y\n",
    ],
    ids=["nothing", "no entries", "never together again", "no suspicion", "no time"],
)
def test_other_journals_tell_of_none(text: str) -> None:
    assert told(text) == []


def test_the_arbiters_words_are_understood_too() -> None:
    garb = "INFO: evs::proto(ba1a-99, GATHER, view_id(REG,ba1a-99,5)) suspecting node: bd3f-89"
    text = log((1.0, garb), (2.0, "INFO: view(view_id(PRIM,ba1a-99,9) memb {"))
    assert told(text) == [(1.0, 2.0)]


STOOD = Stall("processor 1", "let a sleeper wait", 10.0, 11.0, 1.0)
PARTED = Parting("galera", "c2", began=11.2, ended=13.5, patience=1.0)


def test_an_outage_that_begins_in_a_stall_and_ends_with_the_quorum_is_unknown_with_the_evidence() -> None:
    longer = consequent((STOOD,), (PARTED,), fault=None)
    outage = Outage(10.3, 13.6)
    assert held((outage,), 1.5, (STOOD,)).outcome is Outcome.FAIL
    verdict = held((outage,), 1.5, (STOOD, *longer))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.seen == (
        "the machine stalled 3.2 s: processor 1 let a sleeper wait for 1.0 s, by which galera on c2 lost "
        "a member; it lasted 3.30 s"
    )


@pytest.mark.parametrize(
    ("stall", "parted", "fault"),
    [
        (STOOD, PARTED, (11.0, 12.0)),
        (replace(STOOD, ended=10.4, seconds=0.4), PARTED, None),
        (STOOD, replace(PARTED, began=9.0), None),
        (STOOD, replace(PARTED, began=14.0, ended=15.0), None),
        (STOOD, replace(PARTED, patience=5.0), None),
        (STOOD, replace(PARTED, ended=PARTED.began + LONGEST + 0.1), None),
    ],
    ids=[
        "the fault's own",
        "too short",
        "before the stall",
        "long after",
        "too short for it",
        "not soon whole",
    ],
)
def test_no_excuse(stall: Stall, parted: Parting, fault: tuple[float, float] | None) -> None:
    assert consequent((stall,), (parted,), fault=fault) == ()


def test_without_a_stall_a_loss_excuses_nothing() -> None:
    assert consequent((), (PARTED,), fault=None) == ()


seconds = st.floats(0, 60)
stalls_of = st.builds(lambda b, n: Stall("m", "stood", b, b + n, n), seconds, st.floats(0.01, 5))
partings_of = st.builds(
    lambda b, n, p: Parting("g", "c", b, b + n, p), seconds, st.floats(0, 30), st.floats(0.5, 5)
)


@given(st.lists(stalls_of, max_size=5), partings_of)
def test_it_reaches_from_just_before_the_loss_to_the_quorum_and_no_further(
    stalls: list[Stall], parted: Parting
) -> None:
    for longer in consequent(stalls, (parted,), fault=None):
        assert parted.began - parted.patience - SLACK <= longer.began + 1e-9
        assert longer.began < parted.began
        assert longer.ended == parted.ended
        assert longer.seconds == longer.ended - longer.began

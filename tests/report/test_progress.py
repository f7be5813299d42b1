from __future__ import annotations

from tests.report.samples import BROKEN, HOLDS, UNHEARD

from fournines.report.progress import Tally


def test_the_line_counts_and_names_what_does_not_hold() -> None:
    tally = Tally(5)
    tally.begin()
    assert tally.add(*HOLDS).plain == "1 of 5 hold"
    assert tally.add(*BROKEN).plain == "1 of 5 hold; not: galera.synced"
    tally.add(*UNHEARD)
    tally.add(*BROKEN)
    expected = "1 of 5 hold; not: galera.synced, rabbitmq.members, galera.synced and 1 more"
    assert tally.add(*BROKEN).plain == expected


def test_a_new_round_starts_from_nothing() -> None:
    tally = Tally(2)
    tally.begin()
    tally.add(*BROKEN)
    tally.begin()
    assert tally.add(*HOLDS).plain == "round 2: 1 of 2 hold"

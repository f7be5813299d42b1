"""The figures of peers: whose outage is told, how many times as long, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.peer_figures import Cost, Seen, accounts, seen, table
from tests.report.drill_samples import COLD, CONTROL, POWER, WRITER

from fournines.drill.result import Judgement
from fournines.kit.verdict import unknown
from fournines.probe.machine.stall import Load, Stall


def test_a_kind_of_client_is_told_by_the_one_that_saw_most() -> None:
    found = seen("ours", 3, WRITER)
    tolls = {one.name: one.figures.by_fault for one in WRITER.series}
    assert tolls["keystone"] is not None
    assert tolls["glance"] is not None
    assert tolls["keystone"].longest > tolls["glance"].longest
    assert found.costs["http"].longest == tolls["keystone"].longest
    assert (found.options, found.run, found.drill, found.refused) == ("ours", 3, "writer-kill", "")
    assert found.lost == 2
    assert found.healed is None


def test_an_outage_that_the_undo_cut_is_not_over() -> None:
    lasted = {
        name: seen("ours", 1, run).costs["sql"].lasted for name, run in (("cold", COLD), ("one", WRITER))
    }
    assert lasted == {"cold": True, "one": False}


def test_a_stall_of_the_machine_within_the_outage_is_kept() -> None:
    began = next(one for one in POWER.series if one.name == "sql").figures.by_fault
    assert began is not None
    stall = Stall("processor 0", "let a sleeper wait", began.outages[0].began, began.outages[0].ended, 0.7)
    load = Load(2, 1.0, {}, (stall,))
    assert seen("ours", 1, replace(POWER, load=load)).costs["sql"].stalled == pytest.approx(0.7)
    assert seen("ours", 1, POWER).costs["sql"].stalled == 0
    hurt = replace(
        POWER,
        targets={"hurt": "controller1"},
        load=replace(load, stalls=(replace(stall, who="controller1"),)),
    )
    assert seen("ours", 1, hurt).costs["sql"].stalled == 0


def test_what_did_not_begin_has_no_figures() -> None:
    refused = replace(
        CONTROL, judgements=(Judgement("I4", "", unknown("nobody holds the VIP")),), accounts=()
    )
    found = seen("kolla", 1, refused)
    assert (dict(found.costs), found.lost, found.refused) == ({}, None, "nobody holds the VIP")


def one(options: str, longest: float, *, number: int = 1, lasted: bool = False, stalled: float = 0) -> Seen:
    cost = Cost(longest, 2 * longest, lasted, stalled, 0.1)
    return Seen(options, number, "vip-power", {"hurt": f"c{number}"}, {"http": cost}, 0, 12.4, "")


NAMES = {"ours": "Ours", "kolla": "Theirs"}


@pytest.mark.parametrize(
    ("found", "row"),
    [
        ((one("ours", 0.5), one("kolla", 20)), "| 0.5 s | 20.0 s, x 40.0 |"),
        ((one("ours", 0.02), one("kolla", 20)), "| 0.0 s | 20.0 s, at least x 200.0 |"),
        ((one("ours", 0.5), one("kolla", 40, lasted=True)), "| 0.5 s | > 40.0 s, at least x 80.0 |"),
        ((one("ours", 0.5, stalled=0.2), one("kolla", 20, stalled=0.2)), "| 0.5 s* | 20.0 s, x 40.0 |"),
        ((one("ours", 0.5),), "| 0.5 s | - |"),
        ((one("ours", 0), one("kolla", 0)), "| 0.0 s | 0.0 s |"),
        ((one("ours", 0.5), one("kolla", 0)), "| 0.5 s | 0.0 s, at most x 0.2 |"),
        ((one("kolla", 20),), "| - | 20.0 s |"),
        (
            (one("ours", 0.4), one("ours", 0.6, number=2), one("ours", 0.5, number=3), one("kolla", 20)),
            "| 0.5 s (0.4-0.6) | 20.0 s, x 40.0 |",
        ),
    ],
)
def test_a_row_says_how_many_times_as_long(found: tuple[Seen, ...], row: str) -> None:
    rows = list(table(found, NAMES, lambda cost: cost.longest))
    assert rows == ["| drill | client | Ours | Theirs |", "|---|---|---|---|", f"| vip-power | an API {row}"]


def test_all_outages_together_are_a_table_too() -> None:
    found = (one("ours", 0.5), one("kolla", 20))
    assert (
        list(table(found, NAMES, lambda cost: cost.total))[2]
        == "| vip-power | an API | 1.0 s | 40.0 s, x 40.0 |"
    )


def test_what_was_lost_and_what_did_not_heal_is_told() -> None:
    bad = replace(one("kolla", 3, number=2), lost=None, healed=None, refused="not well")
    rows = list(accounts((one("kolla", 3), bad), NAMES))
    assert rows[2:] == ["| Theirs | vip-power | hurt c1; hurt c2 | 0, not read back | 12 s, not | not well |"]

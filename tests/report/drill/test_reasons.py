"""Why a drill did not pass, in words."""

from __future__ import annotations

from dataclasses import replace

from tests.report.drill_samples import CAMPAIGN, COLD, CONTROL, KILL, LEADER, POWER, WRITER

from fournines.kit.verdict import Outcome
from fournines.probe.machine.stall import Load, Stall
from fournines.report.drill.reasons import machine_words, reasons, wall_clock, worst_first


def test_failed_drills_come_first_and_the_control_run_last() -> None:
    assert worst_first(CAMPAIGN) == (POWER, WRITER, LEADER, KILL, COLD, CONTROL)
    assert worst_first(replace(CAMPAIGN, runs=(KILL,))) == (KILL,)


def test_a_drill_that_passed_has_no_reasons() -> None:
    assert reasons(KILL) == ()


def test_broken_promises_come_before_those_nobody_could_judge() -> None:
    found = reasons(WRITER)
    assert [r.outcome for r in found] == [Outcome.FAIL, Outcome.FAIL, Outcome.FAIL, Outcome.UNKNOWN]
    assert found[-1].seen == "the run was interrupted before that"


def test_an_outage_says_when_it_began_on_the_wall() -> None:
    (sql,) = [r for r in reasons(WRITER) if "sql" in r.id]
    assert (sql.promise, sql.seen, sql.at) == (
        "sql: no outage longer than 2 s by the fault",
        "2.80 s",
        "18:04:26.0",
    )
    (keystone,) = reasons(LEADER)
    assert keystone.at == "18:04:42.0", "of the return, after the undo at 18:04:41"


def test_the_wall_clock_is_that_of_the_runs_start() -> None:
    assert wall_clock(KILL, 61.25) == "18:05:12.2"
    assert wall_clock(replace(KILL, started="once"), 1.0) == ""


def test_how_busy_the_machine_was_is_one_line() -> None:
    stalls = (
        Stall("controller2", "had no processor", 1, 2, 0.5),
        Stall("controller2", "had no processor", 3, 4, 1),
    )
    load = Load(2, 7.1, {"cpu": 0.9, "io": 0.001}, stalls, ("nothing of its memory",))
    assert machine_words(replace(KILL, load=load)) == (
        "load 7.1 on 2 cores; waited 90 % for a processor; controller2 had no processor 1.50 s in all; "
        "nothing of its memory"
    )
    assert machine_words(replace(KILL, load=None)) == "nobody looked"

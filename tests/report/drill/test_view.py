from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report.drill_samples import CAMPAIGN, CONTROL, KILL, LEADER, POWER, UNTESTED, VERSIONS, WRITER

from fournines.drill.result import Campaign, DrillRun
from fournines.drill.scenario import RETURN
from fournines.kit.verdict import Outcome
from fournines.probe.ledger import account
from fournines.probe.outage import figures
from fournines.probe.sample import Reply
from fournines.report.drill import view


def client(run: DrillRun, name: str, part: str = "fault") -> view.Longest:
    (series,) = [s for s in run.series if s.name == name]
    return view.longest(run, series, part)


def test_a_bound_is_the_clients_own_in_that_part() -> None:
    assert client(KILL, "glance").bound == 0.5
    assert client(KILL, "sql").bound == 2.0
    assert client(KILL, "sql", "return").bound == RETURN.sql
    assert client(KILL, "token").bound is None


def test_an_outage_has_the_verdict_that_was_given() -> None:
    assert client(KILL, "keystone").outcome is Outcome.PASS
    assert client(WRITER, "sql").outcome is Outcome.FAIL
    assert client(WRITER, "sql", "return").outcome is Outcome.PASS
    assert client(LEADER, "keystone", "return").outcome is Outcome.UNKNOWN, "beyond it, and excused"
    assert client(KILL, "token").outcome is None


def test_nothing_attempted_has_no_outage() -> None:
    nothing = figures((), interval=0.1, observed=(0.0, 1.0))
    silent = replace(KILL.series[0], figures=nothing, samples=())
    assert view.longest(KILL, silent, "fault").seconds is None


def test_a_run_without_a_fault_has_one_part() -> None:
    assert view.parts(CONTROL) == ("",)
    assert client(CONTROL, "sql", "").bound == 0.5
    (only,) = view.worst_of_kind(CONTROL, "http")
    assert only.part == ""


def test_the_headline_says_outage_requests_and_losses() -> None:
    assert view.headline(WRITER) == (
        "The longest outage by the fault was 2.80 s (sql, bound 2 s). No client saw an outage by the return. "
        "67 of 3\u202f168 requests failed, 0 ended unknown. "
        "2 of 1\u202f909 acknowledged writes were lost."
    )
    assert view.headline(KILL).endswith("None of 1\u202f909 acknowledged writes was lost.")


def test_the_headline_does_not_claim_what_was_not_seen() -> None:
    said = view.headline(replace(KILL, series=(), accounts=()))
    assert said.startswith("No client attempted anything.")
    assert "nothing is known about lost writes" in said
    unread = account("sql", {1: Reply.OK}, {"controller1": [1], "controller2": None})
    assert "(controller2 could not be read)" in view.headline(replace(KILL, accounts=(unread,)))


def test_losses_of_a_ledger_that_was_not_read_are_unknown() -> None:
    nowhere = account("sql", {1: Reply.OK}, {"controller1": None})
    assert view.lost(replace(KILL, accounts=(nowhere,))) is None
    assert view.lost(KILL) == 0
    assert view.lost(WRITER) == 2


def test_the_worst_of_a_kind_prefers_a_broken_bound() -> None:
    by_fault, by_return = view.worst_of_kind(POWER, "http")
    assert (by_fault.series.name, by_fault.part) == ("horizon", "fault")
    assert by_return.seconds == 0
    assert view.worst_of_kind(POWER, "pigeon") == ()


def test_balance_is_time_without_outages_over_scheduled_time() -> None:
    both = view.balances([KILL, WRITER])["sql"]
    series = [s for run in (KILL, WRITER) for s in run.series if s.name == "sql"]
    outage = sum(s.figures.total or 0.0 for s in series)
    assert both.attempts == 1920
    assert both.availability == pytest.approx(1 - outage / 96.0)
    assert both.worst[10.0] == min(s.figures.worst[10.0] for s in series)
    nothing = replace(KILL.series[0], figures=figures((), interval=0.1, observed=(0.0, 1.0)), samples=())
    assert view.balances([replace(KILL, series=(nothing,))])["keystone"].availability is None


def test_bounds_kept_are_counted_per_client_and_run() -> None:
    assert view.bounds_kept(replace(CAMPAIGN, runs=(KILL,))) == (11, 11)
    assert view.bounds_kept(replace(CAMPAIGN, runs=(KILL, WRITER))) == (20, 22)


def test_conclusion() -> None:
    assert view.conclusion(CAMPAIGN) == "2 drills pass, 2 fail, 1 unknown"
    assert view.conclusion(replace(CAMPAIGN, runs=(KILL, WRITER))) == "1 drill passes, 1 fails, 0 unknown"
    assert view.conclusion(replace(CAMPAIGN, runs=())) == "0 drills pass, 0 fail, 0 unknown"


def test_untested_is_said_once() -> None:
    assert view.untested(CAMPAIGN) == UNTESTED


def test_environments_are_told_once_and_apart_where_they_differ() -> None:
    assert [e.runs for e in view.environments(CAMPAIGN)] == [tuple(r.name for r in CAMPAIGN.runs)]
    other = replace(WRITER, digest="sha256:other")
    mixed = Campaign("blog", "", "", "", (KILL, other, POWER))
    assert [e.runs for e in view.environments(mixed)] == [
        ("haproxy-kill", "power-vip-holder"),
        ("writer-kill",),
    ]


def test_packages_group_hosts_of_one_version() -> None:
    found = view.packages(VERSIONS)
    assert ("haproxy", "3.0.11-1+deb13u2", ("controller1", "controller2")) in found
    assert [p for p, _, _ in found] == sorted(p for p, _, _ in found)


def test_bad_ids_are_listed_and_cut_visibly() -> None:
    lost = account("sql", dict.fromkeys(range(150), Reply.OK), {"controller1": [], "controller2": []})
    ((kind, ids),) = view.bad_ids(lost)
    assert kind == "lost"
    assert ids.startswith("0, 1, 2")
    assert ids.endswith(", …")
    assert view.bad_ids(WRITER.accounts[0]) == (("lost", "958, 959"),)

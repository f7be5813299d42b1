"""Results survive JSON, and their outcome cannot pass by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fournines.drill.result import (
    Campaign,
    DrillRun,
    Judgement,
    Owned,
    Series,
    Stage,
    StageName,
    from_json,
    to_json,
)
from fournines.errors import DrillError
from fournines.kit.verdict import Outcome, failed, passed, unknown
from fournines.probe.ledger import account
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample

SAMPLES = (
    Sample("keystone", 0.0, 0.001, 0.02, Reply.OK, "controller1"),
    Sample("keystone", 0.1, 0.1, 1.1, Reply.UNKNOWN, "no answer in 1 s"),
    Sample("keystone", 0.2, 0.2, 0.22, Reply.FAIL, "refused"),
)
RUN = DrillRun(
    name="haproxy-kill",
    sentence="haproxy dies on the VIP's holder; clients are answered again within 0.5 s",
    site="blog",
    seed=7,
    started="2026-11-22T17:30:00+00:00",
    targets={"VIP holder": "controller1"},
    injected=("controller1: systemctl kill -s KILL haproxy.service",),
    undone=("controller1: systemctl start haproxy.service",),
    stages=(Stage(StageName.STEADY, 0.0, 2.5),),
    fault=(0.1, 0.2),
    healed=3.5,
    series=(
        Series(
            "keystone",
            "http",
            "GET https://controller:5000/healthcheck",
            0.1,
            1.0,
            figures(SAMPLES, interval=0.1, observed=(0.0, 1.2), fault=(0.1, 0.2)),
            SAMPLES,
        ),
    ),
    owners=(Owned(("controller1",), 0.0, 0.1), Owned((), 0.1, 0.2)),
    accounts=(account("sql", {0: Reply.OK, 1: Reply.UNKNOWN}, {"controller1": [0], "controller2": None}),),
    judgements=(Judgement("I4.http", "HTTP answers within 0.5 s", passed("0.3 s"), 0.5, 0.3),),
    versions={"controller1": {"haproxy": "3.0.11-1"}},
    digest="abc",
    events="events.jsonl",
    untested=("fencing hardware",),
)
CAMPAIGN = Campaign("blog", "2026-11-22T17:30:00+00:00", "2 cores", "nines drill blog.yaml", (RUN,))


def test_a_campaign_survives_json() -> None:
    assert from_json(to_json(CAMPAIGN)) == CAMPAIGN


def test_what_is_not_a_campaign_is_refused_with_the_place() -> None:
    with pytest.raises(DrillError, match="not the result of a drill"):
        from_json('{"site": "blog"}')
    with pytest.raises(DrillError):
        from_json("not json")


def test_the_outcome_is_the_worst_judgement_and_nothing_judged_is_unknown() -> None:
    good, bad, open_ended = (
        Judgement("I4", "p", verdict) for verdict in (passed("a"), failed("b"), unknown("c"))
    )
    assert replace(RUN, judgements=()).outcome is Outcome.UNKNOWN
    assert replace(RUN, judgements=(good,)).outcome is Outcome.PASS
    assert replace(RUN, judgements=(good, open_ended)).outcome is Outcome.UNKNOWN
    assert replace(RUN, judgements=(good, open_ended, bad)).outcome is Outcome.FAIL
    assert replace(CAMPAIGN, runs=()).outcome is Outcome.UNKNOWN
    assert replace(CAMPAIGN, runs=(RUN, replace(RUN, judgements=(bad,)))).outcome is Outcome.FAIL

"""A trial's outcome is read from what the verbs say; silence is never a success."""

from __future__ import annotations

import json

from fournines.engine import events
from fournines.lab.images.trial import failed_deployment, failed_promises, second_deployment

FINISHED = events.Finished(at=9.0, changes=0, seconds=9.0)
FAILED = events.Failed(
    at=3.0, where="controller1", what="start: mariadb.service", try_this=None, output="\n  no datadir\nmore"
)
CHANGED = events.StepChanged(at=1.0, phase="p", host="controller1", kind="unit", subject="a", what="restart")


def text(*told: events.Event) -> str:
    return "\n".join(json.dumps(event.to_json()) for event in told) + "\n{half"


def test_a_deployment_that_failed_says_where_and_why() -> None:
    assert list(failed_deployment("galera", text(CHANGED, FAILED), "")) == [
        "galera: controller1: start: mariadb.service (no datadir)"
    ]
    assert list(failed_deployment("galera", text(CHANGED, FINISHED), "")) == []


def test_a_deployment_that_said_nothing_did_not_succeed() -> None:
    assert list(failed_deployment("galera", "", "a\nno such host\n")) == [
        "galera: the deployment did not end: no such host"
    ]
    assert list(second_deployment("", "")) == [
        "a second deployment: the deployment did not end: it said nothing"
    ]


def test_a_second_deployment_changes_nothing() -> None:
    assert list(second_deployment(text(FINISHED), "")) == []
    assert list(second_deployment(text(CHANGED, FINISHED), "")) == [
        "a second deployment changes a on controller1: restart"
    ]


def test_promises_that_fail_are_told_and_none_asked_is_no_success() -> None:
    checks = [{"id": id_, "outcome": out, "seen": "s"} for id_, out in (("a", "pass"), ("b", "unknown"))]
    assert list(failed_promises(json.dumps({"checks": checks}), "")) == ["b (unknown): s"]
    assert list(failed_promises(json.dumps({"checks": []}), "")) == ["the site makes no promise"]
    assert list(failed_promises("", "the lab is down")) == ["no promise was asked: the lab is down"]

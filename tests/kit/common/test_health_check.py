"""The health question: only a 200 is health."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fournines.errors import PlanError
from fournines.kit.check import Output
from fournines.kit.common.health_check import health_check
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, HealthCheck
from fournines.kit.verdict import Outcome

REFUSED = Output(1, "", "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>\n")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, "200 0.01\n"), Outcome.PASS),
        (Output(0, "200 0.01\n200 0.02\n"), Outcome.PASS),
        (Output(0, "200 0.01\n503 0\n"), Outcome.FAIL),
        (Output(0, "404 0.01\n200 0.02\n"), Outcome.FAIL),
        (Output(1, "200 0.01\n", "TimeoutError: timed out\n"), Outcome.FAIL),
        (REFUSED, Outcome.FAIL),
        (Output(0, ""), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_one_host_decides(blog_context: Context, answer: Output | None, outcome: Outcome) -> None:
    check = health_check("keystone", blog_context)
    assert check.id == "keystone.health"
    at = "http://10.0.0.12:{}/healthcheck".format
    assert check.asks["controller2"].argv[-3:] == ("GET", at(15000), at(5000))
    well = Output(0, "200 0.01\n")
    assert check.verdict({"controller1": well, "controller2": answer}).outcome is outcome


def test_what_the_balancer_asks_is_asked_here_too(blog_context: Context) -> None:
    health = HealthCheck("/", expect="200,300", method="HEAD", port=81)
    behind = Endpoint("cfn", 8000, ("controller1",), health, backend_port=80)
    check = health_check("heat", replace(blog_context, declarations=(behind,)), "cfn")
    assert check.id == "heat.cfn-health"
    assert {host: ask.argv[-2:] for host, ask in check.asks.items()} == {
        "controller1": ("HEAD", "http://10.0.0.11:81/")
    }
    assert check.verdict({"controller1": Output(0, "300 0.01\n")}).outcome is Outcome.PASS
    assert check.verdict({"controller1": Output(0, "404 0.01\n")}).outcome is Outcome.FAIL


def test_without_a_question_there_is_no_check(blog_context: Context) -> None:
    mute = replace(blog_context, declarations=(Endpoint("mute", 1, ("controller1",), None),))
    with pytest.raises(PlanError, match="no health question"):
        health_check("mute", mute)

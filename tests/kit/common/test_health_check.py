"""The health question: only a 200 is health."""

from __future__ import annotations

import pytest

from fournines.kit.check import Output
from fournines.kit.common.health_check import health_check
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome

REFUSED = Output(1, "", "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>\n")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, "200 0.01\n"), Outcome.PASS),
        (Output(0, "503 0\n"), Outcome.FAIL),
        (REFUSED, Outcome.FAIL),
        (Output(0, ""), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_one_host_decides(blog_context: Context, answer: Output | None, outcome: Outcome) -> None:
    check = health_check("keystone", blog_context, blog_context.controllers, 5000)
    assert check.asks["controller2"].argv[-1] == "http://10.0.0.12:5000/healthcheck"
    well = Output(0, "200 0.01\n")
    assert check.verdict({"controller1": well, "controller2": answer}).outcome is outcome

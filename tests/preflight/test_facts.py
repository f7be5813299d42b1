"""Looking at hosts over the wire: every refusal has its stage, and a clock is compared fairly."""

from __future__ import annotations

import json
import time

import anyio
import pytest
from tests.preflight.test_promises import good
from tests.support import context_of

from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.preflight.facts import Facts, Refusal, _offset, gather
from fournines.spec.model import Site


@pytest.fixture(scope="module")
def plan(blog: Site) -> Plan:
    return make_plan(blog, context_of(blog).secrets)


def test_hosts_are_looked_at_and_refusals_have_their_stage(plan: Plan) -> None:
    def answer(call: Call) -> Output:
        if call.host == "dashboard":
            raise TransportError("not reachable by ssh: no route", where="dashboard", try_this="ssh it")
        if call.argv == ("id", "-u"):
            return (
                Output(0, "0\n")
                if call.host == "controller1"
                else Output(1, "", "sudo: a password is required\n")
            )
        if call.argv[0] == "date":
            return Output(0, f"{time.time() + 100:.3f}\n")
        assert "keystone" in json.loads(call.stdin)["packages"]
        facts = good(plan, call.host).model_dump(mode="json", exclude={"offset"})
        return Output(0, json.dumps(facts))

    seen = anyio.run(gather, plan, Fake(answer))
    assert list(seen) == list(plan.context.site.hosts)
    dashboard, first, second = seen["dashboard"], seen["controller1"], seen["controller2"]
    assert dashboard == Refusal(stage="ssh", what="not reachable by ssh: no route (try: ssh it)")
    assert isinstance(first, Facts)
    assert first.offset is not None
    assert 90 < first.offset < 110
    assert isinstance(second, Refusal)
    assert (second.stage, "a password is required" in second.what) == ("root", True)


@pytest.mark.parametrize(
    "output", [Output(127, "", "python3: not found"), Output(0, "{}"), Output(0, "what?")]
)
def test_a_host_without_python_or_with_a_strange_answer_is_a_refusal(plan: Plan, output: Output) -> None:
    def answer(call: Call) -> Output:
        return Output(0, "0") if call.argv[0] in {"id", "date"} else output

    seen = anyio.run(gather, plan, Fake(answer))
    assert {found.stage for found in seen.values() if isinstance(found, Refusal)} == {"python"}
    assert len(seen) == 3


def test_what_the_round_trip_may_hide_is_no_offset() -> None:
    assert _offset("105.0", 100.0, 110.0) == 0.0
    assert _offset("109.0", 100.0, 110.0) == 0.0
    assert _offset("120.0", 100.0, 110.0) == 10.0
    assert _offset("90.0", 100.0, 110.0) == -10.0
    assert _offset("what?", 100.0, 110.0) is None

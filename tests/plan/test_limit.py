"""A limited plan: nothing is done to the others, and nobody is hurt because they were not looked at."""

from __future__ import annotations

import pytest

from fournines.errors import PlanError
from fournines.kit.context import Context
from fournines.plan.limit import indispensable, limited, narrowed_like
from fournines.plan.make import make_plan
from fournines.plan.model import Plan


@pytest.fixture(scope="module")
def whole(blog_context: Context) -> Plan:
    return make_plan(blog_context.site, blog_context.secrets)


def test_only_the_named_hosts_have_steps_and_all_of_theirs(whole: Plan) -> None:
    for host in whole.context.site.hosts:
        of_host = limited(whole, [host])
        assert {name for phase in of_host.phases for name in phase.steps} == {host}
        before = [step for phase in whole.phases for step in phase.steps.get(host, ())]
        assert [step for phase in of_host.phases for step in phase.steps[host]] == before
        assert all(of_host.concerns(other) == (other == host) for other in whole.context.site.hosts)


def test_barriers_ask_every_host_they_always_ask(whole: Plan) -> None:
    barriers = {check.id: check.asks for phase in whole.phases for check in phase.barrier}
    kept = [check for phase in limited(whole, ["controller1"]).phases for check in phase.barrier]
    assert any("controller2" in check.asks for check in kept)
    assert all(check.asks == barriers[check.id] for check in kept)


def test_promises_are_those_that_need_nobody_else(whole: Plan) -> None:
    of_host = limited(whole, ["dashboard"])
    assert of_host.checks
    assert all(set(check.asks) == {"dashboard"} for check in of_host.checks)
    assert limited(whole, list(whole.context.site.hosts)).checks == whole.checks


def test_a_typo_is_an_error_and_not_an_empty_success(whole: Plan) -> None:
    with pytest.raises(PlanError, match="no host controler1") as caught:
        limited(whole, ["dashboard", "controler1"])
    assert caught.value.try_this == "did you mean controller1?"
    with pytest.raises(PlanError) as caught:
        limited(whole, ["xyz"])
    assert caught.value.try_this == "one of dashboard, controller1, controller2"


def test_of_a_real_site_only_hosts_without_a_vote_can_be_left_out(whole: Plan) -> None:
    assert set(indispensable(whole)) == {"dashboard", "controller1", "controller2"}


def test_a_plan_made_anew_is_about_the_same_hosts(whole: Plan) -> None:
    narrowed = limited(whole, ["controller1"])
    assert narrowed_like(whole, narrowed) == narrowed
    assert narrowed_like(whole, whole) == whole

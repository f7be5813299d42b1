"""More time for everything where a site file says that its hosts need it; nothing else changes."""

from __future__ import annotations

from dataclasses import replace

from tests.support import context_of, site_of

from fournines.kit.step import Command, Step
from fournines.plan.make import make_plan
from fournines.plan.model import Plan

SITE = site_of("blog.yaml")
SECRETS = context_of(SITE).secrets


def plan_with(patience: int) -> Plan:
    return make_plan(SITE.model_copy(update={"patience": patience}), SECRETS)


def commands(plan: Plan) -> list[Command]:
    steps = (step for phase in plan.phases for of_host in phase.steps.values() for step in of_host)
    return [step for step in steps if isinstance(step, Command)]


def timeless(step: Step) -> Step:
    return replace(step, timeout=0.0) if isinstance(step, Command) else step


def test_without_a_word_it_is_once() -> None:
    assert SITE.patience == 1


def test_answers_commands_and_checks_get_so_many_times_their_seconds() -> None:
    once, six = plan_with(1), plan_with(6)
    assert commands(once)
    assert [c.timeout for c in commands(six)] == [6 * c.timeout for c in commands(once)]
    assert once.checks
    for one, other in zip(once.checks, six.checks, strict=True):
        assert other.seconds == 6 * one.seconds
        assert [a.timeout for a in other.asks.values()] == [6 * a.timeout for a in one.asks.values()]
    of_barriers = {check.id: check.seconds for phase in six.phases for check in (*phase.gate, *phase.rest)}
    assert of_barriers
    assert all(
        seconds == next(c.seconds for c in six.checks if c.id == i) for i, seconds in of_barriers.items()
    )


def test_nothing_else_of_the_plan_changes() -> None:
    once, six = plan_with(1), plan_with(6)

    for one, other in zip(once.phases, six.phases, strict=True):
        assert one.steps.keys() == other.steps.keys()
        for host, steps in one.steps.items():
            assert [timeless(step) for step in steps] == [timeless(step) for step in other.steps[host]], host
    assert [(c.id, c.promise, c.barrier, list(c.asks)) for c in once.checks] == [
        (c.id, c.promise, c.barrier, list(c.asks)) for c in six.checks
    ]

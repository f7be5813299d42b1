"""Hosts that are away: left out and named where the others can do without them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import anyio
import pytest
from tests.engine.interrupt import run
from tests.engine.simulation import HOSTS, Simulation, all_active, phase, plan, site

from fournines.engine import events
from fournines.engine.preview import observe
from fournines.errors import PlanError, TransportError
from fournines.kit.check import Ask, Check, each_host
from fournines.kit.context import Context
from fournines.kit.step import Command, File, Unit
from fournines.kit.verdict import failed, passed
from fournines.plan.limit import indispensable, without
from fournines.plan.model import Plan
from fournines.spec.model import Host, Role, Ssh

AWAY = ("compute1", "compute2")
UNIT = "agent.service"


def the_plan(*, once: str = "one") -> Plan:
    """Three controllers, and two hosts that nobody simulates: an agent everywhere, and what is done once."""
    steps = (File("/etc/agent", "x"), Unit(UNIT, restart_on=("/etc/agent",)))
    everyone = (*HOSTS, *AWAY)
    check = Check(
        "agent.runs",
        "",
        dict.fromkeys(everyone, Ask(("ask-active", UNIT))),
        each_host(lambda answer: passed("") if answer.stdout == "active" else failed("")),
        barrier=True,
        seconds=0,
    )
    asks = {AWAY[0]: Ask(("true",)), "one": Ask(("is-done", "never"))}
    there = Check("agent.there", "", asks, lambda _: failed(""), barrier=True, seconds=0)
    done_once = (Command("once", ("do", "it"), ("is-done", "it")),)
    whole = plan(
        phase("agent", dict.fromkeys(everyone, steps), check),
        phase("there", dict.fromkeys(AWAY, (File("/there", ""),)), there),
        phase("once", {once: done_once}, all_active(UNIT, seconds=0)),
    )
    hosts = {
        name: Host(name=name, roles=(Role.COMPUTE,), addresses={"mgmt": IPv4Address(f"10.0.0.{n}")})
        for n, name in enumerate(AWAY, 31)
    }
    bigger = site().model_copy(update={"hosts": {**site().hosts, **hosts}})
    return replace(whole, context=Context(bigger, (), {}))


def test_who_is_away_is_left_out_and_named_and_the_others_get_everything(simulation: Simulation) -> None:
    told: list[events.Event] = []
    summary = run(simulation, the_plan(), told)
    assert summary.absent == AWAY
    assert [e.host for e in told if isinstance(e, events.HostAbsent)] == list(AWAY)
    assert summary.changes == {"agent": dict.fromkeys(HOSTS, 2), "once": {"one": 1}}
    again = run(simulation, the_plan())
    assert (again.total, again.absent) == (0, AWAY)


def test_the_dry_run_says_the_same_and_asks_them_nothing_more(simulation: Simulation) -> None:
    async def look() -> None:
        found = await observe(the_plan(), simulation.transport)
        assert found.absent == AWAY
        assert {change.host for change in found.changes} == set(HOSTS)
        assert found.to_json()["absent"] == list(AWAY)

    anyio.run(look)


@pytest.mark.parametrize("lost", HOSTS)
def test_a_host_that_votes_ends_the_run_before_anything_is_changed(simulation: Simulation, lost: str) -> None:
    del simulation.hosts[lost]
    with pytest.raises(TransportError) as caught:
        run(simulation, the_plan())
    assert caught.value.where == lost
    assert all(not host.tree() for host in simulation.hosts.values())


def test_so_does_one_that_works_for_all_and_the_last_of_all(simulation: Simulation) -> None:
    with pytest.raises(TransportError, match="not reachable") as caught:
        run(simulation, the_plan(once="compute2"))
    assert caught.value.where == "compute2"
    nobody = replace(the_plan(), phases=(phase("there", dict.fromkeys(AWAY, (File("/there", ""),))),))
    with pytest.raises(TransportError) as caught:
        run(simulation, nobody)
    assert caught.value.where == "compute1"


def test_named_beforehand_they_are_not_even_tried(simulation: Simulation) -> None:
    summary = run(simulation, without(the_plan(), AWAY))
    assert summary.absent == ()
    assert summary.changes == {"agent": dict.fromkeys(HOSTS, 2), "once": {"one": 1}}
    assert not without(the_plan(), AWAY).concerns("compute1")


def test_nobody_is_left_out_whom_the_others_need() -> None:
    whole = the_plan(once="compute2")
    assert indispensable(whole) == {
        "compute2": "it does for all what once does once",
        **dict.fromkeys(HOSTS, "it is one of those whose majority decides"),
    }
    for host, words in (("two", "majority"), ("compute2", "does once")):
        with pytest.raises(PlanError, match=words):
            without(whole, [host])
    with pytest.raises(PlanError, match="no host compute3"):
        without(whole, ["compute3"])
    through = whole.context.site.model_copy(update={"ssh": Ssh(through="compute1")})
    with pytest.raises(PlanError, match="reached through it"):
        without(replace(whole, context=Context(through, (), {})), ["compute1"])


def test_a_check_that_only_they_could_answer_is_no_check_without_them() -> None:
    left = without(the_plan(), AWAY)
    assert [check.id for p in left.phases for check in p.barrier] == ["agent.runs", f"{UNIT}.active"]
    assert all(set(check.asks) <= set(HOSTS) for check in left.checks)

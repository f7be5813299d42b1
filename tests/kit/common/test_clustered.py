"""What changes for a component whose program a cluster manager moves from host to host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fournines.kit.check import Check, Output
from fournines.kit.common.clustered import api, api_checks, daemon_checks, moving, service_unit
from fournines.kit.common.pinged import HERE, asking, pinged
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint, HealthCheck, Resource
from fournines.kit.on_host import ping
from fournines.kit.step import File, Unit
from fournines.kit.verdict import Outcome

HOSTS = ("controller1", "controller2")
UNIT = Unit("api.service", restart_on=("/etc/api",), rolling=True, packages=("api",))
ENDPOINT = Endpoint("api", 5000, HOSTS, HealthCheck("/healthcheck"))
REFUSED = Output(1, "", "urllib.error.URLError: <urlopen error [Errno 111] Connection refused>\n")
WELL = Output(0, "200 0.01\n")


def declaring(context: Context, *, moves: bool) -> Context:
    return replace(context, declarations=tuple(api(ENDPOINT, UNIT.name, moves=moves)))


@pytest.fixture(name="moved")
def of_one_host(blog_context: Context) -> Context:
    return declaring(blog_context, moves=True)


def check(context: Context, name: str) -> Check:
    return next(one for one in api_checks("api", context, UNIT.name) if one.id == f"api.{name}")


def shown(state: str, boot: str = "disabled") -> Output:
    return Output(0, f"Id=api.service\nActiveState={state}\nSubState=s\nUnitFileState={boot}\n")


def test_on_all_hosts_at_once_the_unit_is_the_deployers(blog_context: Context) -> None:
    context = declaring(blog_context, moves=False)
    assert context.declared(Resource) == ()
    assert moving(context, UNIT.name) is None
    assert list(service_unit(context, UNIT)) == [UNIT]
    assert [one.barrier for one in api_checks("api", context, UNIT.name)] == [True, False]


def test_a_unit_that_moves_is_left_to_the_cluster_manager(moved: Context) -> None:
    (resource,) = moved.declared(Resource)
    assert (resource.unit, resource.answers) == (UNIT.name, "http://{host}:5000/healthcheck")
    drop_in, unit = service_unit(moved, UNIT)
    assert isinstance(drop_in, File)
    assert isinstance(unit, Unit)
    assert "Before=pacemaker.service" in drop_in.content
    assert (unit.enabled, unit.running, unit.rolling) == (False, None, False)
    assert unit.restart_by == ("crm_resource", "--restart", "--resource", "api")
    assert unit.restart_on == UNIT.restart_on


def test_no_stage_waits_for_what_the_cluster_starts_later(moved: Context) -> None:
    assert not any(one.barrier for one in api_checks("api", moved, UNIT.name))


@pytest.mark.parametrize(
    ("one", "other", "outcome", "seen"),
    [
        (WELL, REFUSED, Outcome.PASS, "controller1: 200 in 0.01 s"),
        (REFUSED, WELL, Outcome.PASS, "controller2: 200 in 0.01 s"),
        (WELL, WELL, Outcome.FAIL, "controller1 and controller2 answer, where one should"),
        (REFUSED, REFUSED, Outcome.FAIL, "Connection refused"),
        (WELL, None, Outcome.UNKNOWN, "controller1 answers, controller2 cannot be asked"),
        (REFUSED, None, Outcome.UNKNOWN, "no other host answers"),
        (Output(0, "503 0.1\n"), REFUSED, Outcome.FAIL, "controller1: said 503"),
    ],
)
def test_one_host_answers(
    moved: Context, one: Output, other: Output | None, outcome: Outcome, seen: str
) -> None:
    verdict = check(moved, "health").verdict({"controller1": one, "controller2": other})
    assert verdict.outcome is outcome
    assert seen in verdict.seen


@pytest.mark.parametrize(
    ("one", "other", "outcome", "seen"),
    [
        (shown("active"), shown("inactive"), Outcome.PASS, "on controller1, enabled nowhere"),
        (shown("failed"), shown("active"), Outcome.PASS, "on controller2"),
        (shown("active", "static"), shown("inactive", "static"), Outcome.PASS, "on controller1"),
        (shown("active"), shown("active"), Outcome.FAIL, "it runs on controller1 and controller2"),
        (shown("inactive"), shown("inactive"), Outcome.FAIL, "it runs on no host"),
        (shown("active"), shown("inactive", "enabled"), Outcome.FAIL, "start at boot on controller2"),
        (shown("active"), None, Outcome.UNKNOWN, "it runs on controller1, controller2 cannot be asked"),
        (shown("active"), Output(1, "", "no bus"), Outcome.FAIL, "controller2: systemctl gave no answer"),
    ],
)
def test_one_host_runs_it(
    moved: Context, one: Output, other: Output | None, outcome: Outcome, seen: str
) -> None:
    verdict = check(moved, "units").verdict({"controller1": one, "controller2": other})
    assert verdict.outcome is outcome
    assert seen in verdict.seen


def test_the_undo_of_a_fault_starts_no_second_copy() -> None:
    for fault in unit_faults("api", UNIT.name, moves=True):
        assert "systemctl start" not in " ".join(fault.undo.argv)
    assert any("systemctl start" in " ".join(f.undo.argv) for f in unit_faults("api", UNIT.name))


def test_of_several_units_those_that_stay_are_waited_for_and_each_that_moves_is_asked(
    moved: Context,
) -> None:
    found = {one.id: one for one in daemon_checks("api", moved, HOSTS, (UNIT.name, "api-worker.service"))}
    assert {name: one.barrier for name, one in found.items()} == {"api.units": True, "api.api-unit": False}
    both = dict.fromkeys(HOSTS, shown("active"))
    assert found["api.api-unit"].verdict(both).seen == "it runs on controller1 and controller2"


def test_a_daemon_is_asked_by_the_program_that_is_brought_along_and_has_time_for_three_answers() -> None:
    one = pinged("worker", "worker.service", "/etc/api.conf", f"worker.{HERE}")
    assert one.asked == f"/usr/bin/python3 -I -B {asking().path} /etc/api.conf worker.$(uname -n)"
    spent = ping.PATIENCE + 2 * ping.CONNECTS
    assert one.patience > spent, "an answer that comes late is one"
    assert one.grace < one.stop

"""Whole deployments on simulated hosts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import anyio
import pytest
from tests.engine.interrupt import interrupted_at, run
from tests.engine.simulation import (
    HOSTS,
    SimulatedHost,
    SimulatedUnit,
    Simulation,
    all_active,
    everywhere,
    phase,
    plan,
)

from fournines.engine import events
from fournines.engine.preview import observe
from fournines.errors import BarrierError, HostError, RejectedError, TransportError
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.step import Absent, Command, Directory, File, Packages, Unit
from fournines.kit.verdict import Verdict, failed, passed
from fournines.plan.model import Plan

CONF = "/etc/daemon.conf"
DAEMON = "daemon.service"


def a_plan(content: str = "v1\n", *, rolling: bool = False) -> Plan:
    return plan(
        phase(
            "daemon",
            everywhere(
                Packages(("daemon",)),
                Directory("/etc/daemon.d", mode=0o750),
                File(CONF, content, mode=0o640, validate=("accept", "{}")),
                Absent("/etc/daemon.d/example"),
                Unit(DAEMON, restart_on=(CONF,), rolling=rolling),
            ),
            all_active(DAEMON),
        ),
        phase("user", {"one": (Command("make a user", ("do", "user"), ("is-done", "user")),)}),
    )


def test_a_first_run_does_everything_and_a_second_nothing(simulation: Simulation) -> None:
    told: list[events.Event] = []
    first = run(simulation, a_plan(), told)
    assert first.changes["user"] == {"one": 1}
    for host in simulation.hosts.values():
        assert set(host.packages) == {"daemon"}
        assert host.file(CONF).read_text() == "v1\n"
        assert host.file(CONF).stat().st_mode & 0o777 == 0o640
        assert host.units[DAEMON] == SimulatedUnit("active", "enabled", {CONF: "v1\n"}, {"daemon": "1"})
    assert simulation.hosts["one"].done == {"user"}
    names = [type(event).__name__ for event in told]
    assert names[0] == "Started"
    assert names[-1] == "Finished"
    assert [e.phase for e in told if isinstance(e, events.PhaseStarted)] == ["packages", "daemon", "user"]

    before = simulation.calls
    second = run(simulation, a_plan())
    assert second.total == 0
    assert second.changes == {}
    assert simulation.calls - before == 2 * len(HOSTS), "one look and one barrier per host, no more"


def test_on_a_site_that_runs_a_service_that_had_no_turn_to_answer_is_asked_once_more(
    simulation: Simulation,
) -> None:
    run(simulation, a_plan())
    simulation.log.clear()
    silences = ["no answer"]
    simulation.refuse = lambda _, argv: silences.pop() if argv[0] == "is-done" and silences else None
    assert run(simulation, a_plan()).total == 0
    assert not silences, "the guard was asked, and was silent"
    assert "do user" not in [what for _, what in simulation.log]

    simulation.hosts["one"].done.clear()
    assert run(simulation, a_plan()).changes == {"user": {"one": 1}}


def test_units_are_started_everywhere_at_once_and_restarted_when_a_file_changed(
    simulation: Simulation,
) -> None:
    run(simulation, a_plan())
    simulation.log.clear()
    summary = run(simulation, a_plan("v2\n"))
    assert summary.changes == {"daemon": dict.fromkeys(HOSTS, 2)}
    assert [what for _, what in simulation.log if what.startswith("re")] == [f"restart {DAEMON}"] * 3


def test_rolling_units_restart_one_host_at_a_time_with_the_barrier_between(simulation: Simulation) -> None:
    run(simulation, a_plan(rolling=True))
    simulation.log.clear()
    run(simulation, a_plan("v2\n", rolling=True))
    restarts = [i for i, (_, what) in enumerate(simulation.log) if what == f"restart {DAEMON}"]
    assert [simulation.log[i][0] for i in restarts] == list(HOSTS)
    for earlier, later in pairwise(restarts):
        between = simulation.log[earlier + 1 : later]
        assert {host for host, what in between if what == f"ask {DAEMON}"} == set(HOSTS)


def test_a_roll_does_not_wait_for_what_the_same_deployment_makes_later(simulation: Simulation) -> None:
    """A changed rolling unit plus one new row, which the barrier asks for: once a deadlock."""

    def wanted(content: str, *rows: str) -> Plan:
        steps = (File(CONF, content), Unit(DAEMON, restart_on=(CONF,), rolling=True))
        made = tuple(Command(f"make {row}", ("do", row), ("is-done", row)) for row in rows)
        there = Check(
            "rows", "", {"one": Ask(("are-done", *rows))}, each_host(holds), barrier=True, seconds=0
        )
        return plan(
            phase("one phase", {**everywhere(*steps), "one": (*steps, *made)}, all_active(DAEMON), there),
        )

    run(simulation, wanted("v1\n", "row1"))
    summary = run(simulation, wanted("v2\n", "row1", "row2"))
    assert summary.total == 2 * len(HOSTS) + 1
    order = [what for _, what in simulation.log if what in {"do row2", f"restart {DAEMON}"}]
    assert order == ["do row2", *[f"restart {DAEMON}"] * len(HOSTS)]


def holds(answer: Output) -> Verdict:
    return passed("holds") if answer.code == 0 else failed("does not hold")


def test_rolling_over_many_hosts_asks_each_turn_only_the_host_whose_turn_it_is(
    simulation: Simulation, tmp_path: Path
) -> None:
    many = [f"compute{number}" for number in range(12)]
    for name in many:
        (tmp_path / name).mkdir()
        simulation.hosts[name] = SimulatedHost(name, tmp_path / name)
    asks = dict.fromkeys(many, Ask(("ask-active", DAEMON)))
    check = Check("agents", "", asks, each_host(holds), barrier=True)

    def wanted(content: str) -> Plan:
        steps = (File(CONF, content), Unit(DAEMON, restart_on=(CONF,), rolling=True))
        return plan(phase("agents", dict.fromkeys(many, steps), check))

    run(simulation, wanted("v1\n"))
    simulation.log.clear()
    before = simulation.calls
    run(simulation, wanted("v2\n"))
    asked = [host for host, what in simulation.log if what.startswith("ask")]
    assert all(asked.count(host) <= 4 for host in many), (
        "looked at, before the roll, in its turn, after the roll"
    )
    assert simulation.calls - before <= 12 * len(many)


def test_a_roll_stops_at_the_host_that_does_not_come_back(simulation: Simulation) -> None:
    run(simulation, a_plan(rolling=True))
    simulation.log.clear()

    def broken(host: str, argv: list[str]) -> str | None:
        return "no answer" if argv[0] == "ask-active" and host == "one" and restarted() else None

    def restarted() -> bool:
        return ("one", f"restart {DAEMON}") in simulation.log

    simulation.refuse = broken
    wanted = a_plan("v2\n", rolling=True)
    impatient = plan(
        phase("daemon", wanted.phases[0].steps, all_active(DAEMON, seconds=0.2)), wanted.phases[1]
    )
    with pytest.raises(BarrierError, match=r"daemon.service.active did not pass"):
        run(simulation, impatient)
    assert [host for host, what in simulation.log if what.startswith("restart")] == ["one"]

    # and once the cause is gone, the host that was left unsettled comes first, without asking for a well site
    simulation.log.clear()
    simulation.refuse = lambda _host, argv: (
        "no answer"
        if argv[0] == "ask-active" and ("one", f"restart {DAEMON}") not in simulation.log
        else None
    )
    run(simulation, a_plan("v3\n", rolling=True))
    assert [host for host, what in simulation.log if what.startswith("restart")] == list(HOSTS)


def test_a_daemon_that_ran_before_us_is_restarted_everywhere_at_once_unless_its_cluster_is_well(
    simulation: Simulation,
) -> None:
    for host in simulation.hosts.values():
        host.units[DAEMON] = SimulatedUnit("active", "enabled")
    well = False
    simulation.refuse = lambda _host, argv: (
        "no" if argv[0] == "ask-active" and not well and not restarts() else None
    )

    def restarts() -> list[str]:
        return [host for host, what in simulation.log if what == f"restart {DAEMON}"]

    run(simulation, a_plan(rolling=True))
    first_ask_after = next(
        i for i, (_, what) in enumerate(simulation.log) if what == f"ask {DAEMON}" and restarts()
    )
    assert [w for _, w in simulation.log[:first_ask_after]].count(f"restart {DAEMON}") == 3


def test_an_invalid_file_changes_nothing_on_any_host(simulation: Simulation) -> None:
    run(simulation, a_plan())
    simulation.log.clear()
    before = {name: host.tree() for name, host in simulation.hosts.items()}
    simulation.refuse = lambda host, argv: (
        "daemon: line 1: nonsense" if host == "three" and argv[0] == "accept" else None
    )
    with pytest.raises(RejectedError, match=r"three: accept refuses /etc/daemon.conf") as caught:
        run(simulation, a_plan("v2\n"))
    assert caught.value.output == "daemon: line 1: nonsense"
    assert {name: host.tree() for name, host in simulation.hosts.items()} == before
    touched = [what for _, what in simulation.log if not what.startswith("ask")]
    assert not touched, "no unit was touched either"


def test_an_absent_host_ends_the_run_before_anything_is_changed(simulation: Simulation) -> None:
    del simulation.hosts["two"]
    with pytest.raises(TransportError, match=r"two: not reachable"):
        run(simulation, a_plan())
    assert all(not host.tree() for host in simulation.hosts.values())


def test_a_unit_that_does_not_start_says_so_with_its_own_words(simulation: Simulation) -> None:
    simulation.refuse = lambda host, argv: (
        "Job for daemon.service failed." if host == "two" and argv[:2] == ["systemctl", "start"] else None
    )
    with pytest.raises(HostError, match=r"two: failed: enable, start daemon.service") as caught:
        run(simulation, a_plan())
    assert "Job for daemon.service failed." in caught.value.output


def test_a_first_attempt_that_systemd_makes_up_for_is_no_error(simulation: Simulation) -> None:
    attempts: list[list[str]] = []

    def refuse(host: str, argv: list[str]) -> str | None:
        if host != "two" or argv[:2] != ["systemctl", "start"]:
            return None
        attempts.append(argv)
        return "Job for daemon.service failed." if len(attempts) == 1 else None

    simulation.refuse = refuse
    run(simulation, a_plan())
    assert len(attempts) == 2
    assert simulation.hosts["two"].units["daemon.service"].active == "active"


def test_the_same_failure_three_times_ends_the_phase_and_its_cause_comes_first(
    simulation: Simulation,
) -> None:
    attempts: list[list[str]] = []

    def refuse(host: str, argv: list[str]) -> str | None:
        if host != "two" or argv[:2] != ["systemctl", "start"]:
            return None
        attempts.append(argv)
        return "Job for daemon.service failed."

    simulation.refuse = refuse
    simulation.down["two"] = 'daemon.service activating\n{"MESSAGE": "[ERROR] no primary view"}'
    with pytest.raises(HostError) as caught:
        run(simulation, a_plan())
    assert len(attempts) == 3
    assert caught.value.output.startswith("daemon.service: [ERROR] no primary view\n")


def test_a_barrier_that_is_missed_says_which_unit_is_down_and_why(simulation: Simulation) -> None:
    simulation.down["two"] = 'daemon.service failed\n{"MESSAGE": "[ERROR] no disk"}'
    never = Check("c.c", "never", {"one": Ask(("ask-active", "other"))}, lambda _: failed("no"), seconds=0.5)
    wanted = plan(phase("p", {"two": (Unit("daemon.service"),)}, never))
    with pytest.raises(BarrierError, match=r"c\.c did not pass") as caught:
        run(simulation, wanted)
    assert caught.value.output == "two: daemon.service: [ERROR] no disk"


def test_a_command_that_ran_without_its_guard_holding_is_an_error(simulation: Simulation) -> None:
    wanted = plan(phase("p", {"one": (Command("make it", ("do", "this"), ("is-done", "that")),)}))
    with pytest.raises(HostError, match=r"one: make it ran, but is not done"):
        run(simulation, wanted)


def test_a_command_says_what_its_guard_missed(simulation: Simulation) -> None:
    run(simulation, a_plan())
    simulation.hosts["one"].done.remove("user")
    guarded = Command("make a user", ("do", "user"), ("is-done", "user"), shows=True)
    told: list[events.Event] = []
    run(simulation, plan(*a_plan().phases[:-1], phase("users", {"one": (guarded,)})), told)
    assert [e.what for e in told if isinstance(e, events.StepChanged)] == ["run (no user)"]


def test_secrets_are_masked_in_errors_and_events(simulation: Simulation) -> None:
    simulation.refuse = lambda _host, argv: "bad password s3cr3t-value" if argv[0] == "accept" else None
    wanted = a_plan("password = s3cr3t-value\n")
    told: list[events.Event] = []
    with pytest.raises(RejectedError) as caught:
        run(simulation, plan(*wanted.phases, secrets={"a/b": "s3cr3t-value"}), told)
    assert "s3cr3t-value" not in caught.value.output
    assert "s3cr3t-value" not in str([event.to_json() for event in told])
    assert "bad password ********" in caught.value.output


def test_a_site_that_is_as_wanted_but_not_well_is_waited_for(simulation: Simulation) -> None:
    run(simulation, a_plan())
    left = [5]

    def unwell_for_a_while(_host: str, argv: list[str]) -> str | None:
        left[0] -= argv[0] == "ask-active"
        return "not yet" if argv[0] == "ask-active" and left[0] > 0 else None

    simulation.refuse = unwell_for_a_while
    told: list[events.Event] = []
    assert run(simulation, a_plan(), told).total == 0
    assert [type(e).__name__ for e in told[-3:]] == ["BarrierWaiting", "BarrierPassed", "Finished"]


def test_observing_shows_everything_and_changes_nothing(simulation: Simulation) -> None:
    run(simulation, a_plan("password = s3cr3t-old\n"))
    before = {name: host.tree() for name, host in simulation.hosts.items()}
    wanted = plan(
        *a_plan("password = s3cr3t-new\n").phases, secrets={"a/b": "s3cr3t-new", "c/d": "s3cr3t-old"}
    )

    difference = anyio.run(observe, wanted, simulation.transport)

    assert {name: host.tree() for name, host in simulation.hosts.items()} == before
    found = {(c.host, c.kind, c.subject, c.what) for c in difference.changes}
    assert found == {
        (host, *what) for host in HOSTS for what in (("file", CONF, "change"), ("unit", DAEMON, "restart"))
    }
    diffs = "".join(change.diff for change in difference.changes)
    assert "+password = ********" in diffs
    assert "s3cr3t" not in diffs


@pytest.mark.parametrize("rolling", [False, True])
def test_killed_at_any_call_and_run_again_it_converges(simulation: Simulation, *, rolling: bool) -> None:
    """Whatever the last thing a killed run did: the next one leaves every daemon with the files it reads."""
    run(simulation, a_plan(rolling=rolling))
    number, version = 0, 1
    while True:
        number, version = number + 1, version + 1
        wanted = a_plan(f"v{version}\n", rolling=rolling)
        if not interrupted_at(simulation, wanted, number):
            break
        run(simulation, wanted)
        for host in simulation.hosts.values():
            assert host.units[DAEMON].started_with == {CONF: f"v{version}\n"}, f"killed at call {number}"
        assert run(simulation, wanted).total == 0
    assert number > 10, "the runs did come to be killed"

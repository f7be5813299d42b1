"""What ran: versions and one digest over all configuration."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import anyio
import pytest
from tests.drill.play import site
from tests.engine.simulation import phase

from fournines.drill.record import digest, losses, machine, told_moments, versions
from fournines.drill.result import Moment
from fournines.engine.agent.main import MARK
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.probe import Membership, Milestones
from fournines.kit.step import File, Packages
from fournines.plan.model import Plan
from fournines.plan.packages import packages_of, version_table

CONF = File("/etc/a", "x = 1\n")
PLAN = Plan(
    Context(site(), (), {}),
    (phase("p", {"controller1": (Packages(("b", "a")), CONF), "controller2": (CONF,)}),),
    (),
)


def test_packages_are_the_plans() -> None:
    assert packages_of(PLAN) == {"controller1": ("a", "b")}


def test_versions_are_read_and_a_missing_package_left_out() -> None:
    assert version_table("haproxy\t3.0.11-1\nrabbitmq-server\t\n") == {"haproxy": "3.0.11-1"}
    assert version_table("") == {}


def test_a_silent_host_has_no_versions() -> None:
    def gone(call: Call) -> Output:
        raise TransportError("gone", where=call.host)

    assert anyio.run(versions, Fake(gone), PLAN) == {}


def test_the_digest_changes_with_content_place_and_host() -> None:
    def with_(host: str, file: File) -> Plan:
        return replace(PLAN, phases=(phase("p", {host: (file,)}),))

    plans = [
        with_("controller1", CONF),
        with_("controller1", replace(CONF, content="x = 2\n")),
        with_("controller1", replace(CONF, path="/etc/b")),
        with_("controller2", CONF),
        with_("controller1", replace(CONF, path="/etc/ax", content=" = 1\n")),
    ]
    assert len({digest(plan) for plan in plans}) == len(plans)
    assert digest(plans[0]) == digest(with_("controller1", replace(CONF, mode=0o600))), "of content only"


def test_the_machine_is_named_by_what_matters() -> None:
    assert " cores, " in machine()
    assert "GiB, Linux " in machine()


MEMBERS = Membership(
    "galera",
    ("controller1", "controller2"),
    ("mariadb.service",),
    1.5,
    lost="suspects",
    whole="whole",
)


MILESTONES = Milestones(
    ("controller1", "controller2"), ("corosync.service",), ((r"missed (\S+)", r"\1 is missed"), ("x", "y"))
)


def test_milestones_are_read_from_those_that_were_not_hurt() -> None:
    calls: list[Call] = []

    def said(call: Call) -> Output:
        calls.append(call)
        log = f"{time.time() - 7:.6f} c1 corosync: missed c2\n"
        return Output(0, f"\n{MARK}{json.dumps({'answers': [{'code': 0, 'stdout': log, 'stderr': ''}]})}\n")

    async def ask() -> tuple[Moment, ...]:
        plan = Plan(Context(site(), (MILESTONES,), {}), (), ())
        return await told_moments(Fake(said), plan, lambda: 10.0, hurt=("controller2",))

    (moment,) = anyio.run(ask)
    assert moment.what == "c2 is missed"
    assert moment.at == pytest.approx(3, abs=0.5)
    assert [call.host for call in calls] == ["controller1"]
    assert "--grep=missed (\\\\S+)|x" in calls[0].stdin


def test_lost_members_are_read_from_the_journals_since_the_run_began() -> None:
    calls: list[Call] = []

    def said(call: Call) -> Output:
        calls.append(call)
        if call.host == "controller2":
            raise TransportError("gone", where=call.host)
        now = time.time()
        log = f"{now - 700:.6f} c1 mariadbd: suspects b\n{now - 500:.6f} c1 mariadbd: whole\n"
        answers = [{"code": 0, "stdout": log, "stderr": ""}]
        return Output(0, f"\n{MARK}{json.dumps({'answers': answers})}\n")

    plan = Plan(Context(site(), (MEMBERS,), {}), (), ())
    (parting,) = anyio.run(losses, Fake(said), plan, lambda: 1000.0)
    assert (parting.cluster, parting.host, parting.patience) == ("galera", "controller1", 1.5)
    assert parting.began == pytest.approx(300, abs=60)
    assert parting.ended - parting.began == pytest.approx(200, abs=0.01)
    asked = calls[0].stdin
    assert "--grep=suspects|whole" in asked
    since = float(asked.partition("--since=@")[2].partition('"')[0])
    assert since == pytest.approx(time.time() - 1000, abs=60)

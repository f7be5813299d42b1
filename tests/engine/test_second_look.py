"""What is tried a second time, and what is believed only after it was looked at again."""

from __future__ import annotations

import json

import anyio
import pytest
from tests.engine.simulation import Simulation, all_active, everywhere, phase, plan, simulation

from fournines.engine import events, hands, pyinfra
from fournines.engine.run import deploy
from fournines.engine.wire import remote
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import HostError, LateError, TransportError
from fournines.kit.check import Output
from fournines.kit.step import Account, File, Packages, Unit
from fournines.plan.model import Plan

__all__ = ["simulation"]

DAEMON = "daemon.service"


def a_plan() -> Plan:
    steps = everywhere(File("/etc/daemon.conf", "v1\n"), Unit(DAEMON, restart_on=("/etc/daemon.conf",)))
    return plan(phase("daemon", steps, all_active(DAEMON)))


def carried_out(wanted: Plan, wire: Fake) -> list[events.Event]:
    told: list[events.Event] = []
    anyio.run(lambda: deploy(wanted, wire, listen=told.append))
    return told


def breaking(simulation: Simulation, times: int, error: type[TransportError] = TransportError) -> Fake:
    """The simulation's wire, which breaks this often while host two's files are installed."""
    left = [times]

    def answer(call: Call) -> Output:
        installs = call.argv == remote.ARGV and "commit" in json.loads(call.stdin)[1]["do"]
        if installs and call.host == "two" and left[0]:
            left[0] -= 1
            raise error("the connection broke", where="two")
        return simulation.answer(call)

    return Fake(answer)


def test_a_phase_that_breaks_its_own_connection_is_begun_anew(simulation: Simulation) -> None:
    """A firewall or a network that is set up right may cost the connection it was set up through."""
    told = carried_out(a_plan(), breaking(simulation, 1))
    assert [e.where for e in told if isinstance(e, events.PhaseBroken)] == ["two"]
    assert isinstance(told[-1], events.Finished)
    for host in simulation.hosts.values():
        assert host.units[DAEMON].started_with == {"/etc/daemon.conf": "v1\n"}


def test_a_connection_that_breaks_again_ends_the_run(simulation: Simulation) -> None:
    with pytest.raises(TransportError, match="the connection broke"):
        carried_out(a_plan(), breaking(simulation, 2))


def test_what_did_not_end_in_time_is_not_begun_anew(simulation: Simulation) -> None:
    """The connection is whole, and a second start of everything would touch what runs well."""
    wire = breaking(simulation, 1, LateError)
    with pytest.raises(LateError):
        carried_out(a_plan(), wire)
    assert not any(host.units.get(DAEMON) for host in simulation.hosts.values())


@pytest.fixture
def nothing_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing and making accounts succeeds, and changes nothing."""

    async def carry_out(*_: object, **__: object) -> None:
        return

    for module in (hands, pyinfra):
        monkeypatch.setattr(module, "carry_out", carry_out)


@pytest.mark.usefixtures("nothing_helps")
def test_a_package_that_is_not_there_after_installing_ends_the_run(simulation: Simulation) -> None:
    """apt accepts names that dpkg does not know afterwards: virtual packages, and those it replaced."""
    with pytest.raises(HostError, match="dpkg does not know it by that name: web"):
        carried_out(plan(phase("web", everywhere(Packages(("web",))))), simulation.transport)


@pytest.mark.usefixtures("nothing_helps")
def test_an_account_that_is_not_there_after_making_it_ends_the_run(simulation: Simulation) -> None:
    wanted = plan(phase("who", everywhere(Account("nobody-of-that-name", groups=("daemon",)))))
    with pytest.raises(HostError, match="the account nobody-of-that-name is still not as wanted"):
        carried_out(wanted, simulation.transport)

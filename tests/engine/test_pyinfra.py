"""pyinfra as a guest: it goes through our wire, host by host at once, and nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import anyio
import pytest

from fournines.engine import pyinfra
from fournines.engine.pyinfra import Operation, carry_out
from fournines.engine.wire.transport import Answering, Call, Fake
from fournines.errors import HostError, TransportError
from fournines.kit.check import Output

HOSTS = ("one", "two", "three")


def shell(command: str) -> Operation:
    return Operation("server.shell", f"do {command}", {"commands": [command]})


def run(answer: Answering, operations: Mapping[str, Sequence[Operation]]) -> list[Call]:
    transport = Fake(answer)
    anyio.run(carry_out, transport, operations)
    return transport.calls


def well(_: Call) -> Output:
    return Output(0, "")


def test_no_operation_costs_nothing() -> None:
    assert run(well, {"one": [], "two": ()}) == []


def test_the_nth_operations_of_all_hosts_run_at_the_same_time() -> None:
    together = anyio.Event()
    inside: list[str] = []

    async def wait_for_all(call: Call) -> Output:
        inside.append(call.host)
        if len(inside) == len(HOSTS):
            together.set()
        with anyio.fail_after(60):
            await together.wait()
        return Output(0, "")

    calls = run(wait_for_all, dict.fromkeys(HOSTS, (shell("a"),)))
    assert {call.host for call in calls} == set(HOSTS)


def test_a_failure_stops_every_host_before_its_next_operation_and_comes_with_its_words() -> None:
    def answer(call: Call) -> Output:
        return Output(7, "", "E: cannot") if call.host == "two" else Output(0, "")

    transport = Fake(answer)
    with pytest.raises(HostError, match="two: failed: do a") as caught:
        anyio.run(carry_out, transport, dict.fromkeys(HOSTS, (shell("a"), shell("b"))))
    assert caught.value.output == "E: cannot"
    assert not [call for call in transport.calls if "'b'" in call.argv[-1] or " b" in call.argv[-1]]


def test_what_takes_long_is_told_with_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyinfra, "BUSY_SECONDS", 0.05)
    told: list[tuple[tuple[str, str], ...]] = []

    heard = anyio.Event()

    async def slow(call: Call) -> Output:
        if call.host == "two":
            await heard.wait()
        return Output(0, "")

    async def tell(busy: tuple[tuple[str, str], ...], _seconds: float) -> None:
        told.append(busy)
        if busy == (("two", "do a"),):  # the others may be under way one by one on a busy machine
            heard.set()

    async def whole() -> None:
        operations = dict.fromkeys(HOSTS, (shell("a"),))
        await carry_out(Fake(slow), operations, busy=tell)

    anyio.run(whole)
    assert told[-1] == (("two", "do a"),)


def test_an_unreachable_host_is_the_wires_own_error() -> None:
    def answer(call: Call) -> Output:
        if call.host == "three":
            raise TransportError("not reachable by ssh: gone", where="three")
        return Output(0, "")

    with pytest.raises(TransportError, match="three: not reachable by ssh: gone"):
        run(answer, dict.fromkeys(HOSTS, (shell("a"),)))


def test_packages_are_installed_with_what_pyinfra_knows_of_apt() -> None:
    package = Operation("apt.packages", "install a", {"packages": ["a"], "no_recommends": True})
    installs = [c for c in run(well, {"one": [package]}) if " install " in c.argv[-1]]
    (line,) = [call.argv[-1] for call in installs]
    assert "apt-get -y" in line
    assert "--force-confold" in line
    assert "--no-install-recommends a" in line


def test_answers_that_come_at_once_never_leave_a_greenlet_waiting() -> None:
    """A signal to a watcher that was not started yet is lost: that hung one run in some hundreds."""
    with_many = {host: [shell(str(number)) for number in range(150)] for host in HOSTS}

    async def whole() -> int:
        transport = Fake(well)
        with anyio.fail_after(60):
            await carry_out(transport, with_many)
        return len(transport.calls)

    assert anyio.run(whole) == 450

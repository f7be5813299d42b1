"""Operations go host by host at once; pyinfra comes in only where packages are to be installed."""

from __future__ import annotations

import subprocess
import sys

import anyio
import anyio.lowlevel
import pytest

from fournines.engine import pyinfra
from fournines.engine.hands import carry_out
from fournines.engine.pyinfra import Operation
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import HostError, TransportError
from fournines.kit.check import Output

HOSTS = ("one", "two", "three")


def shell(*commands: str) -> Operation:
    return Operation("server.shell", f"do {commands[0]}", {"commands": list(commands)}, timeout=7)


def well(_: Call) -> Output:
    return Output(0, "")


def test_commands_go_to_the_hosts_as_they_are_with_their_time() -> None:
    transport = Fake(well)
    anyio.run(carry_out, transport, {"one": (shell("a 'b c'", "d"),), "two": ()})
    (call,) = transport.calls
    assert (call.host, call.argv) == ("one", ("sh", "-c", "a 'b c' && d"))


def test_the_nth_operations_of_all_hosts_run_at_the_same_time() -> None:
    inside: list[str] = []

    async def answer(call: Call) -> Output:
        inside.append(call.host)
        with anyio.fail_after(60):
            while len(inside) < len(HOSTS):
                await anyio.lowlevel.checkpoint()
        return Output(0, "")

    anyio.run(carry_out, Fake(answer), dict.fromkeys(HOSTS, (shell("a"),)))
    assert sorted(inside) == sorted(HOSTS)


def test_a_failure_stops_every_host_before_its_next_operation_and_comes_with_its_words() -> None:
    transport = Fake(lambda call: Output(7, "on", "E: cannot") if call.host == "two" else Output(0, ""))
    with pytest.raises(HostError, match="two: failed: do a") as caught:
        anyio.run(carry_out, transport, dict.fromkeys(HOSTS, (shell("a"), shell("b"))))
    assert caught.value.output == "on\nE: cannot"
    assert {call.argv[-1] for call in transport.calls} == {"a"}


def test_an_unreachable_host_is_the_wires_own_error() -> None:
    def answer(call: Call) -> Output:
        if call.host == "three":
            raise TransportError("not reachable by ssh: gone", where="three")
        return Output(0, "")

    with pytest.raises(TransportError, match="three: not reachable by ssh: gone"):
        anyio.run(carry_out, Fake(answer), dict.fromkeys(HOSTS, (shell("a"),)))


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
        await carry_out(Fake(slow), dict.fromkeys(HOSTS, (shell("a"),)), busy=tell)

    anyio.run(whole)
    assert told[-1] == (("two", "do a"),)


def test_packages_are_installed_with_what_pyinfra_knows_of_apt() -> None:
    package = Operation("apt.packages", "install a", {"packages": ["a"], "no_recommends": True})
    transport = Fake(well)
    anyio.run(carry_out, transport, {"one": (shell("before"), package)})
    assert "before" in transport.calls[0].argv[-1]
    assert any("--no-install-recommends a" in call.argv[-1] for call in transport.calls)


def test_who_installs_nothing_does_not_load_pyinfra() -> None:
    program = """\
import sys
import anyio
from fournines.engine.hands import carry_out
from fournines.engine.pyinfra import Operation
from fournines.engine.wire.transport import Fake
from fournines.kit.check import Output
shell = Operation("server.shell", "a", {"commands": ["true"]})
anyio.run(carry_out, Fake(lambda call: Output(0, "")), {"one": (shell,)})
print("pyinfra" in sys.modules, "gevent" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"

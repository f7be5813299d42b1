"""A client that asks by a command on a host: who served it, what was said instead, and what is left."""

from __future__ import annotations

import anyio
import pytest

from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Ask, Output
from fournines.kit.probe import Asked
from fournines.probe import asked
from fournines.probe.asked import AskedClient
from fournines.probe.client import Attempt
from fournines.probe.made import Made
from fournines.probe.sample import Reply, Sample
from fournines.probe.watch import Watch, new_clock

MAKE, UNMAKE, LEASE = Ask(("make",)), Ask(("unmake",)), Ask(("lease",), "in")


def served(answer: Output) -> str | None:
    return answer.stdout or None


def client(transport: Fake, *, patience: float = 1.0) -> AskedClient:
    made = Made("dhcp", transport, "host", make=MAKE, address=lambda said: said.stdout, unmake=UNMAKE)
    wanted = Asked("lease", "a lease", LEASE, served, interval=0.01, timeout=0.5)
    return AskedClient(made, wanted, patience=patience)


def test_it_is_made_served_and_taken_away() -> None:
    answers = iter([Output(0, "10.0.0.2"), Output(1, "", "no lease, failing"), Output(0, "10.0.0.3")])
    transport = Fake(lambda call: Output(0, "") if call.argv == UNMAKE.argv else next(answers))

    async def run() -> str:
        one = client(transport)
        await one.open()
        await one.close()
        await one.close()
        return one.address

    assert anyio.run(run) == "10.0.0.2"
    assert [call.argv for call in transport.calls] == [MAKE.argv, LEASE.argv, LEASE.argv, UNMAKE.argv]
    assert transport.calls[1].stdin == "in"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Output(0, "10.0.0.3"), (Reply.OK, "10.0.0.3")),
        (Output(1, "", "sending\nno lease, failing\n"), (Reply.FAIL, "no lease, failing")),
        (Output(124, ""), (Reply.FAIL, "exit 124")),
    ],
)
def test_what_is_not_served_says_what_was_said_last(answer: Output, expected: tuple[Reply, str]) -> None:
    one = client(Fake(lambda _: answer))
    assert anyio.run(one.attempt, Attempt(3)) == expected


def test_nobody_knows_of_a_host_that_cannot_be_reached() -> None:
    """It is no end of the drill, and no proof that nobody serves."""

    def gone(_: Call) -> Output:
        raise TransportError("the connection was lost", where="host")

    seen: list[Sample] = []

    async def run() -> None:
        def note(sample: Sample) -> None:
            seen.append(sample)
            watch.stop()

        watch = Watch([client(Fake(gone))], clock=new_clock(), note=note)
        await watch.run()

    anyio.run(run)
    assert seen[0].reply is Reply.UNKNOWN
    assert "the connection was lost" in seen[0].detail


def test_what_nobody_serves_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "_SERVED_WITHIN", 0.0)
    answers = {MAKE.argv: Output(0, "10.0.0.2"), LEASE.argv: Output(1, "", "no lease")}
    with pytest.raises(OSError, match="nobody serves a lease, on host within 0 s: no lease"):
        anyio.run(client(Fake(lambda call: answers[call.argv])).open)


def test_slow_hosts_are_asked_less_often() -> None:
    slow = client(Fake(lambda _: Output(0, "")), patience=4)
    assert (slow.interval, slow.timeout) == (0.04, 2.0)

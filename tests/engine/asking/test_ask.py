"""Asking hosts, and waiting at barriers."""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from fournines.engine.agent.main import MARK
from fournines.engine.agent.questions import AT_ONCE
from fournines.engine.asking.ask import patience, verdicts
from fournines.engine.asking.barrier import wait_until_well
from fournines.engine.wire import remote
from fournines.engine.wire.transport import Call, Fake, Local
from fournines.errors import BarrierError, TransportError
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.verdict import Outcome, Verdict, failed, passed


def judge(answer: Output) -> Verdict:
    return (
        passed(answer.stdout.strip()) if answer.code == 0 else failed(answer.stderr or f"exit {answer.code}")
    )


def check(name: str, asks: dict[str, Ask], seconds: float = 5.0) -> Check:
    return Check(name, f"{name} holds", asks, each_host(judge), barrier=True, seconds=seconds)


def ask(transport: Fake | Local, *checks: Check) -> list[Outcome]:
    async def whole() -> list[Outcome]:
        return [verdict.outcome for _, verdict in await verdicts(transport, checks)]

    return anyio.run(whole)


def test_the_real_agent_answers_through_a_real_process() -> None:
    found = ask(
        Local(),
        check("well", {"here": Ask(("cat",), stdin="fine")}),
        check("sick", {"here": Ask(("sh", "-c", "exit 255"))}),
        check("late", {"here": Ask(("sleep", "9"), timeout=0.2)}),
        check("no-program", {"here": Ask(("/no/such/program",))}),
    )
    assert found == [Outcome.PASS, Outcome.FAIL, Outcome.FAIL, Outcome.FAIL]


def test_one_round_trip_per_host_and_one_question_for_equal_asks() -> None:
    asked: list[object] = []

    def answer(call: Call) -> Output:
        assert call.argv == remote.ARGV
        request = json.loads(call.stdin)[1]
        asked.extend(request["asks"])
        answers = [{"code": 0, "stdout": "", "stderr": ""} for _ in request["asks"]]
        return Output(0, MARK + json.dumps({"answers": answers}))

    transport = Fake(answer)
    same = Ask(("question",))
    found = ask(transport, check("a", {"one": same, "two": same}), check("b", {"one": same}))
    assert found == [Outcome.PASS, Outcome.PASS]
    assert [call.host for call in transport.calls] == ["one", "two"]
    assert len(asked) == 2


@given(st.lists(st.floats(0.1, 60), min_size=1, max_size=60))
def test_a_host_gets_the_time_that_its_questions_take_if_all_of_them_hang(timeouts: list[float]) -> None:
    ends = [0.0] * AT_ONCE
    for timeout in timeouts:  # as a pool does: whoever is free first takes the next one
        heapq.heapreplace(ends, ends[0] + timeout)
    assert max(ends) < patience([Ask(("q",), timeout=timeout) for timeout in timeouts])


@pytest.mark.parametrize("broken", [TransportError("gone"), None])
def test_a_host_that_is_not_there_or_talks_nonsense_is_unknown(broken: TransportError | None) -> None:
    def answer(_: Call) -> Output:
        if broken:
            raise broken
        return Output(1, "python3: not found")

    assert ask(Fake(answer), check("a", {"one": Ask(("q",))})) == [Outcome.UNKNOWN]


def test_a_barrier_waits_for_the_check_and_tells_what_is_not_well_once() -> None:
    left, told = [3], []

    def answer(call: Call) -> Output:
        left[0] -= 1
        code = 1 if left[0] else 0
        answers = [
            {"code": code, "stdout": "", "stderr": "starting"} for _ in json.loads(call.stdin)[1]["asks"]
        ]
        return Output(0, MARK + json.dumps({"answers": answers}))

    async def whole() -> float:
        return await wait_until_well(
            Fake(answer),
            [check("a", {"one": Ask(("q",))})],
            waiting=lambda unwell: told.append([(c.id, v.seen) for c, v in unwell]),
        )

    assert anyio.run(whole) < 3
    assert told == [[("a", "one: starting")]]
    assert left == [0]


def test_a_barrier_leaves_slow_hosts_alone_for_as_long_as_they_took(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    now = [0.0]

    def answer(call: Call) -> Output:
        now[0] += 7.0
        code = 0 if len(pauses) == 2 else 1
        answers = [{"code": code, "stdout": "", "stderr": ""} for _ in json.loads(call.stdin)[1]["asks"]]
        return Output(0, MARK + json.dumps({"answers": answers}))

    async def sleep(seconds: float) -> None:
        await checkpoint()
        pauses.append(seconds)

    monkeypatch.setattr("fournines.engine.asking.barrier.anyio.sleep", sleep)

    async def whole() -> float:
        slow = check("a", {"one": Ask(("q",))}, seconds=60)
        return await wait_until_well(Fake(answer), [slow], clock=lambda: now[0])

    assert anyio.run(whole) == 21
    assert pauses == [7, 7]


def test_a_barrier_gives_up_at_the_checks_own_deadline_and_says_what_was_seen() -> None:
    async def whole() -> None:
        await wait_until_well(Local(), [check("a.b", {"here": Ask(("false",))}, seconds=0.1)])

    with pytest.raises(
        BarrierError, match=r"here: a\.b did not pass within 0\.1 s: a\.b holds; seen: here: exit 1"
    ):
        anyio.run(whole)


class Patience:
    """A wire that remembers how long it was given."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def run(
        self,
        host: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        timeout: float = 60.0,  # noqa: ASYNC109
    ) -> Output:
        del argv, stdin
        self.seconds.append(timeout)
        raise TransportError("too late", where=host)

    async def close(self) -> None:
        """Nothing was opened."""


def test_a_host_gets_the_time_of_its_slowest_questions_and_no_more() -> None:
    """One that hangs must not hold up what is asked of the others, nor be given up while it answers."""
    wire = Patience()
    slow, slower, quick = Ask(("a",), timeout=7.0), Ask(("b",), timeout=20.0), Ask(("c",), timeout=1.0)
    anyio.run(verdicts, wire, [check(str(n), {"one": ask}) for n, ask in enumerate((slow, slower, quick))])
    assert len(wire.seconds) == 1
    assert 20.0 < wire.seconds[0] < 60.0

"""The open loop against real sockets: what a service does is what the figures say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import pairwise

import anyio
import pytest
from tests.probe.servers import Http, serving, until

from fournines.probe.client import Attempt
from fournines.probe.http import HttpClient, Place, Request
from fournines.probe.outage import Figures, figures
from fournines.probe.sample import Reply, Sample
from fournines.probe.watch import Watch, new_clock

INTERVAL = 0.02
BAD = 0.15
"""Seconds for which a service is made to misbehave, at least."""


@dataclass
class Seen:
    """What a client saw of a server, and from when to when the server certainly gave no good answer."""

    figures: Figures
    samples: list[Sample]
    without: tuple[float, float]


Story = Callable[[Http, list[Sample]], Awaitable[None]]


async def _nothing(_: Http, samples: list[Sample]) -> None:
    await until(lambda: len(samples) >= 20)


async def _stalls(server: Http, samples: list[Sample]) -> None:
    del samples
    server.stall()
    await until(lambda: server.held >= 3)


def _turns(*, mode: str = "serve", status: int = 200) -> Story:
    async def story(server: Http, samples: list[Sample]) -> None:
        server.mode, server.status = mode, status
        await until(lambda: sum(not s.good for s in samples) >= 3)

    return story


def watched(story: Story, *, timeout: float = 60) -> Seen:
    """A client of a server that serves, then does as the story says for a while, and serves again."""

    async def it() -> Seen:
        server, samples = Http(), list[Sample]()
        async with serving(server) as port:
            client = HttpClient(
                "api", Place("127.0.0.1", port, "x"), Request("/"), interval=INTERVAL, timeout=timeout
            )
            watch = Watch([client], clock=new_clock(), note=samples.append)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch.run)
                await until(lambda: any(s.good for s in samples))
                await story(server, samples)
                began = watch.clock()
                await anyio.sleep(BAD)
                ended = watch.clock()
                server.status = 200
                server.go_on()
                before = len(samples)
                await until(lambda: any(s.good for s in samples[before:]))
                watch.stop()
            observed = watch.clock()
        return Seen(figures(samples, interval=INTERVAL, observed=(0, observed)), samples, (began, ended))

    return anyio.run(it)


def covered(seen: Seen) -> bool:
    """Whether one outage covers all of the time in which the server gave no good answer."""
    began, ended = seen.without
    return any(o.began <= began + INTERVAL and o.ended >= ended for o in seen.figures.outages)


def test_a_healthy_service_is_always_answered_and_the_schedule_is_absolute() -> None:
    seen = watched(_nothing)
    assert seen.figures.ok == seen.figures.attempts >= 20
    starts = sorted(s.intended for s in seen.samples)
    assert [b - a for a, b in pairwise(starts)] == pytest.approx([INTERVAL] * (len(starts) - 1))


def test_a_stall_in_which_nothing_fails_is_measured_in_full() -> None:
    seen = watched(_stalls)
    assert seen.figures.ok == seen.figures.attempts, "everybody was answered in the end"
    assert covered(seen)
    assert max(s.latency for s in seen.samples) >= BAD


def test_a_stall_beyond_the_timeout_is_unknown_not_fail() -> None:
    seen = watched(_stalls, timeout=0.1)
    late = [s for s in seen.samples if not s.good and s.detail == "no answer in 0.1 s"]
    assert Reply.UNKNOWN in {s.reply for s in late}
    assert covered(seen)


def test_a_connection_lost_after_the_request_is_unknown() -> None:
    seen = watched(_turns(mode="reset"))
    assert seen.figures.unknown >= 3
    assert seen.figures.failed == 0
    assert covered(seen)


def test_an_error_that_was_answered_is_a_definite_fail() -> None:
    seen = watched(_turns(status=503))
    assert seen.figures.failed >= 3
    assert seen.figures.unknown == 0
    assert {s.detail for s in seen.samples if not s.good} == {"503"}
    assert covered(seen)


def test_a_refused_connection_is_a_definite_fail() -> None:
    async def it() -> list[Sample]:
        async with serving(Http()) as port:
            pass  # nobody listens there any more
        samples: list[Sample] = []
        client = HttpClient("api", Place("127.0.0.1", port, "x"), Request("/"), interval=INTERVAL)
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await until(lambda: len(samples) >= 3)
            watch.stop()
        return samples

    samples = anyio.run(it)
    assert samples
    assert {s.reply for s in samples} == {Reply.FAIL}


class Serial:
    """One connection; an attempt waits while ``held``."""

    name, kind, asks, interval, timeout, serial = "sql", "sql", "", INTERVAL, 0.3, True

    def __init__(self) -> None:
        self.held = anyio.Event()
        self.held.set()
        self.at_once = 0
        self.most = 0

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        this.sent = True
        try:
            await self.held.wait()
        finally:
            self.at_once -= 1
        return Reply.OK, ""


def serially(held: Callable[[list[Sample]], bool]) -> tuple[Serial, list[Sample]]:
    """A serial client whose connection is held after its first answer, until that is reached."""

    async def it() -> tuple[Serial, list[Sample]]:
        client, samples = Serial(), list[Sample]()
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await until(lambda: len(samples) >= 3)
            client.held = anyio.Event()
            await until(lambda: client.at_once == 1)
            await anyio.sleep(6 * INTERVAL)
            await until(lambda: held(samples))
            client.held.set()
            before = len(samples)
            await until(lambda: any(s.good for s in samples[before:]))
            watch.stop()
        return client, samples

    return anyio.run(it)


def test_a_serial_client_makes_one_attempt_at_a_time_and_hides_no_wait() -> None:
    client, samples = serially(lambda _: True)
    assert client.most == 1
    late = [s for s in samples if s.started - s.intended > INTERVAL]
    assert late, "those behind the stalled one started late, and say so"
    ended = max(s.ended for s in samples)
    assert figures(samples, interval=INTERVAL, observed=(0, ended)).longest


def test_what_waits_longer_than_its_timeout_for_its_turn_certainly_was_not_sent() -> None:
    _, samples = serially(lambda seen: {s.reply for s in seen} >= {Reply.UNKNOWN, Reply.FAIL})
    assert any(s.reply is Reply.UNKNOWN for s in samples), "the attempt that held the connection"
    queued = [s for s in samples if s.reply is Reply.FAIL]
    assert {s.detail for s in queued} == {"the connection was busy all the time"}
    assert all(s.started == s.ended for s in queued)


def test_every_attempt_that_was_begun_is_noted_after_a_stop() -> None:
    async def it() -> tuple[int, int]:
        server, samples = Http(), list[Sample]()
        async with serving(server) as port:
            server.stall()
            client = HttpClient(
                "api", Place("127.0.0.1", port, "x"), Request("/"), interval=0.01, timeout=0.2
            )
            watch = Watch([client], clock=new_clock(), note=samples.append)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch.run)
                await until(lambda: server.held >= 5)
                watch.stop()
            return server.accepted, len(samples)

    accepted, noted = anyio.run(it)
    assert accepted == noted >= 5

"""The open loop against real sockets: what a service does is what the figures say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import anyio
import pytest
from tests.probe.servers import Http, serving

from fournines.probe.client import Attempt
from fournines.probe.http import HttpClient, Place, Request
from fournines.probe.outage import Figures, figures
from fournines.probe.sample import Reply, Sample
from fournines.probe.watch import Watch, new_clock

INTERVAL = 0.02
Seen = tuple[Figures, list[Sample]]


def watched(story: Callable[[Http], Awaitable[None]], *, timeout: float = 0.3) -> Seen:
    """What a client sees of a server to which the story happens."""

    async def it() -> tuple[Figures, list[Sample]]:
        server, samples = Http(), list[Sample]()
        async with serving(server) as port:
            client = HttpClient(
                "api", Place("127.0.0.1", port, "x"), Request("/"), interval=INTERVAL, timeout=timeout
            )
            watch = Watch([client], clock=new_clock(), note=samples.append)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch.run)
                await story(server)
                watch.stop()
            ended = watch.clock()
        return figures(samples, interval=INTERVAL, observed=(0, ended)), samples

    return anyio.run(it)


async def _nothing(_: Http) -> None:
    await anyio.sleep(0.5)


async def _stalls(server: Http) -> None:
    await anyio.sleep(0.2)
    server.stall()
    await anyio.sleep(0.25)
    server.go_on()
    await anyio.sleep(0.2)


async def _resets(server: Http) -> None:
    await anyio.sleep(0.2)
    server.mode = "reset"
    await anyio.sleep(0.25)
    server.mode = "serve"
    await anyio.sleep(0.2)


async def _errors(server: Http) -> None:
    await anyio.sleep(0.2)
    server.status = 503
    await anyio.sleep(0.25)
    server.status = 200
    await anyio.sleep(0.2)


def test_a_healthy_service_shows_no_outage_and_keeps_the_schedule() -> None:
    seen, samples = watched(_nothing)
    assert seen.ok == seen.attempts >= 20
    assert seen.longest == pytest.approx(0, abs=0.06)
    steps = [b.intended - a.intended for a, b in pairwise(samples)]
    assert steps == pytest.approx([INTERVAL] * len(steps)), "the schedule is absolute"


def test_a_stall_in_which_nothing_fails_is_measured_in_full() -> None:
    seen, samples = watched(_stalls)
    assert seen.ok == seen.attempts, "everybody was answered in the end"
    assert seen.longest == pytest.approx(0.25, abs=0.07)
    assert max(s.latency for s in samples) == pytest.approx(0.25, abs=0.07)


def test_a_stall_beyond_the_timeout_is_unknown_not_fail() -> None:
    seen, samples = watched(_stalls, timeout=0.1)
    assert seen.unknown > 0
    assert seen.failed == 0
    assert {s.detail for s in samples if not s.good} == {"no answer in 0.1 s"}
    assert seen.longest == pytest.approx(0.25, abs=0.07)


def test_a_connection_lost_after_the_request_is_unknown() -> None:
    seen, _ = watched(_resets)
    assert seen.unknown > 5
    assert seen.failed == 0
    assert seen.longest == pytest.approx(0.25, abs=0.07)


def test_an_error_that_was_answered_is_a_definite_fail() -> None:
    seen, samples = watched(_errors)
    assert seen.failed > 5
    assert seen.unknown == 0
    assert {s.detail for s in samples if not s.good} == {"503"}
    assert seen.longest == pytest.approx(0.25, abs=0.07)


def test_a_refused_connection_is_a_definite_fail() -> None:
    async def it() -> list[Sample]:
        async with serving(Http()) as port:
            pass  # nobody listens there any more
        samples: list[Sample] = []
        client = HttpClient("api", Place("127.0.0.1", port, "x"), Request("/"), interval=INTERVAL)
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await anyio.sleep(0.1)
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


def serially(pause: float) -> tuple[Serial, list[Sample]]:
    async def it() -> tuple[Serial, list[Sample]]:
        client, samples = Serial(), list[Sample]()
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await anyio.sleep(0.1)
            client.held = anyio.Event()
            await anyio.sleep(pause)
            client.held.set()
            await anyio.sleep(0.1)
            watch.stop()
        return client, samples

    return anyio.run(it)


def test_a_serial_client_makes_one_attempt_at_a_time_and_hides_no_wait() -> None:
    client, samples = serially(0.2)
    assert client.most == 1
    assert all(s.good for s in samples)
    late = [s for s in samples if s.started - s.intended > 0.1]
    assert len(late) >= 3, "those behind the stalled one started late, and say so"
    seen = figures(samples, interval=INTERVAL, observed=(0, 0.4))
    assert seen.longest == pytest.approx(0.2, abs=0.06)


def test_what_waits_longer_than_its_timeout_for_its_turn_certainly_was_not_sent() -> None:
    _, samples = serially(0.5)
    overdue = [s for s in samples if s.reply is Reply.UNKNOWN]
    queued = [s for s in samples if s.reply is Reply.FAIL]
    assert len(overdue) >= 1, "the attempt that held the connection"
    assert queued, "those behind it"
    assert {s.detail for s in queued} == {"the connection was busy all the time"}


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
                await anyio.sleep(0.1)
                watch.stop()
            return server.accepted, len(samples)

    accepted, noted = anyio.run(it)
    assert accepted == noted > 5

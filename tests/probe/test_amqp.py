"""The publisher against brokers that confirm, refuse, fall silent and die."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import anyio
import pytest
from tests.probe.broker import Broker, broking

from fournines.probe.amqp import AmqpClient, Brokers, drain
from fournines.probe.ledger import account
from fournines.probe.sample import Reply, Sample
from fournines.probe.watch import Watch, new_clock

ADDRESSES = {"a": "127.0.0.1", "b": "127.0.0.2", "c": "127.0.0.3"}


def test_a_client_begins_with_the_member_after_its_queues_leader() -> None:
    brokers = Brokers(tuple(ADDRESSES.items()), "u", "p", "v")
    assert [name for name, _ in brokers.after("a").members] == ["b", "c", "a"]
    assert [name for name, _ in brokers.after("c").members] == ["a", "b", "c"]
    assert str(brokers.url(4)) == "amqp://u:p@127.0.0.2:5672/v"


Story = Callable[[dict[str, Broker], AmqpClient], Awaitable[None]]


async def _cluster(stack: AsyncExitStack) -> tuple[dict[str, Broker], Brokers]:
    """Three brokers on one port of three loopback addresses, with one set of queues."""
    first = Broker()
    port = await stack.enter_async_context(broking(first, ADDRESSES["a"]))
    cluster = {"a": first}
    for name in ("b", "c"):
        cluster[name] = Broker()
        cluster[name].queues = first.queues
        await stack.enter_async_context(broking(cluster[name], ADDRESSES[name], port))
    return cluster, Brokers(tuple(ADDRESSES.items()), "u", "p", "v", port)


def published(story: Story, *, timeout: float = 0.2) -> tuple[list[Sample], AmqpClient, list[int]]:
    """What a publisher whose queue ``a`` leads sees, its ledger, and what is in the queue afterwards."""

    async def it() -> tuple[list[Sample], AmqpClient, list[int]]:
        async with AsyncExitStack() as stack:
            cluster, brokers = await _cluster(stack)
            client = AmqpClient(brokers, "a", "run", interval=0.02, timeout=timeout)
            await client.open()
            samples: list[Sample] = []
            watch = Watch([client], clock=new_clock(), note=samples.append)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(watch.run)
                await story(cluster, client)
                watch.stop()
            await client.close()
            for broker in cluster.values():
                broker.mode = "confirm"
            found = await drain(brokers, [client.queue])
            await anyio.sleep(0.01)
            return samples, client, found[client.queue]

    return anyio.run(it)


async def _well(cluster: dict[str, Broker], client: AmqpClient) -> None:
    await anyio.sleep(0.3)
    (declared,) = cluster["a"].declared
    assert declared[0] == client.queue
    assert declared[1]["x-queue-type"] == "quorum"
    assert declared[1]["x-queue-leader-locator"] == "client-local"


async def _dies(cluster: dict[str, Broker], _: AmqpClient) -> None:
    await anyio.sleep(0.15)
    cluster["b"].mode = "reset"
    await anyio.sleep(0.2)


async def _falls_silent(cluster: dict[str, Broker], _: AmqpClient) -> None:
    await anyio.sleep(0.15)
    cluster["b"].mode = "silent"
    await anyio.sleep(0.5)


def test_confirmed_messages_are_there_once() -> None:
    samples, client, found = published(_well, timeout=5)
    assert {s.reply for s in samples} == {Reply.OK}
    assert {s.detail for s in samples} == {"b"}
    assert client.connections == 1
    balance = account("q", client.written, {"queue": found})
    assert balance.acknowledged == balance.ok == len(samples) > 5
    assert (balance.lost, balance.duplicated, balance.unexpected) == (0, 0, 0)


def test_a_broker_that_dies_leaves_unknowns_and_the_next_one_is_used() -> None:
    samples, client, found = published(_dies, timeout=5)
    bad = [s for s in samples if not s.good]
    assert bad
    assert {s.reply for s in bad} == {Reply.UNKNOWN}
    assert {s.detail for s in samples if s.good} == {"b", "c"}
    assert account("q", client.written, {"queue": found}).lost == 0


def test_a_silent_broker_is_left_after_one_timeout() -> None:
    samples, client, _ = published(_falls_silent)
    good = sorted(s.ended for s in samples if s.good)
    gap = max(b - a for a, b in pairwise(good))
    assert gap == pytest.approx(0.2, abs=0.1), "one timeout and a new connection"
    assert client.connections == 2
    assert Reply.FAIL not in {s.reply for s in samples}


@pytest.mark.parametrize(("mode", "reply"), [("nack", Reply.UNKNOWN), ("return", Reply.FAIL)])
def test_what_is_not_confirmed_is_not_acknowledged(mode: str, reply: Reply) -> None:
    async def refuses(cluster: dict[str, Broker], _: AmqpClient) -> None:
        cluster["b"].mode = mode
        await anyio.sleep(0.15)

    samples, client, _ = published(refuses, timeout=5)
    assert samples
    assert {s.reply for s in samples} == {reply}
    assert set(client.written.values()) == {reply}


def test_without_any_broker_every_attempt_certainly_failed() -> None:
    async def it() -> list[Sample]:
        brokers = Brokers(tuple(ADDRESSES.items()), "u", "p", "v", port=1)
        client = AmqpClient(brokers, "a", "run", interval=0.02)
        samples: list[Sample] = []
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await anyio.sleep(0.15)
            watch.stop()
        with pytest.raises(ConnectionError):
            await drain(brokers, [client.queue])
        assert set(client.written.values()) == {Reply.FAIL}
        return samples

    samples = anyio.run(it)
    assert samples
    assert {s.reply for s in samples} == {Reply.FAIL}

"""The publisher against brokers that confirm, refuse, fall silent and die."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import pytest
from aiormq.exceptions import ChannelInvalidStateError
from tests.probe.broker import Broker, broking
from tests.probe.servers import until

from fournines.probe import amqp
from fournines.probe.amqp import AmqpClient, Brokers, drain
from fournines.probe.client import Attempt
from fournines.probe.ledger import account
from fournines.probe.sample import Reply, Sample
from fournines.probe.watch import Watch, new_clock

ADDRESSES = {"a": "127.0.0.1", "b": "127.0.0.2", "c": "127.0.0.3"}


def test_a_client_begins_with_the_member_after_its_queues_leader() -> None:
    brokers = Brokers(tuple(ADDRESSES.items()), "u", "p", "v")
    assert [name for name, _ in brokers.after("a").members] == ["b", "c", "a"]
    assert [name for name, _ in brokers.after("c").members] == ["a", "b", "c"]
    assert str(brokers.url(4)) == "amqp://u:p@127.0.0.2:5672/v"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a broker of this process may be slow to greet; that is no broker that is down."""
    monkeypatch.setattr(amqp, "_CONNECT", 60.0)


Story = Callable[[dict[str, Broker], AmqpClient, list[Sample]], Awaitable[None]]


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


def published(story: Story, *, timeout: float = 60) -> tuple[list[Sample], AmqpClient, list[int]]:
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
                await story(cluster, client, samples)
                watch.stop()
            await client.close()
            for broker in cluster.values():
                broker.mode = "confirm"
            found = await drain(brokers, [client.queue])
            await anyio.sleep(0.01)
            return samples, client, found[client.queue]

    return anyio.run(it)


async def _well(cluster: dict[str, Broker], client: AmqpClient, samples: list[Sample]) -> None:
    await until(lambda: len(samples) > 5)
    (declared,) = cluster["a"].declared
    assert declared[0] == client.queue
    assert declared[1]["x-queue-type"] == "quorum"
    assert declared[1]["x-queue-leader-locator"] == "client-local"


def _turns(mode: str) -> Story:
    """The broker that the client uses turns so, until another one has answered."""

    async def story(cluster: dict[str, Broker], _: AmqpClient, samples: list[Sample]) -> None:
        await until(lambda: any(s.good for s in samples))
        cluster["b"].mode = mode
        await until(lambda: any(s.good and s.detail == "c" for s in samples))

    return story


def test_confirmed_messages_are_there_once() -> None:
    samples, client, found = published(_well)
    assert {s.reply for s in samples} == {Reply.OK}
    assert {s.detail for s in samples} == {"b"}
    assert client.connections == 1
    balance = account("q", client.written, {"queue": found})
    assert balance.acknowledged == balance.ok == len(samples) > 5
    assert (balance.lost, balance.duplicated, balance.unexpected) == (0, 0, 0)


def test_a_broker_that_dies_leaves_unknowns_and_the_next_one_is_used() -> None:
    samples, client, found = published(_turns("reset"))
    bad = [s for s in samples if not s.good]
    assert bad
    assert {s.reply for s in bad} == {Reply.UNKNOWN}
    assert {s.detail for s in samples if s.good} == {"b", "c"}
    assert account("q", client.written, {"queue": found}).lost == 0


def test_a_channel_that_was_closed_meanwhile_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def closed(*_: object, **__: object) -> None:
        raise ChannelInvalidStateError("closed")

    async def closes(_cluster: dict[str, Broker], client: AmqpClient, samples: list[Sample]) -> None:
        await until(lambda: any(s.good for s in samples))
        assert client._held is not None
        monkeypatch.setattr(client._held.channel, "basic_publish", closed)
        await until(lambda: client.connections > 1 and samples[-1].good)

    samples, client, found = published(closes)
    assert {s.reply for s in samples if not s.good} == {Reply.UNKNOWN}
    assert account("q", client.written, {"queue": found}).lost == 0


def test_a_silent_broker_is_left_after_one_timeout() -> None:
    samples, client, found = published(_turns("silent"), timeout=1)
    (first, *_) = sorted((s for s in samples if not s.good), key=lambda s: s.intended)
    assert (first.reply, first.detail) == (Reply.UNKNOWN, "no answer in 1 s")
    assert first.ended - first.started >= 1
    assert client.connections >= 2
    assert account("q", client.written, {"queue": found}).lost == 0


@pytest.mark.parametrize(("mode", "reply"), [("nack", Reply.UNKNOWN), ("return", Reply.FAIL)])
def test_what_is_not_confirmed_is_not_acknowledged(mode: str, reply: Reply) -> None:
    async def refuses(cluster: dict[str, Broker], _: AmqpClient, samples: list[Sample]) -> None:
        cluster["b"].mode = mode
        await until(lambda: len(samples) > 5)

    samples, client, _ = published(refuses)
    assert {s.reply for s in samples} == {reply}
    assert set(client.written.values()) == {reply}


def test_of_several_messages_on_their_way_each_learns_its_own_end() -> None:
    """aiormq tells by an id in the message's properties whose message came back."""

    async def it() -> list[Reply]:
        async with AsyncExitStack() as stack:
            cluster, brokers = await _cluster(stack)
            cluster["b"].mode = "return"
            client = AmqpClient(brokers, "a", "run")
            await client.open()
            replies: list[Reply] = []

            async def publish(number: int) -> None:
                replies.append((await client.attempt(Attempt(number)))[0])

            async with anyio.create_task_group() as tasks:
                for number in range(5):
                    tasks.start_soon(publish, number)
            await client.close()
            return replies

    assert anyio.run(it) == [Reply.FAIL] * 5


def test_without_any_broker_every_attempt_certainly_failed() -> None:
    async def it() -> list[Sample]:
        brokers = Brokers(tuple(ADDRESSES.items()), "u", "p", "v", port=1)
        client = AmqpClient(brokers, "a", "run", interval=0.02)
        samples: list[Sample] = []
        watch = Watch([client], clock=new_clock(), note=samples.append)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch.run)
            await until(lambda: len(samples) > 5)
            watch.stop()
        with pytest.raises(ConnectionError):
            await drain(brokers, [client.queue])
        assert set(client.written.values()) == {Reply.FAIL}
        return samples

    samples = anyio.run(it)
    assert samples
    assert {s.reply for s in samples} == {Reply.FAIL}

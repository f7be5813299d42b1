"""An AMQP publisher with confirms to one durable quorum queue, and a ledger of what it published.

aiormq, the protocol layer under aio-pika, is used directly: nothing in it reconnects by itself (what
``connect_robust`` does would hide the outage), and its transport can be cut without talking to a peer
that may be dead.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiormq
import anyio
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.connection import Connection, TCPTransportFactory
from yarl import URL

from fournines.probe.client import Attempt
from fournines.probe.sample import Reply

_BROKEN = (aiormq.AMQPError, aiormq.exceptions.ChannelInvalidStateError)
"""What a connection that is gone raises; of a channel closed meanwhile aiormq 7.2 raises a RuntimeError."""
_EXPIRES_MS = 3_600_000
"""An unused queue of an abandoned run deletes itself after an hour."""
_QUIET = 0.3
"""Seconds without a delivery after which a queue looks empty."""
_PERSISTENT = 2
"""Delivery mode."""
_UNHEARD = 1.0
"""Seconds until a connection ends whose peer acknowledges nothing (TCP_USER_TIMEOUT, tcp(7)); oslo.messaging
sets it too. Only thus a client tells a dead broker from a queue that is choosing its leader."""
_CONNECT = 0.5
"""Seconds a broker may take to let a client in, before the next one is tried."""


@dataclass(frozen=True, slots=True)
class Brokers:
    """How to reach the brokers: a name and an address each, in the order in which a client tries them."""

    members: tuple[tuple[str, str], ...]
    user: str
    password: str
    vhost: str
    port: int = 5672

    def after(self, member: str) -> Brokers:
        """The same brokers, beginning with the one after ``member``."""
        names = [name for name, _ in self.members]
        cut = names.index(member) + 1
        turned = self.members[cut:] + self.members[:cut]
        return Brokers(turned, self.user, self.password, self.vhost, self.port)

    def url(self, position: int) -> URL:
        """The broker at a position of the list, which is gone round and round."""
        _, address = self.members[position % len(self.members)]
        return URL.build(
            scheme="amqp",
            user=self.user,
            password=self.password,
            host=address,
            port=self.port,
            path="/" + self.vhost.lstrip("/"),
        )


class _Wire(TCPTransportFactory):
    """Remembers the writer, so that the connection can be cut without a goodbye."""

    writer: asyncio.StreamWriter | None = None

    async def create(self, url: URL, **kwargs: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, self.writer = await super().create(url, **kwargs)
        link = self.writer.get_extra_info("socket")
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(_UNHEARD * 1000))
        return reader, self.writer

    def cut(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()


@dataclass
class Session:
    """One connection to one broker with one channel that confirms."""

    broker: str
    channel: AbstractChannel
    wire: _Wire = field(repr=False)

    @classmethod
    async def open(cls, brokers: Brokers, position: int) -> Session:
        """Connect to the broker at a position of the list.

        Raises:
            OSError: it does not answer, or refuses the login.
        """
        wire = _Wire()
        connection = Connection(brokers.url(position), transport_factory=wire)
        try:
            await connection.connect()
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        except _BROKEN as error:
            wire.cut()
            raise _lost(error) from error
        except BaseException:
            wire.cut()
            raise
        return cls(brokers.members[position % len(brokers.members)][0], channel, wire)

    def cut(self) -> None:
        """End the connection at once, without a word to the broker."""
        self.wire.cut()


class AmqpClient:
    """Publishes its numbers to one queue and waits for each confirm.

    The queue is led by ``leader``; the client connects to another member first and goes on to the next
    one whenever its connection fails or a confirm is overdue, as clients with a broker list do.
    """

    kind = "amqp"
    serial = False

    def __init__(
        self, brokers: Brokers, leader: str, run: str, *, interval: float = 0.1, timeout: float = 2.5
    ) -> None:
        self.name = f"publish {leader}"
        self.queue = f"nines.{run}.{leader}"
        self.leader = leader
        self.asks = f"publish to the quorum queue that {leader} leads, and wait for the confirm"
        self.interval = interval
        self.timeout = timeout
        self.connections = 0
        self.written: dict[int, Reply] = {}
        self._declarer = brokers
        self._brokers = brokers.after(leader)
        self._position = 0
        self._held: Session | None = None
        self._connecting = anyio.Lock()

    async def open(self) -> None:
        """Declare the queue at its leader (a client-local leader is where the declarer is connected)."""
        names = [name for name, _ in self._declarer.members]
        session = await Session.open(self._declarer, names.index(self.leader))
        try:
            await _declare(session, self.queue)
        finally:
            session.cut()

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """Publish one message; good once a majority of the queue's members has it on disk."""
        self.written[this.number] = Reply.FAIL
        session = await self._session()
        try:
            self.written[this.number] = Reply.UNKNOWN
            this.sent = True
            # Properties of its own: aiormq writes the id into them by which it tells whose message returns.
            confirm = await session.channel.basic_publish(
                str(this.number).encode(),
                routing_key=self.queue,
                mandatory=True,
                properties=aiormq.spec.Basic.Properties(delivery_mode=_PERSISTENT),
            )
        except aiormq.exceptions.PublishError as error:
            self.written[this.number] = Reply.FAIL  # returned: no such queue
            return Reply.FAIL, str(error)
        except aiormq.exceptions.DeliveryError:  # a nack: "an internal error in the queue's process"
            return Reply.UNKNOWN, "the broker could not confirm"
        except _BROKEN as error:
            self._abandon(session)
            raise _lost(error) from error
        except BaseException:  # overdue: the driver's timeout cancels the attempt
            self._abandon(session)
            raise
        if not isinstance(confirm, aiormq.spec.Basic.Ack):
            return Reply.UNKNOWN, "the broker could not confirm"
        self.written[this.number] = Reply.OK
        return Reply.OK, session.broker

    async def close(self) -> None:
        """Cut the connection."""
        if self._held is not None:
            self._abandon(self._held)

    async def _session(self) -> Session:
        async with self._connecting:
            if self._held is None:
                try:
                    with anyio.fail_after(_CONNECT):
                        self._held = await Session.open(self._brokers, self._position)
                except BaseException:
                    self._position += 1
                    raise
                self.connections += 1
            return self._held

    def _abandon(self, session: Session) -> None:
        session.cut()
        if self._held is session:
            self._held = None
            self._position += 1


async def drain(brokers: Brokers, queues: Sequence[str], *, within: float = 60.0) -> dict[str, list[int]]:
    """Everything that lies in the queues, by queue; they are deleted afterwards.

    Raises:
        OSError: no broker answered, or draining took longer than ``within`` seconds.
    """
    with anyio.fail_after(within):
        session = await _any_session(brokers)
        try:
            found = {}
            for queue in queues:
                found[queue] = await _drained(session, queue)
                await session.channel.queue_delete(queue)
        except _BROKEN as error:
            raise _lost(error) from error
        finally:
            session.cut()
    return found


async def _any_session(brokers: Brokers) -> Session:
    refused: OSError = ConnectionError("no broker is known")
    for position in range(len(brokers.members)):
        try:
            return await Session.open(brokers, position)
        except OSError as error:
            refused = error
    raise refused


async def _drained(session: Session, queue: str) -> list[int]:
    """All messages of a queue, acknowledged as they come.

    Delivered in bulk; when nothing has come for a while the broker is asked for one more message, and
    only its answer "empty" ends it.
    """
    numbers: list[int] = []
    while True:
        numbers += await _consumed(session, queue)
        message = await session.channel.basic_get(queue, no_ack=True)
        if isinstance(message.delivery, aiormq.spec.Basic.GetEmpty):
            return numbers
        numbers.append(int(message.body))


async def _consumed(session: Session, queue: str) -> list[int]:
    """What is delivered until nothing has come for a while."""
    numbers: list[int] = []

    async def deliver(message: DeliveredMessage) -> None:
        numbers.append(int(message.body))

    consumer = await session.channel.basic_consume(queue, deliver, no_ack=True)
    seen = -1
    while seen < len(numbers):
        seen = len(numbers)
        await anyio.sleep(_QUIET)
    await session.channel.basic_cancel(str(consumer.consumer_tag))
    return numbers


async def _declare(session: Session, queue: str) -> None:
    try:
        await session.channel.queue_declare(
            queue,
            durable=True,
            arguments={
                "x-queue-type": "quorum",
                "x-queue-leader-locator": "client-local",
                "x-expires": _EXPIRES_MS,
            },
        )
    except _BROKEN as error:
        raise _lost(error) from error


def _lost(error: Exception) -> ConnectionError:
    return ConnectionError(f"{type(error).__name__}: {' '.join(map(str, error.args))}".rstrip(": "))

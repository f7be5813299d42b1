"""A broker of one process that speaks enough AMQP 0-9-1 to confirm, refuse, stall and die on command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pamqp import commands, frame, header
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.heartbeat import Heartbeat

_START = commands.Connection.Start(
    server_properties={"capabilities": {"publisher_confirms": True, "basic.nack": True}},
    mechanisms="PLAIN",
    locales="en_US",
)


class Broker:
    """``mode``: confirm, silent (takes messages, never confirms), nack, return, or reset (hangs up)."""

    def __init__(self) -> None:
        self.mode = "confirm"
        self.queues: dict[str, list[bytes]] = {}
        self.declared: list[tuple[str, dict[str, object]]] = []
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []

    def hang_up(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        self.connections += 1
        self._writers.append(writer)
        with suppress(OSError, EOFError):
            await reader.readexactly(8)
            self._send(writer, 0, _START)
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer, tag, routing, properties = b"", 0, "", None
        while chunk := await reader.read(65536):
            buffer += chunk
            while True:
                try:
                    used, channel, got = frame.unmarshal(buffer)
                except Exception:  # noqa: BLE001 - pamqp raises several kinds for half a frame
                    break
                buffer = buffer[used:]
                if isinstance(got, commands.Basic.Publish):
                    routing = got.routing_key
                elif isinstance(got, header.ContentHeader):
                    properties = got.properties
                elif isinstance(got, ContentBody):
                    tag += 1
                    self._published(
                        writer, channel, tag=tag, queue=routing, body=got.value, properties=properties
                    )
                elif not isinstance(got, Heartbeat):
                    self._answer(writer, channel, got)

    def _published(
        self,
        writer: asyncio.StreamWriter,
        channel: int,
        *,
        tag: int,
        queue: str,
        body: bytes,
        properties: commands.Basic.Properties | None,
    ) -> None:
        if self.mode == "reset":
            writer.transport.abort()
        elif self.mode == "nack":
            self._send(writer, channel, commands.Basic.Nack(delivery_tag=tag))
        elif self.mode == "return":
            self._send(writer, channel, commands.Basic.Return(312, "NO_ROUTE", "", queue))
            self._content(writer, channel, body, properties)
            self._send(writer, channel, commands.Basic.Ack(delivery_tag=tag))
        elif self.mode == "confirm":
            self.queues.setdefault(queue, []).append(body)
            self._send(writer, channel, commands.Basic.Ack(delivery_tag=tag))

    def _answer(self, writer: asyncio.StreamWriter, channel: int, got: object) -> None:
        if isinstance(got, commands.Basic.Get):
            self._get(writer, channel, got.queue)
            return
        if isinstance(got, commands.Basic.Consume):
            self._deliver(writer, channel, got.queue, got.consumer_tag or "c")
            return
        if isinstance(got, commands.Queue.Declare):
            self.queues.setdefault(got.queue, [])
            self.declared.append((got.queue, dict(got.arguments or {})))
        replies: dict[type, Frame] = {
            commands.Connection.StartOk: commands.Connection.Tune(10, 131072, 0),
            commands.Connection.Open: commands.Connection.OpenOk(),
            commands.Channel.Open: commands.Channel.OpenOk(),
            commands.Confirm.Select: commands.Confirm.SelectOk(),
            commands.Queue.Declare: commands.Queue.DeclareOk(getattr(got, "queue", ""), 0, 0),
            commands.Basic.Cancel: commands.Basic.CancelOk(getattr(got, "consumer_tag", "")),
            commands.Queue.Delete: commands.Queue.DeleteOk(0),
        }
        if type(got) in replies:
            self._send(writer, channel, replies[type(got)])

    def _deliver(self, writer: asyncio.StreamWriter, channel: int, queue: str, tag: str) -> None:
        """All but the last message, as a broker may that pauses for a moment."""
        self._send(writer, channel, commands.Basic.ConsumeOk(tag))
        waiting = self.queues.get(queue, [])
        for number, body in enumerate(waiting[:-1], start=1):
            delivery = commands.Basic.Deliver(tag, number, redelivered=False, exchange="", routing_key=queue)
            self._send(writer, channel, delivery)
            self._content(writer, channel, body, None)
        del waiting[:-1]

    def _get(self, writer: asyncio.StreamWriter, channel: int, queue: str) -> None:
        if not self.queues.get(queue):
            self._send(writer, channel, commands.Basic.GetEmpty())
            return
        body = self.queues[queue].pop(0)
        left = len(self.queues[queue])
        found = commands.Basic.GetOk(1, redelivered=False, exchange="", routing_key=queue, message_count=left)
        self._send(writer, channel, found)
        self._content(writer, channel, body, None)

    def _content(
        self,
        writer: asyncio.StreamWriter,
        channel: int,
        body: bytes,
        properties: commands.Basic.Properties | None,
    ) -> None:
        kept = properties or commands.Basic.Properties()
        writer.write(frame.marshal(header.ContentHeader(0, len(body), kept), channel))
        writer.write(frame.marshal(ContentBody(body), channel))

    def _send(self, writer: asyncio.StreamWriter, channel: int, what: Frame) -> None:
        writer.write(frame.marshal(what, channel))


@asynccontextmanager
async def broking(broker: Broker, address: str, port: int = 0) -> AsyncIterator[int]:
    """Listen on a loopback address; the port."""
    listener = await asyncio.start_server(broker.accept, address, port)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        broker.hang_up()
        await asyncio.sleep(0)

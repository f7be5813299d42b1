"""An address that answers pings: what users of a virtual network have of a router is nothing else.

Needs CAP_NET_RAW, and a way to the address from this machine.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time

import anyio

from fournines.probe.client import Attempt
from fournines.probe.made import Made
from fournines.probe.sample import Reply

_ECHO, _ECHO_REPLY = 8, 0
_HEADER = struct.Struct("!BBHHH")
"""Type, code, checksum, identifier, sequence number (RFC 792)."""
_ANSWERS_WITHIN = 60.0
"""Seconds that a new address may take until it answers for the first time."""


def checksum(data: bytes) -> int:
    """The one's complement of the one's complement sum of all 16-bit words (RFC 1071)."""
    padded = data + b"\x00" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def request(identifier: int, number: int) -> bytes:
    """An echo request without data."""
    bare = _HEADER.pack(_ECHO, 0, 0, identifier, number)
    return _HEADER.pack(_ECHO, 0, checksum(bare), identifier, number)


def answers(packet: bytes, identifier: int, number: int) -> bool:
    """Whether an IPv4 packet as a raw socket gives it is the answer to that request."""
    if len(packet) < 1:
        return False
    header = (packet[0] & 0x0F) * 4
    if len(packet) < header + _HEADER.size:
        return False
    kind, code, _, whose, which = _HEADER.unpack_from(packet, header)
    return (kind, code, whose, which) == (_ECHO_REPLY, 0, identifier, number)


class PingClient:
    """Asks the address of what is made for this run and taken away after it; good is an answer at all."""

    kind = "ping"
    serial = False

    def __init__(self, made: Made, *, interval: float = 0.1, timeout: float = 1.0) -> None:
        self.name = made.name
        self.asks = f"ICMP echo to the address of a {made.name}"
        self.interval = interval
        self.timeout = timeout
        self.address = ""
        self._made = made
        self._identifier = secrets.randbelow(1 << 16)

    async def open(self) -> None:
        """Have the address made, and wait for its first answer.

        Raises:
            OSError: it was not made, or does not answer.
        """
        self.address = await self._made.make()
        until = time.monotonic() + _ANSWERS_WITHIN
        while not await self._answers_once():
            if time.monotonic() > until:
                raise OSError(f"{self.address} does not answer within {_ANSWERS_WITHIN:g} s")

    async def _answers_once(self) -> bool:
        with anyio.move_on_after(self.timeout):
            reply, _ = await self.attempt(Attempt(0))
            return reply is Reply.OK
        return False

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One echo request, over a socket of its own so that late answers to others are nobody's."""
        number = this.number & 0xFFFF
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP) as opened:
            opened.connect((self.address, 0))
            this.sent = True
            opened.send(request(self._identifier, number))
            while True:
                await anyio.wait_readable(opened)
                if answers(opened.recv(2048), self._identifier, number):
                    return Reply.OK, self.address

    async def close(self) -> None:
        """Take it away."""
        await self._made.unmake()

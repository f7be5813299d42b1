"""Pings: made by hand, told apart, and asked of an address that exists only meanwhile."""

from __future__ import annotations

import os
import struct

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.engine.wire.transport import Call, Fake
from fournines.errors import TransportError
from fournines.kit.check import Ask, Output
from fournines.probe.client import Attempt
from fournines.probe.made import Made
from fournines.probe.ping import PingClient, answers, checksum, request
from fournines.probe.sample import Reply

IP = b"\x45" + bytes(19)
"""An IPv4 header without options, as a raw socket puts it before what it gives."""
MAKE, UNMAKE = Ask(("make",)), Ask(("unmake",))
raw = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets are root's")


def reply(identifier: int, number: int, kind: int = 0) -> bytes:
    return struct.pack("!BBHHH", kind, 0, 0, identifier, number)


@given(st.binary(max_size=64))
def test_data_with_its_checksum_sums_up_to_nothing(data: bytes) -> None:
    even = data + bytes(len(data) % 2)
    assert checksum(even + checksum(data).to_bytes(2, "big")) == 0


def test_a_request_carries_its_number_and_a_right_checksum() -> None:
    sent = request(7, 65535)
    assert checksum(sent) == 0
    assert sent[:2] == b"\x08\x00"
    assert struct.unpack("!HH", sent[4:]) == (7, 65535)


def test_only_the_answer_to_this_very_request_counts() -> None:
    assert answers(IP + reply(7, 3), 7, 3)
    assert answers(b"\x46" + bytes(23) + reply(7, 3), 7, 3), "options make the header longer"
    for other in (reply(7, 4), reply(8, 3), reply(7, 3, kind=8), reply(7, 3)[:-1]):
        assert not answers(IP + other, 7, 3)


@given(st.binary(max_size=40))
def test_no_packet_is_too_odd_to_be_read(packet: bytes) -> None:
    assert isinstance(answers(packet, 7, 3), bool)


def client(transport: Fake, address: str = "127.0.0.1") -> PingClient:
    made = Made("router", transport, "host", make=MAKE, address=lambda _: address, unmake=UNMAKE)
    return PingClient(made)


@raw
def test_it_is_made_asked_and_taken_away() -> None:
    transport = Fake(lambda _: Output(0, ""))

    async def run() -> tuple[Reply, str]:
        one = client(transport)
        await one.open()
        found = await one.attempt(Attempt(5))
        await one.close()
        await one.close()
        return found

    assert anyio.run(run) == (Reply.OK, "127.0.0.1")
    assert [call.argv for call in transport.calls] == [MAKE.argv, UNMAKE.argv]


def test_what_cannot_be_made_is_said_and_taken_away_again() -> None:
    def answer(call: Call) -> Output:
        if call.argv == UNMAKE.argv:
            raise TransportError("the host is gone", where="host")
        return Output(1, "", "Traceback\nTimeoutError: not one host is active")

    transport = Fake(answer)

    async def run() -> None:
        one = client(transport)
        try:
            await one.open()
        finally:
            await one.close()

    with pytest.raises(OSError, match="could not make a router: TimeoutError: not one host"):
        anyio.run(run)
    assert [call.argv for call in transport.calls] == [MAKE.argv, UNMAKE.argv]


def test_what_was_never_opened_is_not_taken_away() -> None:
    transport = Fake(lambda _: Output(0, ""))
    anyio.run(client(transport).close)
    assert transport.calls == []

"""ARP frames, as they are on the wire."""

from __future__ import annotations

from ipaddress import IPv4Address

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.probe.client import Attempt
from fournines.probe.vip import Claim, VipClient, claim_in, interface_to, new_mac, question

VIP = IPv4Address("10.0.0.20")
MAC = bytes.fromhex("0242ac110002")
REPLY = bytes.fromhex("0242ac110002a6d1c1f0e2b308060001080006040002a6d1c1f0e2b30a0000140242ac1100020a0000fe")


def test_a_question_is_a_probe_that_teaches_nobody_an_address() -> None:
    frame = question(MAC, VIP)
    assert frame.hex() == (
        "ffffffffffff0242ac110002080600010800060400010242ac110002000000000000000000000a000014"
    )


def test_a_probes_mac_is_local_and_its_own() -> None:
    one, other = new_mac(), new_mac()
    assert one != other
    assert one[0] & 0b11 == 0b10, "locally administered, one receiver"


def test_a_reply_is_a_claim_and_a_question_is_none() -> None:
    assert claim_in(REPLY) == Claim("a6:d1:c1:f0:e2:b3", VIP)
    assert claim_in(REPLY + bytes(18)) == Claim("a6:d1:c1:f0:e2:b3", VIP), "padded to the least frame"
    assert claim_in(question(MAC, VIP)) is None


@given(st.binary(max_size=80))
def test_no_frame_is_too_strange(frame: bytes) -> None:
    assert claim_in(frame) is None or len(frame) >= 42


def test_the_way_to_an_address_is_the_interface_that_carries_ours() -> None:
    assert interface_to(IPv4Address("127.0.0.1")) == "lo"


def test_a_client_that_is_not_open_has_nothing_to_say() -> None:
    with pytest.raises(OSError, match="not open"):
        anyio.run(VipClient(VIP, {}).attempt, Attempt(0))

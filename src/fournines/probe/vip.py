"""Who answers for the VIP: asked by ARP, as every client's kernel does, so that two owners show.

The question is an ARP probe (RFC 5227: no sender address) from a MAC of its own, so that it leaves no
trace: no host learns anything from it, and this machine's kernel, which takes a late answer of a stale
owner for news, never sees the answers. Needs CAP_NET_RAW and a place on the VIP's own network.
"""

from __future__ import annotations

import fcntl
import secrets
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

import anyio

from fournines.probe.client import Attempt
from fournines.probe.sample import Reply

_ETH_P_ARP = 0x0806
_SIOCGIFADDR = 0x8915
_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, _PACKET_MR_PROMISC = 263, 1, 1  # linux/if_packet.h
_ARP = struct.Struct("!6s6sHHHBBH6s4s6s4s")
"""Ethernet and ARP headers for IPv4 (RFC 826): to, from, type, htype, ptype, hlen, plen, operation,
sender's MAC and address, target's MAC and address."""
_BROADCAST = b"\xff" * 6
_NOBODY = b"\x00" * 6
_REPLY = 2

NOBODY = "nobody"
"""The detail of a question that no host answered."""
SHARED = "+"
"""Stands between the names of several owners."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody with this MAC says: I have this address."""

    mac: str
    address: IPv4Address


def question(mac: bytes, wanted: IPv4Address) -> bytes:
    """The frame that asks everybody who has an address; answers go to ``mac``."""
    nowhere = bytes(4)
    return _ARP.pack(_BROADCAST, mac, _ETH_P_ARP, 1, 0x0800, 6, 4, 1, mac, nowhere, _NOBODY, wanted.packed)


def new_mac() -> bytes:
    """A locally administered unicast MAC that nobody else has."""
    return b"\x02" + secrets.token_bytes(5)


def claim_in(frame: bytes) -> Claim | None:
    """The claim a frame makes, None if it is no ARP reply for IPv4."""
    if len(frame) < _ARP.size:
        return None
    _, _, kind, hardware, protocol, _, _, operation, mac, address, _, _ = _ARP.unpack_from(frame)
    if (kind, hardware, protocol, operation) != (_ETH_P_ARP, 1, 0x0800, _REPLY):
        return None
    return Claim(mac.hex(":"), IPv4Address(address))


def interface_to(address: IPv4Address) -> str:
    """The interface by which packets to ``address`` leave.

    Raises:
        OSError: there is no route to it, or no interface carries our address.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((str(address), 9))
        mine = IPv4Address(s.getsockname()[0])
        for _, name in socket.if_nameindex():
            try:
                raw = fcntl.ioctl(s, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # an interface without an address
                continue
            if IPv4Address(raw[20:24]) == mine:
                return name
    raise OSError(f"no interface carries {mine}")


class VipClient:
    """Asks who has the VIP and collects every answer of the next 50 ms; good is exactly one owner.

    The detail names the owners (``controller1``, ``controller1+controller2``) or says ``nobody``.
    ``hosts`` are the addresses of hosts that may own it, by name.
    """

    name = "vip"
    kind = "vip"
    serial = True

    def __init__(
        self,
        vip: IPv4Address,
        hosts: Mapping[str, IPv4Address],
        *,
        interval: float = 0.1,
        listen: float = 0.05,
    ) -> None:
        self.asks = f"ARP: who has {vip}?"
        self.interval = interval
        self.timeout = max(1.0, 4 * listen)
        self._vip = vip
        self._names = {address: name for name, address in hosts.items()}
        self._macs: dict[str, str] = {}
        self._listen = listen
        self._socket: socket.socket | None = None
        self._mac = new_mac()

    async def open(self) -> None:
        """Open the raw socket and learn which host has which MAC."""
        interface = interface_to(self._vip)
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        self._socket = opened = socket.socket(socket.AF_PACKET, kind, socket.htons(_ETH_P_ARP))
        opened.bind((interface, _ETH_P_ARP))
        # Answers go to a MAC that is not the interface's: it must hand over what is not for it.
        everything = struct.pack("iHH8s", socket.if_nametoindex(interface), _PACKET_MR_PROMISC, 0, b"")
        opened.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, everything)
        await self._learn(opened)

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One question; all its answers."""
        if self._socket is None:
            raise OSError("not open")
        this.sent = True
        owners = await self._owners(self._socket)
        if not owners <= self._macs.keys():  # a host came back with another MAC
            await self._learn(self._socket)
        names = sorted({self._macs.get(mac, mac) for mac in owners})
        return (Reply.OK if len(names) == 1 else Reply.FAIL), SHARED.join(names) or NOBODY

    async def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _owners(self, opened: socket.socket) -> set[str]:
        opened.send(question(self._mac, self._vip))
        return {claim.mac for claim in await self._claims(opened) if claim.address == self._vip}

    async def _learn(self, opened: socket.socket) -> None:
        for address in self._names:
            opened.send(question(self._mac, address))
        for claim in await self._claims(opened):
            if claim.address in self._names:
                self._macs[claim.mac] = self._names[claim.address]

    async def _claims(self, opened: socket.socket) -> list[Claim]:
        """Every claim heard within the listening time."""
        claims: list[Claim] = []
        with anyio.move_on_after(self._listen):
            while True:
                await anyio.wait_readable(opened)
                claim = claim_in(opened.recv(2048))
                claims += [claim] if claim else []
        return claims

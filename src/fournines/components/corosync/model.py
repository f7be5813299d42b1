"""Corosync's options, the links between its members, and the shapes that their votes can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from fournines.kit.where import on
from fournines.spec.model import Host, Role, Site, Strict
from fournines.spec.types import Milliseconds, Truth, Whole

MEMBERS = on(Role.CONTROLLER, Role.ARBITER)
"""Every host that votes."""
AUTHKEY = "corosync/authkey"
"""The name under which the members' key is kept."""
PORT = 5405
_PORTS_APART = 2
"""Two for each link, as corosync itself counts where nothing is written (totemconfig.c)."""
MOST_LINKS = 8
"""Of knet (corosync.conf(5), interface)."""
PAIR = 2
_SMALL = 3


class Options(Strict):
    """What a site may override, under the names of corosync.conf(5)."""

    token: Milliseconds = Field(default=1000, ge=500, le=60_000)
    """How long a member may be silent until it is taken for dead; agreeing about that takes as long again
    (``consensus``, 1.2 tokens). corosync's own default is 3000, the guide's 10000. Less than 400 corosync
    3.1.9 takes by reload and then does not boot with it: a link's timeout falls below knet's resolution."""
    token_retransmits_before_loss_const: Whole = Field(default=4, ge=1, le=20)
    """How often a lost token is sent again within ``token``. It makes nothing longer."""
    last_man_standing: Truth | None = None
    """Count the votes anew when hosts are lost one after the other, down to two. Unless given: from four
    members on, where it makes a difference."""
    last_man_standing_window: Milliseconds = Field(default=10_000, ge=1000, le=600_000)
    """How long what is left must have been the majority before it is counted anew."""
    wait_for_all: Truth | None = None
    """After a cold start nobody is the majority before all have been seen once. Unless given: with two
    members, and with ``last_man_standing``, which are not safe without it. With an odd number of members the
    majority is enough, and a host that never comes back holds up nobody."""
    crypto_cipher: Literal["aes256", "aes192", "aes128"] = "aes256"
    """What members' messages are encrypted with."""
    crypto_hash: Literal["sha256", "sha384", "sha512"] = "sha256"
    """What they are signed with."""
    sched_rr: Truth = True
    """Run before every ordinary program (SCHED_RR), so that a busy host is not taken for a lost one. Say no
    where processors are emulated: there Corosync's own work takes so long that it starves all others, and it
    gets the highest ordinary priority instead."""


@dataclass(frozen=True, slots=True)
class Link:
    """A network that members hear each other through. The one with the higher priority carries the load."""

    number: int
    network: str
    priority: int
    port: int


@dataclass(frozen=True, slots=True)
class Quorum:
    """How votes are counted (votequorum(5)).

    ``two_node``: one of two is enough, and whoever is alone must fence the other before it goes on.
    """

    two_node: bool
    wait_for_all: bool
    last_man_standing: bool


def agreed_seconds(options: Options) -> float:
    """From a member's last sign of life to the others' agreement that it is lost.

    The token is missed, and ``consensus`` (1.2 tokens unless said otherwise, corosync.conf(5)) passes.
    """
    return 2.2 * options.token / 1000


def links(site: Site) -> tuple[Link, ...]:
    """A link through each network in which every member has an address; the cluster network is preferred."""
    shared = [n for n in site.networks if all(n in host.addresses for host in MEMBERS(site))]
    ordered = sorted(shared, key=lambda name: name != site.cluster_network)[:MOST_LINKS]
    return tuple(
        Link(number, name, priority=len(ordered) - number, port=PORT + _PORTS_APART * number)
        for number, name in enumerate(ordered)
    )


def node_id(site: Site, host: Host) -> int:
    """A member's number: its address within the cluster network.

    A member that joins or leaves changes nobody else's, as its place in a list would.
    """
    network = site.networks[site.cluster_network].range
    return int(site.address(host)) - int(network.network_address)


def quorum(count: int, options: Options) -> Quorum:
    """The shape of the votes of so many members.

    Counting anew from three makes no sense (the next one lost leaves one of two, which is no majority), nor
    beside ``two_node``.
    """
    pair = count == PAIR
    standing = count > _SMALL and options.last_man_standing is not False
    standing = standing or (count == _SMALL and options.last_man_standing is True)
    wait = pair or standing if options.wait_for_all is None else options.wait_for_all
    return Quorum(two_node=pair, wait_for_all=wait, last_man_standing=standing)

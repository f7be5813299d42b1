"""keepalived's options, and the arithmetic behind its configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from ipaddress import IPv4Address

from pydantic import Field

from fournines.components.keepalived.on_host.fitness import Question
from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host, Strict, Vip
from fournines.spec.types import RouterNumber, Seconds

LOG = "/var/log/keepalived.log"
TAGS = ("Keepalived", "Keepalived_vrrp", "keepalived")
"""The tags of its parent, of its VRRP process, and of what systemd catches before either has begun to log."""

HIGHEST = 254
"""255 is reserved for the owner of the address (RFC 9568, 5.2.4)."""
_STEP = 100
_LOWEST = 54

ANSWERS_INTERVAL = 0.5
ANSWERS_TIMEOUT = 0.3
SERVES_INTERVAL = 1.0


class Options(Strict):
    """What a site may override."""

    advert_seconds: Seconds = Field(default=0.1, ge=0.05, le=10)
    """Time between two adverts. A silent holder is replaced after three of them and the skew: 0.3 s here."""
    vrid: RouterNumber | None = None
    """The virtual routers' number, which must be unique in each network with a VIP; the last octet of the
    network's first VIP unless given."""


@dataclass(frozen=True, slots=True)
class Router:
    """A VRRP instance of one host: the VIPs of one network, which move together.

    Each network has its own. HAProxy is a proxy and no router: nothing needs two VIPs on one host, so there
    is no sync group, and trouble in one network moves that network's VIPs and no others. ``addresses`` are
    ``ADDRESS/PREFIX dev INTERFACE``, as the holder configures them.
    """

    name: str
    interface: str
    number: int
    own: IPv4Address
    peers: tuple[IPv4Address, ...]
    addresses: tuple[str, ...]


def priority(position: int, count: int) -> int:
    """The priority of the controller at this position (0 is the preferred one) among ``count``.

    They lie 100 apart where possible: the delay before a backup takes over differs by
    ``gap * advert / 256``, and with 10 between them two backups became master within 0.2 ms of each other;
    clients then followed the loser until the next gratuitous ARP, a second later (measured, 2 of 22).
    """
    step = min(_STEP, (HIGHEST - _LOWEST) // max(1, count - 1))
    return max(1, HIGHEST - position * max(1, step))


def router_number(vip: Vip, options: Options) -> int:
    """The VRID: the option, or the VIP's last octet (1 where that is 0)."""
    return options.vrid or int(vip.address) % 256 or 1


def routers(context: Context, host: Host) -> tuple[Router, ...]:
    """The VRRP instances of a controller, each named after the first VIP of its network."""
    site, options = context.site, context.options("keepalived", Options)
    by_network: dict[str, list[str]] = {}
    for name, vip in site.vips.items():
        by_network.setdefault(vip.network, []).append(name)
    found = []
    for network, names in by_network.items():
        interface, prefix = context.interface(host, network), site.networks[network].prefix
        found.append(
            Router(
                name=names[0],
                interface=interface,
                number=router_number(site.vips[names[0]], options),
                own=site.address(host, network),
                peers=tuple(site.address(c, network) for c in VIP_HOSTS(site) if c != host),
                addresses=tuple(f"{site.vips[n].address}/{prefix} dev {interface}" for n in names),
            )
        )
    return tuple(found)


def serves_fall(condition: VipCondition) -> int:
    """How many failures in a row make a host give up the VIPs because nothing behind it can be used.

    A failure may fall on the moment before the balancer has routed around a dead backend, so the first
    and the last of them must lie further apart than that takes: ``(fall - 1) * interval > settles``
    (OpenShift learned this in machine-config-operator 2091).
    """
    return math.floor(condition.settles / SERVES_INTERVAL) + 2


def questions(context: Context) -> tuple[Question, ...]:
    """Two questions for each condition: does it react at all (soon noticed), is it of any use (patiently).

    What keepalived makes of the answers has no weight: with one it would only lower the priority, and
    ``nopreempt`` keeps others from taking over from a living master (acassen/keepalived 2599). Without, a
    failure is FAULT: the holder says goodbye (priority 0), and a backup takes over after its skew time.
    """
    found = []
    for condition in context.declared(VipCondition):
        found += [
            Question(
                f"{condition.name}_answers",
                condition.answers,
                interval=ANSWERS_INTERVAL,
                timeout=ANSWERS_TIMEOUT,
                fall=2,
                rise=2,
            ),
            Question(
                f"{condition.name}_serves",
                condition.serves,
                interval=SERVES_INTERVAL,
                timeout=SERVES_INTERVAL * 0.8,
                fall=serves_fall(condition),
                rise=2,
            ),
        ]
    return tuple(found)

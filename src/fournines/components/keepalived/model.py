"""keepalived's options, and the arithmetic behind its configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pydantic import Field

from fournines.kit.context import Context
from fournines.kit.declare import VipCondition
from fournines.spec.model import Host, Site, Strict

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

    advert_seconds: float = Field(default=0.1, ge=0.05, le=10)
    """Time between two adverts. A silent holder is replaced after three of them and the skew: 0.3 s here."""
    vrid: int | None = Field(default=None, ge=1, le=255)
    """The virtual router's number, which must be unique in the network; the VIP's last octet unless given."""
    interfaces: dict[str, str] = Field(default_factory=dict)
    """The controllers' interface in each network, by network name; eth0 in the first network a controller is
    attached to, eth1 in the second, ... unless given."""


@dataclass(frozen=True, slots=True)
class Script:
    """A program keepalived runs to learn whether its host may hold the VIPs. Times in seconds."""

    name: str
    command: str
    interval: float
    timeout: float
    fall: int
    rise: int


@dataclass(frozen=True, slots=True)
class Address:
    """A VIP as the holder configures it."""

    address: str
    interface: str

    def __str__(self) -> str:
        """``10.0.0.20/24 dev eth0``."""
        return f"{self.address} dev {self.interface}"


def priority(position: int, count: int) -> int:
    """The priority of the controller at this position (0 is the preferred one) among ``count``.

    They lie 100 apart where possible: the delay before a backup takes over differs by
    ``gap * advert / 256``, and with 10 between them two backups became master within 0.2 ms of each other;
    clients then followed the loser until the next gratuitous ARP, a second later (measured, 2 of 22).
    """
    step = min(_STEP, (HIGHEST - _LOWEST) // max(1, count - 1))
    return max(1, HIGHEST - position * max(1, step))


def router_number(site: Site, options: Options) -> int:
    """The VRID: the option, or the VIP's last octet (1 where that is 0)."""
    return options.vrid or int(site.vip.address) % 256 or 1


def interface(site: Site, host: Host, network: str, options: Options) -> str:
    """The host's interface in a network."""
    if network in options.interfaces:
        return options.interfaces[network]
    attached = [name for name in site.networks if name in host.addresses]
    return f"eth{attached.index(network) if network in attached else 0}"


def addresses(site: Site, host: Host, options: Options) -> tuple[Address, ...]:
    """All VIPs: they move together, so that a client never finds one half of the control plane."""
    return tuple(
        Address(
            f"{vip.address}/{site.networks[vip.network].prefix}",
            interface(site, host, vip.network, options),
        )
        for vip in site.vips.values()
    )


def serves_fall(condition: VipCondition) -> int:
    """How many failures in a row make a host give up the VIPs because nothing behind it can be used.

    A failure may fall on the moment before the balancer has routed around a dead backend, so the first
    and the last of them must lie further apart than that takes: ``(fall - 1) * interval > settles``
    (OpenShift learned this in machine-config-operator 2091).
    """
    return math.floor(condition.settles / SERVES_INTERVAL) + 2


def scripts(context: Context) -> tuple[Script, ...]:
    """Two questions for each condition: does it react at all (soon noticed), is it of any use (patiently).

    No script has a weight: with one keepalived would only lower the priority, and ``nopreempt`` keeps
    others from taking over from a living master (acassen/keepalived 2599). Without, a failure is FAULT:
    the holder says goodbye (priority 0), and a backup takes over after its skew time. Programs are
    called directly, without a script file of our own that could be missing or unsafe.
    """
    found = []
    for condition in context.declared(VipCondition):
        found += [
            Script(
                f"{condition.name}_answers",
                _curl(ANSWERS_TIMEOUT, condition.answers),
                interval=ANSWERS_INTERVAL,
                timeout=1,
                fall=2,
                rise=2,
            ),
            Script(
                f"{condition.name}_serves",
                _curl(SERVES_INTERVAL * 0.8, condition.serves),
                interval=SERVES_INTERVAL,
                timeout=1,
                fall=serves_fall(condition),
                rise=2,
            ),
        ]
    return tuple(found)


def _curl(seconds: float, url: str) -> str:
    return f"/usr/bin/curl --silent --fail --output /dev/null --max-time {seconds:g} {url}"

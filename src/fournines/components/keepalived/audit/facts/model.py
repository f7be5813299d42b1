"""keepalived.conf as facts: VRRP instances, what they track, and the scripts that decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Place

ADVERT_INT = 1.0
"""Seconds; keepalived.conf(5) advert_int."""
DOWN_TIMER_ADVERTS = 3
"""Adverts that may be missed, keepalived.conf(5) vrrp_down_timer_adverts; RFC 5798 6.1."""


@dataclass(frozen=True)
class Block:
    """What every block of the file has: where it starts, and the line of each keyword in it."""

    at: Place
    places: Mapping[str, Place] = field(repr=False, hash=False, compare=False)

    def place(self, *keywords: str) -> Place:
        """The line of the first of these keywords that is there, else the block's first line."""
        return next((self.places[key] for key in keywords if key in self.places), self.at)

    def has(self, keyword: str) -> bool:
        """Whether the keyword is there at all."""
        return keyword in self.places


@dataclass(frozen=True)
class KeepalivedConf(Block):
    """One file: its global definitions. ``version`` is the VRRP version, 2 unless the file says otherwise."""

    name: str
    excerpt: bool
    router_id: str
    version: int
    strict: bool
    script_security: bool
    script_user: str
    included: tuple[tuple[str, Place], ...] = ()
    """The files it includes, as patterns, and where it does."""


@dataclass(frozen=True)
class VrrpScript(Block):
    """A ``vrrp_script``. Times in seconds; None where the value is no number (a placeholder)."""

    name: str
    command: str
    quoted: bool
    interval: float | None
    timeout: float | None
    weight: int | None
    reverse: bool
    fall: int | None
    rise: int | None
    user: str

    @property
    def detection(self) -> float | None:
        """Seconds until keepalived acts on a failure: fall x interval."""
        return None if self.interval is None or self.fall is None else self.interval * self.fall


@dataclass(frozen=True)
class MiscCheck(Block):
    """A program that decides whether a real server gets connections; its line is that of ``script``."""

    name: str
    command: str


@dataclass(frozen=True)
class TrackedProcess(Block):
    """A ``vrrp_track_process``."""

    name: str
    process: str
    weight: int | None


@dataclass(frozen=True)
class TrackedFile(Block):
    """A ``vrrp_track_file`` (``track_file`` since 2.1)."""

    name: str
    weight: int | None


@dataclass(frozen=True)
class Tracker:
    """One name inside ``track_script``, ``track_process``, ``track_file``, ``track_interface`` or such.

    ``weight`` is what is said here; None when the definition's own counts.
    """

    at: Place
    kind: str
    name: str
    weight: int | None
    reverse: bool


@dataclass(frozen=True)
class Vip:
    """One virtual address; ``address`` is None when it is not one (a placeholder, a name)."""

    at: Place
    text: str
    address: str | None
    dev: str
    excluded: bool
    untracked: bool


@dataclass(frozen=True)
class Notify:
    """A notify script of an instance or group: the event (``master``, ``backup``, ...) and the command."""

    at: Place
    event: str
    command: str


@dataclass(frozen=True)
class SyncGroup(Block):
    """A ``vrrp_sync_group``."""

    name: str
    members: tuple[str, ...]
    trackers: tuple[Tracker, ...]
    notifies: tuple[Notify, ...]


@dataclass(frozen=True)
class VrrpInstance(Block):
    """A ``vrrp_instance`` of one host. Numbers are None where they are missing or no number."""

    name: str
    state: str
    interface: str
    vrid: int | None
    priority: int | None
    advert_int: float | None
    version: int
    nopreempt: bool
    preempt_delay: float | None
    auth_type: str
    auth_pass: str
    vips: tuple[Vip, ...]
    source_address: str
    unicast: bool
    peers: tuple[tuple[str, Place], ...]
    trackers: tuple[Tracker, ...]
    notifies: tuple[Notify, ...]
    strict: bool
    closed: bool

    @property
    def addresses(self) -> frozenset[str]:
        """Its virtual addresses, without those it cannot announce (``virtual_ipaddress_excluded``)."""
        return frozenset(vip.address for vip in self.vips if vip.address and not vip.excluded)

    @property
    def backup(self) -> bool:
        """Whether it starts as BACKUP: also with no state, or one keepalived does not know."""
        return self.state.upper() != "MASTER"


@dataclass(frozen=True)
class RealServer:
    """A ``real_server`` of a ``virtual_server``; ``checked``: some healthchecker looks at it."""

    at: Place
    virtual: str
    name: str
    checked: bool


DELAY_LOOP = 60.0
"""Seconds between two looks at a real server when nothing is said (keepalived's check_data.h)."""


@dataclass(frozen=True)
class VirtualServer(Block):
    """A ``virtual_server``; ``delay_loop`` in seconds, None where it is no number."""

    name: str
    scheduler: str
    delay_loop: float | None
    servers: int

"""What `nines status` says, as values: the document of ``--json``, and what the screen shows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from fournines.kit.verdict import Outcome
from fournines.spec.model import Strict


class Level(StrEnum):
    """How bad it is, in the words of the Nagios plug-in guidelines."""

    OK = "ok"
    """Every quick promise holds."""
    WARNING = "warning"
    """Clients are served, but something is broken or not known: the next fault may hurt them."""
    CRITICAL = "critical"
    """Clients are not served, or may be served wrongly."""
    UNKNOWN = "unknown"
    """No host answered."""


EXIT_CODES = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}
"""What ``nines status`` exits with, as Nagios and its kin want it."""


class VipState(Strict):
    """Who holds a VIP."""

    name: str
    """The name clients use."""
    address: str
    """The moving address."""
    holders: tuple[str, ...]
    """The hosts that have the address; exactly one when all is well."""


class UnitState(Strict):
    """A unit that should run and does not."""

    unit: str
    """The systemd unit."""
    state: str
    """What systemd says of it, for example ``failed``."""


class HostState(Strict):
    """One host. Of a host that does not answer nothing but its name is known."""

    name: str
    """The host's name."""
    reachable: bool
    """Whether it answered in time."""
    up_seconds: int | None
    """Seconds since its first process started."""
    units: int
    """How many units should run on it."""
    not_running: tuple[UnitState, ...]
    """Those of them that do not."""


class PoolState(Strict):
    """The backends of one endpoint, as the balancer of the VIP's holder sees them."""

    name: str
    """The endpoint."""
    up: tuple[str, ...]
    """The hosts whose backend is in use or ready to be."""
    down: tuple[str, ...]
    """The hosts whose backend is not; of one that runs on one host at a time none, while it does."""
    writer: str | None
    """The one host that gets everything, if the endpoint has a single writer."""


class ComponentState(Strict):
    """One component and the worst of its quick promises."""

    name: str
    """The component."""
    outcome: Outcome
    """pass, fail or unknown."""
    holding: int
    """How many of its quick promises hold."""
    asked: int
    """How many were asked about."""
    seen: str
    """What was seen of the worst one; of the most telling one when all hold."""
    check: str
    """That promise's id."""


class StatusDocument(Strict):
    """What ``nines status --json`` prints."""

    format: Literal["fournines/status/1"] = "fournines/status/1"
    """The shape of this document."""
    site: str
    """The site's name."""
    at: datetime
    """When the hosts were asked (UTC)."""
    seconds: float
    """How long asking took, in seconds."""
    level: Level
    """ok, warning, critical or unknown."""
    why: str
    """The worst thing found, in a sentence."""
    vips: tuple[VipState, ...]
    """The VIPs and who holds them."""
    hosts: tuple[HostState, ...]
    """Every host, in the site's order."""
    pools: tuple[PoolState, ...]
    """The endpoints' backends; empty when no balancer answered."""
    components: tuple[ComponentState, ...]
    """Every component, in the site's order."""
    hint: str
    """What to do next: a command to type."""

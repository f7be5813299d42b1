"""RabbitMQ as facts: what a broker is told, in any of its four ways, and who its peers are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.audit.source import EVERY_HOST, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.evidence import Evidence

NET_TICKTIME = 60
"""Seconds; kernel(6) net_ticktime: a silent peer is given up after 45 to 75 s."""


@dataclass(frozen=True)
class BrokerSetting:
    """One setting under the name it has in ``rabbitmq.conf``, whatever file says it."""

    at: Place
    name: str
    value: str

    @property
    def number(self) -> int | None:
        """The value as a whole number."""
        return int(self.value) if re.fullmatch(r"\d{1,12}", self.value) else None


@dataclass(frozen=True)
class Member:
    """A broker that another one is told of: ``host`` is the part behind ``rabbit@``."""

    at: Place
    host: str
    ram: bool = False


@dataclass(frozen=True)
class BrokerConf:
    """One file of a broker; ``style`` is ``conf``, ``erlang`` or ``env``. The last of a name counts."""

    at: Place
    style: str
    settings: Mapping[str, BrokerSetting] = field(repr=False, hash=False, compare=False)
    members: tuple[Member, ...]
    excerpt: bool

    def get(self, name: str) -> BrokerSetting | None:
        """A setting by its name in ``rabbitmq.conf``."""
        return self.settings.get(name)

    def place(self, *names: str) -> Place:
        """The line of the first of these settings that is there, else the file's first line."""
        return next((s.at for name in names if (s := self.settings.get(name))), self.at)


@dataclass(frozen=True)
class Policy:
    """A policy on queues; ``definition`` is its JSON where it is any, ``pattern`` as the shell gives it.

    ``boot``: it stands in definitions, which a broker may import whenever it boots.
    """

    at: Place
    name: str
    pattern: str
    definition: Mapping[str, object] = field(hash=False)
    text: str
    apply_to: str = "all"
    boot: bool = False

    @property
    def synchronises(self) -> bool:
        """Whether a new mirror gets what is in the queue by itself (``ha-sync-mode``)."""
        said = self.definition.get("ha-sync-mode") if self.definition else None
        return said == "automatic" if self.definition else "ha-sync-mode" in self.text

    @property
    def mirrors(self) -> bool:
        """Whether this is classic mirroring (``ha-mode``)."""
        return "ha-mode" in self.definition or "ha-mode" in self.text


@dataclass(frozen=True)
class Joined:
    """``rabbitmqctl join_cluster``: to whom, and whether as a RAM node; ``shown`` in a status it prints."""

    at: Place
    target: str
    ram: bool
    shown: bool = False


@dataclass(frozen=True)
class Wiped:
    """``rabbitmqctl reset`` that is not a step of joining a cluster."""

    at: Place
    verb: str


@dataclass(frozen=True)
class Definitions:
    """A file of definitions, whatever is in it; ``queue_types``: what its virtual hosts make by default.

    ``classic``: where it declares durable queues that ask for no other type; ``no_policies``: where it says
    that there are none at all, and declares no queue.
    """

    at: Place
    queue_types: tuple[BrokerSetting, ...] = ()
    classic: tuple[Place, ...] = ()
    no_policies: Place | None = None


@dataclass(frozen=True)
class Misplaced:
    """A setting in the list of an application that does not read it; ``home`` is the one that does."""

    at: Place
    name: str
    application: str
    home: str


@dataclass(frozen=True)
class Cookie:
    """An Erlang cookie file. The secret itself stays out of ``repr``."""

    at: Place
    secret: str = field(repr=False)


@dataclass(frozen=True)
class CookieMode:
    """The mode a script gives the cookie file, in octal digits."""

    at: Place
    mode: str


@dataclass(frozen=True)
class BrokerVersion:
    """A release of RabbitMQ that a file names: exported definitions, an image's tag, a package's version."""

    at: Place
    major: int


@dataclass(frozen=True)
class Broker:
    """What the files of one host say about its broker, together. ``known``: its main file was given whole."""

    host: str
    confs: tuple[BrokerConf, ...]

    @property
    def at(self) -> Place:
        """The main file's first line."""
        return self.main.at

    @property
    def main(self) -> BrokerConf:
        """The file that holds RabbitMQ's own settings; the environment only when there is no other."""
        rank = {"conf": 0, "erlang": 1, "env": 2}
        return min(self.confs, key=lambda conf: (_advanced(conf), rank[conf.style]))

    @property
    def whole(self) -> bool:
        """Whether a complete main file was seen, so that what is absent is a default."""
        return self.main.style != "env" and not any(conf.excerpt for conf in self.confs)

    def get(self, name: str) -> BrokerSetting | None:
        """A setting; advanced.config wins over rabbitmq.conf (RabbitMQ configuration guide)."""
        found = [s for conf in sorted(self.confs, key=_advanced) if (s := conf.get(name))]
        return found[-1] if found else None

    @property
    def members(self) -> tuple[Member, ...]:
        """The brokers it is told of.

        Of two lists that have no broker in common one is an alternative: a sample, or another site's.
        """
        first = next((conf for conf in self.confs if conf.members), None)
        if first is None:
            return ()
        told = [conf for conf in self.confs if conf is first or not _alternative(first, conf)]
        return tuple(member for conf in told for member in conf.members)


def _alternative(first: BrokerConf, other: BrokerConf) -> bool:
    """Whether the second names none of the first's brokers, and is no further part of one list."""
    hosts = {member.host for member in first.members}
    keys = {name for name in first.settings if _NUMBERED.fullmatch(name)}
    parts = first.style == other.style == "conf" and keys.isdisjoint(other.settings)
    return not parts and hosts.isdisjoint(member.host for member in other.members)


_NUMBERED = re.compile(r"cluster_formation\.classic_config\.nodes\.\w+")


def _advanced(conf: BrokerConf) -> bool:
    return conf.at.path.rsplit("/", 1)[-1].startswith("advanced")


def brokers(site: Evidence) -> tuple[Broker, ...]:
    """The brokers of a site, one for each host that has files of one; shared files count for each."""
    return site.derived(_brokers)


def cluster(site: Evidence) -> frozenset[str]:
    """The names of the brokers of this site, as far as their own files say; empty when none does."""
    return site.derived(_cluster)


def major(site: Evidence) -> int | None:
    """The major release of the site's brokers, the least that is named; None when nothing says it."""
    return min((version.major for version in site.all(BrokerVersion)), default=None)


def _brokers(site: Evidence) -> tuple[Broker, ...]:
    table = site.by_host(BrokerConf)
    shared = table.pop(EVERY_HOST, ())
    if not table:
        return (Broker(EVERY_HOST, shared),) if shared else ()
    return tuple(Broker(host, (*shared, *confs)) for host, confs in table.items())


def _cluster(site: Evidence) -> frozenset[str]:
    named = {member.host for broker in brokers(site) for member in broker.members}
    named |= {joined.target for joined in site.all(Joined) if joined.target and "$" not in joined.target}
    own = {broker.host.lower() for broker in brokers(site) if broker.host}
    if len(own) > len(named):
        return frozenset(own)
    return frozenset(named)


def broker_host(text: str) -> str:
    """``rabbit@controller1`` and ``'rabbit@controller1'`` as ``controller1``."""
    return text.strip("'\" ").rpartition("@")[2].lower()

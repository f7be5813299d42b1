"""What Pacemaker is told, whatever the language it was told in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_interface
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fournines.kit.audit.source import Place

PROMOTED = "promoted"
UNPROMOTED = "unpromoted"

PRETENDING = frozenset(
    {"external/ssh", "ssh", "null", "external/null", "external/nully", "fence_dummy", "meatware"}
)
"""Fence agents that switch nothing off: cluster-glue's for tests, Pacemaker's, and one that asks a person."""
_ROLES = {"master": PROMOTED, "promoted": PROMOTED, "slave": UNPROMOTED, "unpromoted": UNPROMOTED}
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "ms": 0.001, "msec": 0.001, "us": 1e-6, "usec": 1e-6}
_UNITS |= {"m": 60.0, "min": 60.0, "h": 3600.0, "hr": 3600.0}
_PLACEHOLDER = re.compile(r"[$<>{}%`*]|\A_\w+_\Z")


def role(text: str) -> str:
    """A role by its present name: Pacemaker 2.1 renamed Master and Slave; others are ``""``."""
    return _ROLES.get(text.lower(), "")


def seconds(text: str) -> float | None:
    """A time as Pacemaker reads it, in seconds; None for what is none (Pacemaker Explained, durations)."""
    match = re.fullmatch(r"(\d{1,9})\s*([a-z]*)", text.strip().lower())
    if not match or match.group(2) not in _UNITS:
        return None
    return int(match.group(1)) * _UNITS[match.group(2)]


def false(text: str) -> bool:
    """Whether Pacemaker takes the text for false."""
    return text.strip().lower() in ("false", "off", "no", "n", "0")


def true(text: str) -> bool:
    """Whether Pacemaker takes the text for true."""
    return text.strip().lower() in ("true", "on", "yes", "y", "1")


def placeholder(text: str) -> bool:
    """Whether a script or a person has still to fill this in."""
    return bool(_PLACEHOLDER.search(text))


@dataclass(frozen=True)
class Op:
    """An operation of a resource; times in seconds, None where none is said."""

    at: Place
    name: str
    interval: float | None
    timeout: float | None
    role: str
    on_fail: str = ""
    enabled: bool = True

    @property
    def recurring(self) -> bool:
        """Whether it is a monitor that comes back; an interval that cannot be read counts as one."""
        return self.name == "monitor" and self.interval != 0 and self.enabled


@dataclass(frozen=True)
class Ref:
    """A resource named by another statement, with the role or action asked of it."""

    at: Place
    id: str
    role: str = ""
    action: str = ""

    @property
    def promoted(self) -> bool:
        """Whether it speaks of the promoted instance."""
        return self.role == PROMOTED or self.action == "promote"


@dataclass(frozen=True)
class Primitive:
    """One resource. ``agent`` is class, provider and type; ``filled``: the tool adds the agent's own ops."""

    at: Place
    id: str
    agent: tuple[str, str, str]
    params: Mapping[str, str] = field(repr=False, hash=False)
    meta: Mapping[str, str] = field(repr=False, hash=False)
    ops: tuple[Op, ...]
    filled: bool = False
    templated: bool = False
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, hash=False, compare=False)

    @property
    def type(self) -> str:
        """The agent's name: ``IPaddr2``."""
        return self.agent[2]

    @property
    def fencing(self) -> bool:
        """Whether it is a fence device."""
        return self.agent[0] == "stonith"

    @property
    def pretends(self) -> bool:
        """Whether it is a fence device that switches nothing off: those of tests, and those of people."""
        return self.fencing and self.type in PRETENDING

    @property
    def drbd(self) -> bool:
        """Whether it is a DRBD device, by either provider of its agent."""
        return self.type.lower() in ("drbd", "drbd-attr")

    @property
    def address(self) -> str | None:
        """The virtual address it holds; None for other agents and for placeholders."""
        if self.type.lower() not in ("ipaddr2", "ipaddr"):
            return None
        try:
            return str(ip_interface(self.params.get("ip", "")).ip)
        except ValueError:
            return None

    def place(self, *names: str) -> Place:
        """The line of the first of these settings that is there, else the resource's first line."""
        return next((self.places[name] for name in names if name in self.places), self.at)


@dataclass(frozen=True)
class Collection:
    """A group, clone, promotable clone or bundle.

    ``aliases``: other ids the tool may have given it. ``old``: it is a master resource of Pacemaker 1.
    ``loose``: names of settings that stand where crmsh takes them for parameters, though nobody says so.
    """

    at: Place
    id: str
    kind: str
    members: tuple[Ref, ...]
    meta: Mapping[str, str] = field(repr=False, hash=False)
    aliases: tuple[str, ...] = ()
    old: bool = False
    loose: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, hash=False, compare=False)

    def place(self, *names: str) -> Place:
        """The line of the first of these settings that is known, else the first line of it all."""
        return next((self.places[name] for name in names if name in self.places), self.at)

    @property
    def promotable(self) -> bool:
        """Whether its instances have two roles."""
        return self.kind == "promotable"


@dataclass(frozen=True)
class Constraint:
    """An order, colocation or location.

    The refs of an order stand first to last, those of a colocation the dependent one before what it
    follows. ``nodes``: node and score of a location, ``!node`` for every node but one.
    """

    at: Place
    id: str
    kind: str
    score: str
    refs: tuple[Ref, ...]
    nodes: tuple[tuple[str, str], ...] = ()

    @property
    def forbids(self) -> bool:
        """Whether it keeps resources apart."""
        return self.score.lstrip().startswith("-")


@dataclass(frozen=True)
class Property:
    """A setting of the cluster as a whole; ``scope`` is ``cluster``, ``rsc_defaults`` or ``op_defaults``."""

    at: Place
    scope: str
    name: str
    value: str


@dataclass(frozen=True)
class Refused:
    """A command that ends in a word about its usage: ``said`` is what is wrong, ``fix`` how it is meant.

    ``since``: the release of pcs that began to refuse it; ``lost``: those before take it for something else.
    """

    at: Place
    said: str
    fix: str
    since: str = ""
    lost: bool = False


@dataclass(frozen=True)
class Member:
    """A node of the cluster; ``remote`` ones have no vote."""

    at: Place
    name: str
    remote: bool = False
    standby: bool = False


@dataclass(frozen=True)
class MetaChange:
    """Meta attributes set on a resource that is there already."""

    at: Place
    resource: str
    values: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Story:
    """One text that tells Pacemaker something: ``form`` is ``cib``, ``crm`` or ``pcs``.

    ``whole``: nothing else is needed to know the configuration. ``builds``: it sets the cluster up, so what
    it leaves out is left out. ``broken``: lines that continue a statement without saying so.
    """

    at: Place
    form: str
    whole: bool
    builds: bool
    text: str = field(repr=False)
    broken: tuple[Place, ...] = ()
    constraints: Place | None = None

"""A scenario: who is hurt and how, for how long, and what clients may notice of it at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.probe import Agreement, Identity, Reached
from fournines.spec.model import Mode


class Part(StrEnum):
    """Which host is hurt: the one that plays this part when the drill begins."""

    VIP_HOLDER = "VIP holder"
    DATABASE_WRITER = "database writer"
    QUEUE_LEADER = "queue leader"
    """A member that leads a probe's queue; rather not the VIP's holder, so that effects stay apart."""
    REACHED = "host of the address"
    """The host that has the address which is made for the drill and pinged."""
    ONE_OF = "one of its hosts"
    """One of those that the scenario names; rather not the VIP's holder, so that effects stay apart."""
    BOTH_OTHERS = "the other controller, then the host that only votes"
    """Who is left of three that vote: the VIP's holder, alone."""
    EVERY_HOST = "every host"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ComponentFault:
    """A fault that a component declares, by its id: a command on the host, with its undo."""

    id: str


@dataclass(frozen=True, slots=True)
class PowerLoss:
    """The host is off at once, without a last packet; the undo switches it on."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """The host stops in its tracks, keeps its connections and memory, and later goes on."""


class Cables(StrEnum):
    """Which of a host's cables are meant."""

    CLUSTER = "the one into the cluster network"
    EVERY = "all over which members of a cluster hear each other"
    SPARE = "one of these, into a network without a VIP"


@dataclass(frozen=True, slots=True)
class Cut:
    """The host's cables carry nothing any more, though their links stay up."""

    cables: Cables = Cables.CLUSTER


@dataclass(frozen=True, slots=True)
class Lost:
    """The host has neither power nor cables: who fences it gives it power at once, and it stays away."""


@dataclass(frozen=True, slots=True)
class Standby:
    """An operator tells the cluster manager that the host shall run nothing that can run elsewhere."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No fault at all: a control run, which shows the noise of the probes themselves."""


Injury = ComponentFault | PowerLoss | Freeze | Cut | Lost | Standby | Nothing


@dataclass(frozen=True, slots=True)
class Bounds:
    """The longest outage that a client of each kind may see, in seconds; None is measured, not judged."""

    http: float | None = None
    sql: float | None = None
    amqp: float | None = None
    token: float | None = None
    vip: float | None = None
    object: float | None = None
    ping: float | None = None
    lease: float | None = None

    def of(self, kind: str) -> float | None:
        """The bound for a kind of client."""
        bound: float | None = getattr(self, kind, None)
        return bound

    def later(self, seconds: float) -> Bounds:
        """The same, for who comes through the VIP so much later; who uses brokers reaches all of them."""
        moved = {
            k: b + seconds for k in ("http", "sql", "token", "vip", "object") if (b := self.of(k)) is not None
        }
        return replace(self, **moved)


RETURN = Bounds(http=0.8, sql=1.5, amqp=1.5, token=1.5, vip=0.5, ping=1.0, lease=5.0)
"""What clients may notice when what was hurt comes back. The preferred writer takes the writes back, which
ends the sessions at its stand-in: a reconnection, and what waits for it. Seen on two shared cores in a
campaign: 0.1 to 0.5 s of an API, 0.3 to 0.7 s of the database, 0.2 to 1.0 s of tokens and publishing."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One drill, as data.

    ``when`` completes the sentence "When ...". ``bounds`` are for the fault, from its injection to the
    begin of the undo, ``after`` for the return, from there on. ``hold`` is how long the fault lasts,
    ``heal`` how long the site may take afterwards until every check passes, both in seconds. ``moves`` is
    how often the VIP may change hosts. ``alone`` asks the hurt host, which lives on without the others,
    whether it would write. ``agreed`` says that the bounds of who comes through the VIP begin when the
    cluster has agreed that the host is lost, for which each site has its own patience; an API that is started
    anew then (``loading``: by name, the seconds its program takes) has that longer. ``mode`` is that of
    the sites it is for, None for all; one about ``volumes`` is for those whose data moves. ``reached`` names
    what is made for it and pinged, as a component has declared it. ``api`` is the endpoint whose
    program on one host is hurt, if it is about one. ``hosts`` are those of which one is hurt where that is
    the part. ``warns`` is the check by which an operator is told of it while it lasts.

    Where several hosts are hurt, ``apart`` is how many seconds lie between one and the next, and ``back``
    between their returns: the last comes back first, or as ``order`` says, where others come with its first.
    ``fences`` says that who is hurt is fenced before anything of it is started elsewhere, ``resigns`` that
    who is left has no majority and lets go of the VIP. ``untested`` says what the drill does not show.
    """

    name: str
    when: str
    part: Part
    injury: Injury
    bounds: Bounds
    after: Bounds = RETURN
    hold: float = 8.0
    heal: float = 120.0
    moves: int = 1
    alone: bool = False
    mode: Mode | None = None
    volumes: bool = False
    agreed: bool = False
    loading: Mapping[str, float] = field(default_factory=dict)
    reached: str = ""
    api: str = ""
    hosts: tuple[str, ...] = ()
    warns: str = ""
    apart: float = 0.0
    back: float = 0.0
    order: tuple[str, ...] = ()
    fences: bool = False
    resigns: bool = False
    untested: tuple[str, ...] = field(default=())

    def of_site(self, context: Context) -> Scenario:
        """The scenario with the bounds that it has in a site.

        Who serves an address that is there for a drill is part of the site, and heals in any drill. Where
        the site has patience with all it asks, it has it with healing, too, and with what is to be over
        before the next thing happens.
        """
        patience = context.site.patience
        heal = max([self.heal, *(one.heal for one in context.declared(Reached))]) * patience
        there = replace(self, heal=heal, apart=self.apart * patience, back=self.back * patience)
        if not self.agreed:
            return there
        takes = sum(one.seconds for one in context.declared(Agreement))
        loading = {one.name: one.loads for one in context.declared(Endpoint) if one.loads}
        bounds = self.bounds.later(takes)
        if bounds.token is not None:
            identity = (loading.get(one.endpoint, 0.0) for one in context.declared(Identity))
            bounds = replace(bounds, token=bounds.token + sum(identity))
        return replace(there, bounds=bounds, loading=loading, agreed=False)

    def bound(self, client: str, kind: str) -> float | None:
        """The longest outage by the fault that this client may see, in seconds; None: not judged."""
        bound = self.bounds.of(kind)
        return None if bound is None else bound + self.loading.get(client, 0.0)

    def one_by_one(self, hosts: Sequence[str]) -> Mapping[str, float]:
        """After how many seconds each of the hosts is hurt."""
        return {host: number * self.apart for number, host in enumerate(hosts)}

    def returns(self, hosts: Sequence[str]) -> Mapping[str, float]:
        """After how many seconds of the undo each of the hosts gets back what it lost."""
        order = self.order or tuple(reversed(hosts))
        return {host: order.index(host) * self.back if host in order else 0.0 for host in hosts}

    @property
    def sentence(self) -> str:
        """What the drill claims, with its deadlines."""
        since = " of the cluster's agreement" if self.agreed else ""
        words = {
            "http": "an API",
            "sql": "the database",
            "amqp": "the broker",
            "token": "an old token",
            "object": "the object store",
            "ping": f"the {self.reached}",
            "lease": "a guest's request for a lease",
        }
        promises = [
            f"{who} {'is answered' if kind == 'lease' else 'answers'} again within {bound:g} s{since}"
            + (f", on the return {after:g} s" if after else "")
            for kind, who in words.items()
            for bound, after in [(self.bounds.of(kind), self.after.of(kind))]
            if bound is not None
        ]
        if self.bounds.http is None and self.bounds.vip is not None:  # it is on the way to every API
            promises.append(f"somebody answers for the VIP again within {self.bounds.vip:g} s{since}")
        promises += [f"{name}, which has to start, within {s:g} s more" for name, s in self.loading.items()]
        if self.warns:
            promises.append(f"{self.warns} says so while it lasts")
        if self.fences:
            promises.append("it is fenced before anything is started elsewhere")
        if self.resigns:
            promises.append("nobody answers for the VIP until one of them is back, and then somebody does")
        promises.append("no acknowledged write is lost")
        promises.append(f"the site heals by itself within {self.heal:g} s")
        return f"When {self.when}: {'; '.join(promises)}"


def losing(one: Reached) -> Scenario:
    """The drill of an address that a component declares: the host that has it loses power."""
    return Scenario(
        name=f"{one.name}-power",
        when=f"the host where a {one.words} is active loses power",
        part=Part.REACHED,
        injury=PowerLoss(),
        bounds=replace(Bounds(http=1.0, sql=2.0, amqp=2.0, token=3.0, vip=1.0), **{one.kind: one.seconds}),
        hold=2 * one.seconds + 1,
        heal=one.heal,
        reached=one.name,
    )

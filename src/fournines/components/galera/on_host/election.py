"""Who starts the database first after all of it was down: a pure decision, the same on every host.

The argument, in short. Galera delivers a write to nobody before every member of the component has
received it (gcomm O_SAFE), and a host that has recorded a component has on disk all that came before it.
A component follows from the last one only with a majority of its members, so among the members of the
newest component that *some* host of ours has recorded, there is a recorder of every newer one. Hence: take
the highest position heard of; if all members of its last component have been heard, nobody can know more.
If one is missing, it may hold acknowledged writes that no other disk has: wait for it.

Members are data hosts. The arbiter has no data, hence no say here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

NO_UUID = "00000000-0000-0000-0000-000000000000"


class Phase(Enum):
    """What a host's database is doing, as its responder tells."""

    DOWN = "down"
    """It is not running and nobody is about to start it, or it hangs: nothing is known of its data."""
    WAITING = "waiting"
    """It is about to start, knows its position, and looks for others."""
    CLAIMING = "claiming"
    """It means to bootstrap and makes sure that nobody else does."""
    BOOTSTRAPPING = "bootstrapping"
    """It is forming a new component from its own data."""
    JOINING = "joining"
    """It is starting as a member of a component that it heard of."""
    STRANDED = "stranded"
    """It runs, but without quorum."""
    CATCHING_UP = "catching up"
    """It runs as a member of the primary component, and has not everything yet that its members have."""
    PRIMARY = "primary"
    """It runs as a member of the primary component and can give its state to others."""


@dataclass(frozen=True)
class Position:
    """How far a host's data goes. Immutable while its database is down.

    ``uuid`` is the history's, empty for a host without data; ``members`` are the data hosts of the last
    primary component that it was in, None when it has no record of one.
    """

    uuid: str = ""
    seqno: int = -1
    members: frozenset[str] | None = None

    @property
    def fresh(self) -> bool:
        """Whether it has never been in a cluster. A host that lost its data after it was is not fresh."""
        return not self.uuid and self.members is None


@dataclass(frozen=True)
class Answer:
    """What a host said of itself just now."""

    phase: Phase
    position: Position | None = None


_FORMING = (Phase.BOOTSTRAPPING, Phase.CATCHING_UP)
"""There is or will be a component, which nobody can join yet."""


class Action(Enum):
    """What the host does next."""

    WAIT = "wait"
    JOIN = "join"
    CLAIM = "claim"


class Claim(Enum):
    """What becomes of a claim to bootstrap."""

    GO = "go"
    HOLD = "hold"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Decision:
    """What to do next and the reason, for the journal."""

    action: Action
    why: str


def decide(me: str, order: tuple[str, ...], mine: Position, heard: Mapping[str, Answer]) -> Decision:
    """Decide from this host's position and what its peers answered just now.

    Args:
        me: this host.
        order: all data hosts, in the site's order, which breaks ties.
        mine: this host's position.
        heard: the answers of those peers that answered.
    """
    primary = _in(heard, Phase.PRIMARY)
    if primary:
        return Decision(Action.JOIN, f"{_list(primary)} in the primary component")
    for phase in _FORMING:
        if forming := _in(heard, phase):
            return _wait(f"{_list(forming)} {phase.value}")
    known = {me: mine} | {
        name: answer.position
        for name, answer in heard.items()
        if answer.phase in (Phase.WAITING, Phase.CLAIMING) and answer.position is not None
    }
    histories = {position.uuid for position in known.values() if position.uuid}
    if not histories:
        return _first_ever(me, order, known)
    if len(histories) > 1:
        return _wait(f"two histories, a person must choose: {_positions(known)}")
    return _most_advanced(me, order, known)


def confirm(me: str, order: tuple[str, ...], heard: Mapping[str, Answer]) -> Claim:
    """What a claimer does after its claim was published and the peers were asked again.

    Two claimers cannot both miss each other: each publishes before it asks. The later in the order gives way,
    the earlier holds on until it sees that.
    """
    if any(_in(heard, phase) for phase in (Phase.PRIMARY, *_FORMING)):
        return Claim.WITHDRAW
    rivals = _in(heard, Phase.CLAIMING)
    if any(_rank(order, rival) < _rank(order, me) for rival in rivals):
        return Claim.WITHDRAW
    return Claim.HOLD if rivals else Claim.GO


def stranded_for_good(me: str, members: frozenset[str] | None, heard: Mapping[str, Answer]) -> bool:
    """Whether a host that runs without quorum should stop and go through the election.

    Galera heals a partition by itself while the processes live; it cannot when a member came back with a new
    identity. So: nobody is or becomes primary, and every other member of the last component is there, itself
    stranded or waiting to start, at least one of them waiting; or there is no other member that had data.
    """
    if members is None or me not in members:
        return False
    if any(a.phase in (Phase.PRIMARY, *_FORMING, Phase.CLAIMING) for a in heard.values()):
        return False
    there = {n for n, a in heard.items() if a.phase in (Phase.STRANDED, Phase.WAITING)}
    others = members - {me}
    return others <= there and (not others or any(heard[n].phase is Phase.WAITING for n in others))


def left_behind(heard: Mapping[str, Answer]) -> bool:
    """Whether there is a primary component, in which a host that runs without quorum is not.

    Galera brings a partition together within seconds. It does not where the others lost their component too
    and one of them bootstrapped a new one: this host then waits, with the arbiter's vote, for a state that
    nobody there can give (seen with 26.4.23 at a load of 27 on two processors).
    """
    return bool(_in(heard, Phase.PRIMARY))


def arbiter_may_join(heard: Mapping[str, Answer]) -> bool:
    """Whether the arbiter disturbs nobody: a component is there, and no data host is on its way into one.

    The arbiter too asks for a state, though for an empty one: for that moment nobody else is given one, and a
    change of the component amid a state transfer is one more that Galera must not lose track of.
    """
    phases = {answer.phase for answer in heard.values()}
    return Phase.PRIMARY in phases and phases <= {Phase.PRIMARY, Phase.STRANDED, Phase.DOWN}


def _first_ever(me: str, order: tuple[str, ...], known: Mapping[str, Position]) -> Decision:
    missing = [name for name in order if name not in known]
    if missing:
        return _wait(f"no data here or on any host heard; not heard: {_list(missing)}")
    spoiled = [name for name in order if not known[name].fresh]
    if spoiled:
        return _wait(f"no host has usable data, and {_list(spoiled)} had some: restore a backup")
    if order[0] != me:
        return _wait(f"{order[0]} bootstraps the first time")
    return Decision(Action.CLAIM, "no host has any data: the first in the site's order bootstraps")


def _most_advanced(me: str, order: tuple[str, ...], known: Mapping[str, Position]) -> Decision:
    best = max(position.seqno for position in known.values() if position.uuid)
    tops = [name for name in known if known[name].uuid and known[name].seqno == best]
    required: set[str] = set()
    for name in tops:
        members = known[name].members
        required |= set(order) if members is None else members
    missing = sorted(required - known.keys())
    if missing:
        return _wait(f"{_list(missing)} may hold newer writes and is not waiting: {_positions(known)}")
    winner = min(tops, key=lambda name: _rank(order, name))
    lost = [
        name for name, p in known.items() if not p.uuid and p.members is not None and winner not in p.members
    ]
    if lost:
        return _wait(f"{_list(lost)} went on without {winner} and has lost its data: a person must choose")
    if winner != me:
        return _wait(f"{winner} is to bootstrap: {_positions(known)}")
    return Decision(Action.CLAIM, f"all of the last component are here: {_positions(known)}")


def _wait(why: str) -> Decision:
    return Decision(Action.WAIT, why)


def _in(heard: Mapping[str, Answer], phase: Phase) -> list[str]:
    return sorted(name for name, answer in heard.items() if answer.phase is phase)


def _rank(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _positions(known: Mapping[str, Position]) -> str:
    return "; ".join(f"{name} at {p.uuid[:8] or 'no data'}:{p.seqno}" for name, p in sorted(known.items()))

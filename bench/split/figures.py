"""What the clients on both sides of a split network saw: as values, and as a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fournines.drill.result import Owned
from fournines.probe.ledger import Account


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its ``hosts``, who answered its client for the VIP, and the balance of that client's writes.

    ``during`` of the acknowledged writes were so while the network was split. Times are seconds since the
    cut.
    """

    hosts: tuple[str, ...]
    owners: tuple[Owned, ...]
    account: Account
    during: int


@dataclass(frozen=True, slots=True)
class Split:
    """One set of values, split once. ``seconds`` is how long, ``healed`` how long healing took then.

    ``predicted`` are the findings by which an audit of its files says so beforehand; ``told`` what was done
    to mend it.
    """

    options: str
    what: str
    seconds: float
    cut_off: Side
    majority: Side
    healed: float | None
    waiting: str
    predicted: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def both(self) -> float:
        """For how many seconds of the split the VIP had an owner on either side, not the same."""
        return sum(
            max(0.0, min(a.ended, b.ended, self.seconds) - max(a.began, b.began, 0.0))
            for a in self.cut_off.owners
            for b in self.majority.owners
            if a.hosts and b.hosts and set(a.hosts) != set(b.hosts)
        )


def shifted(owners: Iterable[Mapping[str, object]], by: float) -> tuple[Owned, ...]:
    """The spans as a client told them, ``by`` so many seconds later."""
    return tuple(
        Owned(tuple(one["hosts"]), float(one["began"]) + by, float(one["ended"]) + by)  # type: ignore[arg-type]
        for one in owners
    )


def since(told: Mapping[str, Any], cut_at: float) -> int:
    """How many writes were acknowledged to a client after the cut; its clock began at ``zero``."""
    return sum(told["zero"] + at >= cut_at for at in told["acknowledged"])


def nobody(side: Side, seconds: float) -> float:
    """For how long of the split nobody answered this side's client for the VIP."""
    spans = (max(0.0, min(o.ended, seconds) - max(o.began, 0.0)) for o in side.owners if not o.hosts)
    return sum(spans)


def table(found: Sequence[Split]) -> Iterator[str]:
    """A row for each figure, a column for each set."""
    yield f"| | {' | '.join(one.what for one in found)} |"
    yield "|---|" + "---|" * len(found)
    for what, cells in _rows(found):
        yield f"| {what} | {' | '.join(cells)} |"


def _rows(found: Sequence[Split]) -> Iterator[tuple[str, list[str]]]:
    yield "the network was split for", [f"{one.seconds:.0f} s" for one in found]
    yield "of that, an owner of the VIP on either side", [f"{one.both:.1f} s" for one in found]
    for words, pick in (("cut-off side", "cut_off"), ("other side", "majority")):
        sides = [(one, getattr(one, pick)) for one in found]
        yield f"{words}: hosts", [", ".join(side.hosts) for _, side in sides]
        silent = [f"{nobody(side, one.seconds):.1f} s" for one, side in sides]
        yield f"{words}: nobody answers for the VIP", silent
        yield f"{words}: writes acknowledged meanwhile", [str(side.during) for _, side in sides]
        yield f"{words}: acknowledged writes lost", [_lost(side.account) for _, side in sides]
    yield "whole again after", ["-" if one.healed is None else f"{one.healed:.0f} s" for one in found]
    yield "the audit of its files says", [", ".join(one.predicted) or "nothing of this" for one in found]


def _lost(account: Account) -> str:
    if account.unread or not account.replicas:
        return "not read back"
    return f"**{account.lost}** of {account.acknowledged}" if account.lost else f"0 of {account.acknowledged}"

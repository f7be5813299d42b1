"""What was written, what was promised, what is still there. Pure accounting.

The words are those of Jepsen's ``total-queue`` and ``set-full`` checkers: what goes in must come out,
on every replica, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fournines.probe.sample import Reply

KEPT = 100
"""How many ids of a kind an account lists; the counts are always complete."""


@dataclass(frozen=True, slots=True)
class Account:
    """The balance of one ledger.

    ``attempts`` writes were tried, ``acknowledged`` of them were confirmed to the client, ``ok`` of
    the attempted ones were read back. ``lost`` were acknowledged and are missing on at least one
    replica. ``recovered`` had an unknown end and turned out to be there. ``duplicated`` were read more
    than once from one replica. ``unexpected`` were read although never attempted, or although the
    client had been told that they failed. ``torn`` had an unknown end and are on some replicas only.
    ``ids`` lists up to a hundred of each bad kind. ``replicas`` are the places read; a place that could
    not be read is in ``unread``, and then nothing is proved.
    """

    ledger: str
    attempts: int
    acknowledged: int
    ok: int
    lost: int
    recovered: int
    duplicated: int
    unexpected: int
    torn: int
    replicas: tuple[str, ...]
    unread: tuple[str, ...] = ()
    ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def account(ledger: str, written: Mapping[int, Reply], read: Mapping[str, Iterable[int] | None]) -> Account:
    """Balance what was attempted against what every replica gave back.

    Args:
        ledger: the ledger's name.
        written: how each attempt ended, by its number.
        read: per replica all numbers found there, repeated ones repeated; None if it could not be read.
    """
    found = {place: Counter(numbers) for place, numbers in read.items() if numbers is not None}
    anywhere = set[int]().union(*found.values())
    everywhere = set.intersection(*(set(numbers) for numbers in found.values())) if found else set[int]()
    acknowledged = {n for n, reply in written.items() if reply is Reply.OK}
    open_ended = {n for n, reply in written.items() if reply is Reply.UNKNOWN}
    lost = acknowledged - everywhere if found else set()
    duplicated = {n for numbers in found.values() for n, times in numbers.items() if times > 1}
    unexpected = anywhere - acknowledged - open_ended
    torn = (open_ended & anywhere) - everywhere
    bad = {"lost": lost, "duplicated": duplicated, "unexpected": unexpected, "torn": torn}
    return Account(
        ledger=ledger,
        attempts=len(written),
        acknowledged=len(acknowledged),
        ok=len(anywhere & written.keys()),
        lost=len(lost),
        recovered=len(open_ended & everywhere),
        duplicated=len(duplicated),
        unexpected=len(unexpected),
        torn=len(torn),
        replicas=tuple(sorted(found)),
        unread=tuple(sorted(place for place, numbers in read.items() if numbers is None)),
        ids={kind: tuple(sorted(numbers)[:KEPT]) for kind, numbers in bad.items() if numbers},
    )

"""The verdict per invariant. Pure: from what was measured to pass, fail or unknown.

The numbers of the invariants:

=== =====================================================================
I1  the VIP is answered for by one host, two at most for a moment
I2  no acknowledged write is lost
I3  nothing is duplicated, half there, or there without having been written
I4  no client sees an outage longer than its bound
I5  the site heals without a human
I6  afterwards every replica holds the same
I7  a host without quorum refuses to write
I8  authorisation survives: an old token is never refused
I9  the VIP does not flap
=== =====================================================================

I7 is asked of a host that is cut off; elsewhere it shows in I2 and I3: a write acknowledged by a
minority is lost or unexpected after healing. I10 (redundancy is back) is what the next drill of a
campaign begins with: its steady state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fournines.drill.band import longest_shared, moves
from fournines.drill.result import Judgement, Owned, Series
from fournines.drill.scenario import Scenario
from fournines.drill.settle import Settled
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.probe.ledger import Account

SHARED = 0.5
"""Two owners are tolerated for this long, in seconds: two VRRP adverts of at most 0.2 s, and one question."""
REFUSED = frozenset({"401", "403", "404"})
"""What the identity service says of a token that it does not accept."""


def judgements(
    scenario: Scenario,
    *,
    series: Sequence[Series],
    owners: Sequence[Owned],
    accounts: Sequence[Account],
    healed: float | None,
    settled: Settled,
    alone: Verdict | None = None,
) -> tuple[Judgement, ...]:
    """Every invariant that the run could measure, in their order."""
    return (
        *_vip(scenario, owners),
        *(kept(account) for account in accounts),
        *(exact(account) for account in accounts),
        *(bounded(one, scenario.bounds.of(one.kind)) for one in series if scenario.bounds.of(one.kind)),
        healing(scenario.heal, healed, settled),
        *(alike(account) for account in accounts if len(account.replicas) + len(account.unread) > 1),
        *_minority(scenario, alone),
        *(accepted(one) for one in series if one.kind == "token"),
        *_flapping(scenario, owners),
    )


def _vip(scenario: Scenario, owners: Sequence[Owned]) -> Iterator[Judgement]:
    del scenario
    shared = longest_shared(owners)
    verdict = unknown("nobody was asked") if not owners else _at_most(shared, SHARED)
    yield Judgement(
        "I1.vip",
        f"two hosts never answer for the VIP for longer than {SHARED:g} s",
        verdict,
        SHARED,
        shared if owners else None,
    )


def _minority(scenario: Scenario, alone: Verdict | None) -> Iterator[Judgement]:
    if scenario.alone:
        promise = "the database of a host that is cut off refuses to write"
        yield Judgement("I7.sql", promise, unknown("nobody asked it") if alone is None else alone)


def _flapping(scenario: Scenario, owners: Sequence[Owned]) -> Iterator[Judgement]:
    count = moves(owners)
    said = f"{count} move{'' if count == 1 else 's'}"
    if not owners:
        verdict = unknown("nobody was asked")
    else:
        verdict = passed(said) if count <= scenario.moves else failed(said)
    yield Judgement(
        "I9.vip",
        f"the VIP moves at most {scenario.moves} time{'' if scenario.moves == 1 else 's'}",
        verdict,
        scenario.moves,
        count if owners else None,
    )


def bounded(series: Series, bound: float | None) -> Judgement:
    """I4: the client's longest outage is within its bound."""
    limit = bound or 0.0
    longest = series.figures.longest
    if longest is None or not series.figures.ok:
        verdict = unknown("nothing was attempted" if longest is None else "nothing ever succeeded")
    else:
        verdict = _at_most(longest, limit)
    return Judgement(
        f"I4.{series.name}", f"no outage of {series.name} longer than {limit:g} s", verdict, limit, longest
    )


def kept(account: Account) -> Judgement:
    """I2: everything acknowledged is read back from everywhere."""
    if not account.acknowledged:
        verdict = unknown("no write was acknowledged")
    elif account.lost:
        ids = ", ".join(map(str, account.ids.get("lost", ())[:10]))
        verdict = failed(f"{account.lost} of {account.acknowledged} acknowledged writes are lost: {ids}")
    elif account.unread or not account.replicas:
        verdict = unknown(f"could not read {', '.join(account.unread) or 'anything'} back")
    else:
        verdict = passed(f"all {account.acknowledged} read back from {', '.join(account.replicas)}")
    return Judgement(f"I2.{account.ledger}", "no acknowledged write is lost", verdict, 0, account.lost)


def exact(account: Account) -> Judgement:
    """I3: nothing twice, nothing half, nothing that nobody wrote."""
    wrong = account.duplicated + account.unexpected + account.torn
    if not account.replicas or not account.attempts:
        verdict = unknown("nothing could be read back" if account.attempts else "nothing was attempted")
    elif wrong:
        verdict = failed(
            f"{account.duplicated} duplicated, {account.unexpected} unexpected, {account.torn} half there"
        )
    else:
        verdict = passed(f"{account.ok} read, {account.recovered} of them of unknown end")
    promise = "nothing is there twice, by half, or without having been written"
    return Judgement(f"I3.{account.ledger}", promise, verdict, 0, wrong)


def healing(bound: float, healed: float | None, settled: Settled) -> Judgement:
    """I5: every check of the site passes again in time."""
    promise = f"every check of the site passes again within {bound:g} s"
    if healed is None:
        waiting = "; ".join(f"{check.id}: {verdict.seen}" for check, verdict in settled.waiting)
        return Judgement("I5.site", promise, failed(waiting or "no round of checks came to an end"), bound)
    return Judgement("I5.site", promise, _at_most(healed, bound), bound, healed)


def alike(account: Account) -> Judgement:
    """I6: all replicas were read and hold the same rows of the ledger."""
    promise = "every replica holds the same writes"
    if account.unread or not account.replicas:
        verdict = unknown(f"could not read {', '.join(account.unread) or 'anything'}")
    elif account.lost or account.torn:
        verdict = failed(f"{account.lost + account.torn} writes are missing on some replica")
    else:
        verdict = passed(f"{', '.join(account.replicas)} hold the same {account.ok} writes")
    return Judgement(f"I6.{account.ledger}", promise, verdict, 0, account.lost + account.torn)


def accepted(series: Series) -> Judgement:
    """I8: the old token is never refused, and is accepted in the end."""
    refused = [s for s in series.samples if not s.good and s.detail in REFUSED]
    promise = "a token issued before the fault is never refused"
    if not series.figures.ok:
        verdict = unknown("the token was never validated")
    elif refused:
        verdict = failed(f"refused {len(refused)} times, first with {refused[0].detail}")
    else:
        verdict = passed(f"accepted {series.figures.ok} times, never refused")
    return Judgement("I8.token", promise, verdict, 0, len(refused))


def _at_most(measured: float, bound: float) -> Verdict:
    said = f"{measured:.2f} s"
    return passed(said) if measured <= bound else failed(f"{said}, allowed are {bound:g} s")

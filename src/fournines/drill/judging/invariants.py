"""The verdict per invariant. Pure: from what was measured to pass, fail or unknown.

The numbers of the invariants:

=== =====================================================================
I1  the VIP is answered for by one host; by two for a moment of change, at rest never
I2  no acknowledged write is lost
I3  nothing is duplicated, half there, or there without having been written
I4  no client sees an outage longer than its bound, by the fault and by the return
I5  the site heals without a human
I6  afterwards every replica holds the same
I7  a host without quorum refuses to write
I8  authorisation survives: an old token is never refused
I9  the VIP does not flap
I11 what clients do not notice, the check that is there for it does
I12 who is lost is fenced before anything of it is started elsewhere
=== =====================================================================

I4, and I1 while things change, are promises in seconds: :mod:`fournines.drill.judging.excuse` looks whether
the machine stood still meanwhile. Nothing else is ever excused.

I7 is asked of a host that is cut off, or of the VIP (:mod:`fournines.drill.judging.majority`), I12 of
journals (:mod:`fournines.drill.judging.fenced`); elsewhere I7 shows in I2 and I3: a write acknowledged by a
minority is lost or unexpected after healing. I10 (redundancy is back) is what the next drill of a
campaign begins with: its steady state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fournines.drill.judging.band import moves, shared
from fournines.drill.judging.excuse import held
from fournines.drill.result import Judgement, Owned, Series
from fournines.drill.scenario import Scenario
from fournines.drill.settle import Settled
from fournines.kit.verdict import Outcome, Verdict, failed, passed, unknown
from fournines.probe.ledger import Account
from fournines.probe.machine.stall import Stall
from fournines.probe.outage import Outage

SHARED = 0.5
"""Two owners are tolerated for this long, in seconds: two VRRP adverts of at most 0.2 s, and one question."""
FAULT, RETURN = "fault", "return"
"""The parts of a run whose outages are bounded apart: from the injection to the undo, and from there on."""
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
    fault: tuple[float, float] | None = None,
    alone: Verdict | None = None,
    warned: Verdict | None = None,
    stalls: Sequence[Stall] = (),
) -> tuple[Judgement, ...]:
    """Every invariant that the run could measure, in their order.

    ``fault`` is from when to when the fault lasted; None in a run that hurt nobody, all of which is rest.
    ``stalls`` are those of the machine that may excuse the site.
    """
    return (
        *_vip(owners, fault, settled, stalls),
        *(kept(account) for account in accounts),
        *(exact(account) for account in accounts),
        *(judgement for one in series for judgement in bounded(one, scenario, stalls)),
        healing(scenario.heal, healed, settled),
        *(alike(account) for account in accounts if len(account.replicas) + len(account.unread) > 1),
        *_minority(scenario, alone),
        *(accepted(one) for one in series if one.kind == "token"),
        *_flapping(scenario, owners),
        *_warning(scenario, warned),
    )


def _vip(
    owners: Sequence[Owned],
    fault: tuple[float, float] | None,
    settled: Settled,
    stalls: Sequence[Stall],
) -> Iterator[Judgement]:
    """While things change two owners are tolerated for a moment; before and after that, not at all."""
    began, ended = fault or (0.0, 0.0)
    if fault is not None:
        ended = float("inf") if settled.at is None else settled.at
    change = shared(owners, began, ended)
    rest = [*shared(owners, 0.0, began), *shared(owners, ended, float("inf"))]
    if fault is not None:
        yield Judgement(
            "I1.vip",
            f"two hosts never answer for the VIP for longer than {SHARED:g} s",
            held(change, SHARED, stalls) if owners else unknown("nobody was asked"),
            SHARED,
            _longest(change) if owners else None,
        )
    yield Judgement("I1.rest", "at rest one host answers for the VIP", _resting(owners, rest), 0, len(rest))


def _resting(owners: Sequence[Owned], rest: Sequence[Outage]) -> Verdict:
    if not owners:
        return unknown("nobody was asked")
    if rest:
        return failed(f"two hosts answered for it for {_longest(rest):.2f} s")
    return passed("never two")


def _longest(spans: Sequence[Outage]) -> float:
    return max((span.seconds for span in spans), default=0.0)


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


def told(seen: Verdict) -> Verdict:
    """The verdict on whether a check told of a fault, from the check's own while the fault lasted."""
    if seen.outcome is Outcome.UNKNOWN:
        return unknown(seen.seen)
    return failed(f"it says: {seen.seen}") if seen.passed else passed(seen.seen)


def _warning(scenario: Scenario, warned: Verdict | None) -> Iterator[Judgement]:
    if scenario.warns:
        promise = f"while it lasts {scenario.warns} says so"
        yield Judgement("I11.warning", promise, unknown("nobody asked") if warned is None else warned)


def bounded(series: Series, scenario: Scenario, stalls: Sequence[Stall]) -> Iterator[Judgement]:
    """I4: the client's outages are within their bounds: one for the fault, one for the return.

    A run without a fault has one bound, for all of it. What has no bound is not judged.
    """
    seen, first = series.figures, scenario.bound(series.name, series.kind)
    if seen.by_fault is None or seen.by_return is None:
        yield from _outages(series, "", first, seen.outages, stalls)
    else:
        yield from _outages(series, FAULT, first, seen.by_fault.outages, stalls)
        yield from _outages(series, RETURN, scenario.after.of(series.kind), seen.by_return.outages, stalls)


def _outages(
    series: Series, part: str, bound: float | None, outages: Sequence[Outage], stalls: Sequence[Stall]
) -> Iterator[Judgement]:
    if bound is None:
        return
    by, cause = (f"{part}.", f" by the {part}") if part else ("", "")
    if series.figures.ok:
        verdict, measured = held(outages, bound, stalls), _longest(outages)
    else:
        nothing = "nothing ever succeeded" if series.figures.attempts else "nothing was attempted"
        verdict, measured = unknown(nothing), None
    promise = f"{series.name}: no outage longer than {bound:g} s{cause}"
    yield Judgement(f"I4.{by}{series.name}", promise, verdict, bound, measured)


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
    """I5: every check of the site passes again in time; who was not given that time is no fail."""
    promise = f"every check of the site passes again within {bound:g} s"
    if healed is None:
        if settled.by_hand:
            verdict = unknown(
                f"ended by hand, with open: {settled.words}" if settled.words else "ended by hand"
            )
        else:
            verdict = failed(settled.words or "nobody was asked")
        return Judgement("I5.site", promise, verdict, bound)
    said = f"{healed:.2f} s"
    return Judgement("I5.site", promise, passed(said) if healed <= bound else failed(said), bound, healed)


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

"""Every invariant can pass, fail, and stay unknown; it never passes on nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fournines.drill.judge import accepted, alike, bounded, exact, healing, judgements, kept
from fournines.drill.result import Owned, Series
from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.drill.settle import Settled
from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, failed, passed
from fournines.probe.ledger import Account, account
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample

OK, FAIL, UNKNOWN = Reply.OK, Reply.FAIL, Reply.UNKNOWN
SCENARIO = Scenario("s", "it breaks", Part.VIP_HOLDER, PowerLoss(), Bounds(http=0.5), heal=60)
HEALED = Settled(10.0, [])
CHECK = Check("x.y", "p", {}, lambda _: passed(""))


def series(replies: str, *, kind: str = "http", detail: str = "") -> Series:
    """``.`` is a good answer every 0.1 s, ``x`` a failed one."""
    samples = tuple(
        Sample("api", i / 10, i / 10, i / 10 + 0.01, OK if r == "." else FAIL, detail if r == "x" else "")
        for i, r in enumerate(replies)
    )
    seen = figures(samples, interval=0.1, observed=(0, len(replies) / 10))
    return Series("api", kind, "", 0.1, 1.0, seen, samples)


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ("." * 20, Outcome.PASS),
        ("." * 10 + "xxxx" + "." * 10, Outcome.PASS),
        ("." * 10 + "xxxxxx" + "." * 10, Outcome.FAIL),
        ("x" * 20, Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_an_outage_is_held_against_its_bound(replies: str, outcome: Outcome) -> None:
    assert bounded(series(replies), 0.5).verdict.outcome is outcome


def balance(written: dict[int, Reply], **read: list[int] | None) -> Account:
    return account("sql", written, read)


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        (balance({1: OK}, a=[1], b=[1]), Outcome.PASS),
        (balance({1: OK, 2: OK}, a=[1, 2], b=[1]), Outcome.FAIL),
        (balance({1: OK}, a=[1], b=None), Outcome.UNKNOWN),
        (balance({1: OK, 2: OK}, a=[1], b=None), Outcome.FAIL),
        (balance({1: FAIL}, a=[]), Outcome.UNKNOWN),
        (balance({}, a=[]), Outcome.UNKNOWN),
        (balance({1: OK}), Outcome.UNKNOWN),
    ],
)
def test_no_acknowledged_write_may_be_lost(subject: Account, outcome: Outcome) -> None:
    assert kept(subject).verdict.outcome is outcome


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        (balance({1: OK, 2: UNKNOWN}, a=[1, 2]), Outcome.PASS),
        (balance({1: OK}, a=[1, 1]), Outcome.FAIL),
        (balance({1: OK}, a=[1, 7]), Outcome.FAIL),
        (balance({1: FAIL}, a=[1]), Outcome.FAIL),
        (balance({1: UNKNOWN}, a=[1], b=[]), Outcome.FAIL),
        (balance({}, a=[]), Outcome.UNKNOWN),
        (balance({1: OK}, a=None), Outcome.UNKNOWN),
    ],
)
def test_nothing_may_be_there_twice_by_half_or_by_itself(subject: Account, outcome: Outcome) -> None:
    assert exact(subject).verdict.outcome is outcome


def test_replicas_must_agree() -> None:
    assert alike(balance({1: OK}, a=[1], b=[1])).verdict.outcome is Outcome.PASS
    assert alike(balance({1: OK}, a=[1], b=[])).verdict.outcome is Outcome.FAIL
    assert alike(balance({1: OK}, a=[1], b=None)).verdict.outcome is Outcome.UNKNOWN


def test_healing_must_end_in_time() -> None:
    assert healing(60, 59, HEALED).verdict.outcome is Outcome.PASS
    assert healing(60, 61, HEALED).verdict.outcome is Outcome.FAIL
    late = healing(60, None, Settled(None, [(CHECK, failed("size 1 of 3"))]))
    assert late.verdict.outcome is Outcome.FAIL
    assert "x.y: size 1 of 3" in late.verdict.seen


def test_an_old_token_may_be_unanswered_but_never_refused() -> None:
    assert accepted(series("..xx..", kind="token", detail="503")).verdict.outcome is Outcome.PASS
    assert accepted(series("..xx..", kind="token", detail="401")).verdict.outcome is Outcome.FAIL
    assert accepted(series("xx", kind="token", detail="503")).verdict.outcome is Outcome.UNKNOWN


ONE, TWO, NONE = ("a",), ("a", "b"), ()


@pytest.mark.parametrize(
    ("owners", "shared", "flapping"),
    [
        ([Owned(ONE, 0, 9)], Outcome.PASS, Outcome.PASS),
        ([Owned(ONE, 0, 1), Owned(NONE, 1, 2), Owned(("b",), 2, 9)], Outcome.PASS, Outcome.PASS),
        ([Owned(ONE, 0, 1), Owned(TWO, 1, 1.3), Owned(ONE, 1.3, 9)], Outcome.PASS, Outcome.PASS),
        ([Owned(ONE, 0, 1), Owned(TWO, 1, 3), Owned(ONE, 3, 9)], Outcome.FAIL, Outcome.PASS),
        ([Owned(ONE, 0, 1), Owned(("b",), 1, 2), Owned(ONE, 2, 9)], Outcome.PASS, Outcome.FAIL),
        ([], Outcome.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_the_vip_has_one_owner_and_stays(owners: list[Owned], shared: Outcome, flapping: Outcome) -> None:
    found = {
        j.id: j.verdict.outcome
        for j in judgements(SCENARIO, series=(), owners=owners, accounts=(), healed=1.0, settled=HEALED)
    }
    assert (found["I1.vip"], found["I9.vip"]) == (shared, flapping)


def test_only_what_has_a_bound_is_judged_by_it() -> None:
    both = (series("..."), replace(series("...", kind="sql"), name="sql"))
    found = judgements(SCENARIO, series=both, owners=(), accounts=(), healed=1.0, settled=HEALED)
    assert [j.id for j in found if j.id.startswith("I4")] == ["I4.api"]

"""Every invariant can pass, fail, and stay unknown; it never passes on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fournines.drill.judging.invariants import (
    accepted,
    alike,
    bounded,
    exact,
    healing,
    judgements,
    kept,
    told,
)
from fournines.drill.result import Judgement, Owned, Series
from fournines.drill.scenario import Bounds, Part, PowerLoss, Scenario
from fournines.drill.settle import Settled
from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, Verdict, failed, passed, unknown
from fournines.probe.ledger import Account, account
from fournines.probe.machine.stall import Stall
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample

OK, FAIL, UNKNOWN = Reply.OK, Reply.FAIL, Reply.UNKNOWN
SCENARIO = Scenario("s", "it breaks", Part.VIP_HOLDER, PowerLoss(), Bounds(http=0.5), heal=60)
HEALED = Settled(10.0, [])
CHECK = Check("x.y", "p", {}, lambda _: passed(""))


def series(
    replies: str, *, kind: str = "http", detail: str = "", fault: tuple[float, float] | None = None
) -> Series:
    """``.`` is a good answer every 0.1 s, ``x`` a failed one."""
    samples = tuple(
        Sample("api", i / 10, i / 10, i / 10 + 0.01, OK if r == "." else FAIL, detail if r == "x" else "")
        for i, r in enumerate(replies)
    )
    seen = figures(samples, interval=0.1, observed=(0, len(replies) / 10), fault=fault)
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
    (only,) = bounded(series(replies), SCENARIO, ())
    assert (only.id, only.verdict.outcome) == ("I4.api", outcome)


def parts(replies: str, *, undo: int, stalls: Sequence[Stall] = ()) -> dict[str, Judgement]:
    """The verdicts of a run whose fault begins after 1 s and is undone after ``undo`` tenths."""
    subject = series(replies, fault=(1.0, undo / 10))
    scenario = replace(SCENARIO, bounds=Bounds(http=0.5), after=Bounds(http=0.2))
    return {j.id: j for j in bounded(subject, scenario, stalls)}


def test_the_fault_and_the_return_have_bounds_of_their_own() -> None:
    found = parts("." * 10 + "xxxx" + "." * 10 + "xxx" + "." * 10, undo=20)
    assert {name: j.verdict.outcome for name, j in found.items()} == {
        "I4.fault.api": Outcome.PASS,
        "I4.return.api": Outcome.FAIL,
    }
    assert found["I4.fault.api"].measured == pytest.approx(0.4)
    assert found["I4.return.api"].measured == pytest.approx(0.3)


def test_an_outage_across_the_undo_is_cut_there() -> None:
    found = parts("." * 10 + "xxxx" + "." * 10, undo=12)
    assert found["I4.fault.api"].measured == pytest.approx(0.19)
    assert found["I4.return.api"].measured == pytest.approx(0.21)


def test_what_was_out_before_the_fault_is_nobodys() -> None:
    found = parts("..xxxxxx......" + "." * 10, undo=20)
    assert {j.measured for j in found.values()} == {0}


def test_a_stall_of_the_machine_makes_its_own_part_unknown_and_not_the_other() -> None:
    stall = Stall("processor 0", "let a sleeper wait", 2.4, 2.7, 0.3)
    found = parts("." * 10 + "xxxxxx" + "." * 8 + "xxx" + "." * 10, undo=20, stalls=(stall,))
    assert found["I4.fault.api"].verdict.outcome is Outcome.FAIL
    assert found["I4.return.api"].verdict.outcome is Outcome.UNKNOWN


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
    ended = healing(60, None, Settled(None, [(CHECK, failed("size 1 of 3"))], by_hand=True))
    assert ended.verdict.outcome is Outcome.UNKNOWN
    assert "x.y: size 1 of 3" in ended.verdict.seen


def test_an_old_token_may_be_unanswered_but_never_refused() -> None:
    assert accepted(series("..xx..", kind="token", detail="503")).verdict.outcome is Outcome.PASS
    assert accepted(series("..xx..", kind="token", detail="401")).verdict.outcome is Outcome.FAIL
    assert accepted(series("xx", kind="token", detail="503")).verdict.outcome is Outcome.UNKNOWN


ONE, TWO, NONE = ("a",), ("a", "b"), ()


CHANGE = (1.0, 2.0)
"""The fault; it has settled at 10."""


def owned(
    *owners: Owned, fault: tuple[float, float] | None = CHANGE, stalls: Sequence[Stall] = ()
) -> dict[str, Outcome]:
    found = judgements(
        SCENARIO,
        series=(),
        owners=owners,
        accounts=(),
        healed=1.0,
        settled=HEALED,
        fault=fault,
        stalls=stalls,
    )
    return {j.id: j.verdict.outcome for j in found if j.id.endswith((".vip", ".rest"))}


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
    found = owned(*owners)
    assert (found["I1.vip"], found["I9.vip"]) == (shared, flapping)
    assert found["I1.rest"] is (Outcome.PASS if owners else Outcome.UNKNOWN)


LONG_STALL = Stall("the machine", "waited for the disk", 0, 100, 100)


@pytest.mark.parametrize("stalls", [(), (LONG_STALL,)])
@pytest.mark.parametrize("began", [0.2, 11.0])
def test_two_owners_at_rest_are_never_excused(began: float, stalls: tuple[Stall, ...]) -> None:
    found = owned(Owned(ONE, 0, began), Owned(TWO, began, began + 0.1), Owned(ONE, 11, 12), stalls=stalls)
    assert (found["I1.vip"], found["I1.rest"]) == (Outcome.PASS, Outcome.FAIL)


def test_two_owners_while_things_change_are_excused_by_a_stall_of_the_machine() -> None:
    owners = (Owned(ONE, 0, 1), Owned(TWO, 3, 5), Owned(ONE, 5, 12))
    assert owned(*owners)["I1.vip"] is Outcome.FAIL
    assert owned(*owners, stalls=(LONG_STALL,))["I1.vip"] is Outcome.UNKNOWN


def test_a_run_that_hurts_nobody_is_at_rest_all_the_time() -> None:
    found = owned(Owned(ONE, 0, 3), Owned(TWO, 3, 3.2), Owned(ONE, 3.2, 9), fault=None, stalls=(LONG_STALL,))
    assert "I1.vip" not in found
    assert found["I1.rest"] is Outcome.FAIL


def test_no_stall_excuses_a_loss_a_refusal_or_a_site_that_does_not_heal() -> None:
    calm, stalled = (
        judgements(
            SCENARIO,
            series=(series("..xx..", kind="token", detail="401"),),
            owners=(Owned(ONE, 0, 9),),
            accounts=(balance({1: OK, 2: OK, 3: UNKNOWN}, a=[1, 3, 3], b=[1]),),
            healed=None,
            settled=Settled(None, []),
            stalls=stalls,
        )
        for stalls in ((), (LONG_STALL,))
    )
    assert calm == stalled
    failed_ones = {j.id for j in stalled if j.verdict.outcome is Outcome.FAIL}
    assert failed_ones == {"I2.sql", "I3.sql", "I5.site", "I6.sql", "I8.token"}


def test_only_what_has_a_bound_is_judged_by_it() -> None:
    both = (series("..."), replace(series("...", kind="sql"), name="sql"))
    found = judgements(SCENARIO, series=both, owners=(), accounts=(), healed=1.0, settled=HEALED)
    assert [j.id for j in found if j.id.startswith("I4")] == ["I4.api"]


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (failed("nothing can fence c1"), Outcome.PASS),
        (passed("3 hosts, each with a device that answers"), Outcome.FAIL),
        (unknown("nobody answers"), Outcome.UNKNOWN),
    ],
)
def test_a_warning_is_a_check_that_goes_red(seen: Verdict, outcome: Outcome) -> None:
    assert told(seen).outcome is outcome
    assert seen.seen in told(seen).seen

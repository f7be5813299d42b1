"""Outage arithmetic, on made-up attempts whose truth is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.probe.outage import figures, lag, outages, percentile, worst_availability
from fournines.probe.sample import Reply, Sample

INTERVAL = 0.1


def attempt(n: int, reply: Reply = Reply.OK, *, took: float = 0.01, late: float = 0.0) -> Sample:
    intended = n * INTERVAL
    return Sample("p", intended, intended + late, intended + late + took, reply)


def service_down(n: int, down: range) -> list[Sample]:
    return [attempt(i, Reply.FAIL if i in down else Reply.OK) for i in range(n)]


def test_a_service_that_always_answers_has_no_outage() -> None:
    assert outages(service_down(50, range(0)), interval=INTERVAL, began=0, ended=5) == ()


def test_an_outage_lasts_from_the_missing_answer_to_the_next_good_one() -> None:
    (one,) = outages(service_down(50, range(20, 25)), interval=INTERVAL, began=0, ended=5)
    assert one.began == pytest.approx(2.01)
    assert one.ended == pytest.approx(2.51)
    assert one.seconds == pytest.approx(0.5)


def test_one_failed_attempt_among_good_ones_is_an_outage_of_one_interval() -> None:
    (one,) = outages(service_down(50, range(20, 21)), interval=INTERVAL, began=0, ended=5)
    assert one.seconds == pytest.approx(INTERVAL)


def test_a_stall_that_ends_well_is_not_hidden() -> None:
    """A serial client: one commit takes 1.2 s, the ones behind it start late, nothing fails."""
    stalled = [Sample("p", 2.0, 2.0, 3.2, Reply.OK)]
    queued = [Sample("p", i * INTERVAL, 3.2, 3.2 + 0.001 * (i - 20), Reply.OK) for i in range(21, 33)]
    samples = [attempt(i) for i in range(20)] + stalled + queued + [attempt(i) for i in range(33, 50)]
    (one,) = outages(samples, interval=INTERVAL, began=0, ended=5)
    assert one.seconds == pytest.approx(1.2, abs=0.02)
    seen = figures(samples, interval=INTERVAL, observed=(0, 5), fault=(2.0, 4.0))
    assert seen.failed == seen.unknown == 0
    assert seen.during.p99 == pytest.approx(1.2)


def test_waiting_for_the_connection_is_the_services_fault_and_starting_late_the_probes() -> None:
    stalled = Sample("p", 0.0, 0.0, 1.2, Reply.OK)
    queued = Sample("p", 0.1, 1.25, 1.3, Reply.OK)
    assert lag([stalled, queued], serial=True) == pytest.approx(0.05)
    assert lag([stalled, queued], serial=False) == pytest.approx(1.15)
    assert lag([], serial=False) == 0


def test_jitter_within_one_interval_is_no_outage() -> None:
    samples = [attempt(i, took=0.09 if i % 2 else 0.0) for i in range(50)]
    assert outages(samples, interval=INTERVAL, began=0, ended=5) == ()


def test_an_outage_at_the_edges_counts_from_and_to_the_edge() -> None:
    first, last = outages(
        [s for s in service_down(50, range(10)) if s.intended < 4], interval=INTERVAL, began=0, ended=5
    )
    assert (first.began, first.ended) == pytest.approx((INTERVAL, 1.01))
    assert last.ended == 5


def test_nothing_attempted_is_not_a_figure() -> None:
    nothing = figures([], interval=INTERVAL, observed=(0, 5))
    assert nothing.longest is None
    assert nothing.total is None
    assert nothing.worst == {}


def test_nothing_answered_is_one_outage_of_the_whole_observation() -> None:
    seen = figures(service_down(50, range(50)), interval=INTERVAL, observed=(0, 5))
    assert seen.longest == pytest.approx(4.9)
    assert seen.failed == seen.attempts == 50


def test_windows_tell_one_long_outage_from_many_short_ones() -> None:
    long = service_down(200, range(100, 110))
    short = [attempt(i, Reply.FAIL if i % 20 == 0 else Reply.OK) for i in range(200)]
    for samples, one_second, ten_seconds in ((long, 0.0, 0.9), (short, 0.9, 0.95)):
        shares = [worst_availability(samples, w, began=0, ended=20) for w in (1.0, 10.0)]
        assert shares == pytest.approx([one_second, ten_seconds])
    assert worst_availability(long, 60, began=0, ended=20) is None


def test_latency_is_parted_by_the_fault() -> None:
    samples = [attempt(i, took=0.05 if 20 <= i < 30 else 0.01) for i in range(50)]
    seen = figures(samples, interval=INTERVAL, observed=(0, 5), fault=(2.0, 3.0))
    assert (seen.before.count, seen.during.count, seen.after.count) == (20, 10, 20)
    assert seen.during.p50 == pytest.approx(0.05)
    assert seen.after.p99 == pytest.approx(0.01)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([1, 2], 0.99) == 2
    assert percentile([], 0.5) is None


@given(st.lists(st.sampled_from(list(Reply)), min_size=1, max_size=120), st.floats(0, 0.09))
def test_longest_and_total_agree_with_a_slow_count(replies: list[Reply], took: float) -> None:
    """Against an independent definition: runs of bad attempts between good ones."""
    samples = [attempt(i, reply, took=took) for i, reply in enumerate(replies)]
    ended = len(replies) * INTERVAL
    seen = figures(samples, interval=INTERVAL, observed=(0, ended))
    assert seen.longest is not None
    assert seen.total is not None
    assert 0 <= seen.longest <= seen.total <= ended
    runs = "".join("." if r is Reply.OK else "x" for r in replies).split(".")
    inner = max((len(run) for run in runs[1:-1]), default=0) * INTERVAL
    assert seen.longest >= inner - 1e-6
    assert (seen.longest == 0) or Reply.FAIL in replies or Reply.UNKNOWN in replies


@given(st.permutations(range(30)), st.sets(st.integers(0, 29)))
def test_the_order_in_which_attempts_were_noted_does_not_matter(order: list[int], bad: set[int]) -> None:
    samples = [attempt(i, Reply.UNKNOWN if i in bad else Reply.OK) for i in range(30)]
    shuffled = [samples[i] for i in order]
    assert figures(shuffled, interval=INTERVAL, observed=(0, 3)) == figures(
        samples, interval=INTERVAL, observed=(0, 3)
    )


@given(st.sets(st.integers(0, 59)), st.integers(0, 59))
def test_one_more_failure_never_improves_a_figure(bad: set[int], worse: int) -> None:
    def seen(down: set[int]) -> tuple[float, float]:
        samples = [attempt(i, Reply.FAIL if i in down else Reply.OK) for i in range(60)]
        it = figures(samples, interval=INTERVAL, observed=(0, 6))
        assert it.longest is not None
        return it.longest, -it.worst[1.0]

    assert all(after >= before - 1e-9 for before, after in zip(seen(bad), seen(bad | {worse}), strict=True))

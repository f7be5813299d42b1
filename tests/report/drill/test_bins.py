from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fournines.probe.sample import Reply, Sample
from fournines.report.drill.bins import Column, columns

TIMES = st.floats(0, 100, allow_nan=False)
SAMPLES = st.lists(
    st.builds(
        lambda at, took, reply: Sample("p", at, at, at + took, reply),
        TIMES,
        st.floats(0.001, 5),
        st.sampled_from(Reply),
    ),
    max_size=60,
)


def sample(at: float, took: float = 0.01, reply: Reply = Reply.OK) -> Sample:
    return Sample("p", at, at, at + took, reply)


def test_every_sample_falls_into_the_slice_of_its_intended_start() -> None:
    found = columns([sample(0.0), sample(0.99), sample(1.0), sample(2.0)], began=0.0, ended=2.0, count=2)
    assert [c.ok for c in found] == [2, 2]


def test_a_column_keeps_the_worst_and_what_failed_beside_the_median() -> None:
    members = [sample(0.1, t) for t in (0.01, 0.02, 0.9)]
    members += [sample(0.2, 1.0, Reply.UNKNOWN), sample(0.3, 0.001, Reply.FAIL)]
    (found,) = columns(members, began=0.0, ended=1.0, count=1)
    assert found.ok, found.failed
    assert (found.ok, found.failed, found.unknown) == (3, 1, 1)
    assert abs((found.median or 0) - 0.02) < 1e-9
    assert abs((found.worst or 0) - 0.9) < 1e-9


def test_an_empty_slice_is_a_gap_not_a_zero() -> None:
    assert columns([sample(0.1, reply=Reply.FAIL)], began=0.0, ended=2.0, count=2) == (
        Column(failed=1),
        Column(),
    )


def test_nothing_at_all_and_a_moment_without_length() -> None:
    assert columns([], began=0.0, ended=0.0, count=3) == (Column(),) * 3
    assert columns([sample(0.0)], began=0.0, ended=0.0, count=2)[0].ok == 1


@given(SAMPLES, st.integers(1, 50))
def test_no_sample_is_lost_or_counted_twice_and_no_slow_one_hidden(samples: list[Sample], count: int) -> None:
    found = columns(samples, began=0.0, ended=100.0, count=count)
    assert len(found) == count
    for reply, seen in (
        (Reply.OK, sum(c.ok for c in found)),
        (Reply.FAIL, sum(c.failed for c in found)),
        (Reply.UNKNOWN, sum(c.unknown for c in found)),
    ):
        assert seen == sum(s.reply is reply for s in samples)
    slowest = max((s.latency for s in samples if s.good), default=None)
    assert max((c.worst for c in found if c.worst is not None), default=None) == slowest

"""Declarations that are worked out: what a component's parts hold on hosts that they share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fournines.kit.declare import memory_of

names = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)


@given(st.lists(st.tuples(names, st.integers(0, 500)), max_size=5))
def test_each_host_is_said_once_with_all_that_it_holds(parts: list[tuple[tuple[str, ...], int]]) -> None:
    said = list(memory_of("nova", *parts))
    hosts = [host for one in said for host in one.hosts]
    assert len(hosts) == len(set(hosts))
    assert set(hosts) == {host for part, _ in parts for host in part}
    for one in said:
        for host in one.hosts:
            assert one.rest == sum(rest for part, rest in parts if host in part)

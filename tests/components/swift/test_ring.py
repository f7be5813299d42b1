"""Swift's rings: where copies lie, and that a changed list of hosts moves no more than it must."""

from __future__ import annotations

import gzip
import json
import struct
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.programs import opinion

from fournines.components.swift.model import Device, part_shift, placed, ring_file

POWER = 5
PARTITIONS = 1 << POWER
ADDRESSES = "10.0.0.{}"
hosts = st.lists(st.sampled_from([f"host{n}" for n in range(9)]), min_size=3, max_size=8, unique=True)


def of(names: list[str], *devices: str) -> tuple[Device, ...]:
    return tuple(
        Device(name, device, ADDRESSES.format(number))
        for number, name in enumerate(names, start=1)
        for device in devices or ("d1",)
    )


def keeping(names: list[str], replicas: int = 3, power: int = POWER) -> list[set[str]]:
    """Per partition the hosts that keep it."""
    found = of(names)
    rows = placed(found, replicas, power)
    return [{found[row[partition]].host for row in rows} for partition in range(1 << power)]


@given(hosts, st.integers(1, 3), st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True))
def test_every_copy_of_a_partition_lies_on_a_host_of_its_own(
    names: list[str], replicas: int, devices: list[str]
) -> None:
    found = of(names, *devices)
    rows = placed(found, replicas, POWER)
    assert [len(row) for row in rows] == [PARTITIONS] * replicas
    for partition in range(PARTITIONS):
        assert len({found[row[partition]].host for row in rows}) == replicas


@given(hosts, st.randoms(use_true_random=False))
def test_the_order_of_the_file_moves_nothing(names: list[str], random: st.DataObject) -> None:
    other = sorted(names, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert keeping(names) == keeping(other)


@given(hosts)
def test_of_a_host_that_leaves_only_its_own_copies_move(names: list[str]) -> None:
    if len(names) == 3:
        names = [*names, "another"]
    for before, after in zip(keeping(names), keeping(names[1:]), strict=True):
        assert after >= before - {names[0]}


@given(hosts)
def test_a_host_that_joins_takes_over_at_most_one_copy_of_a_partition(names: list[str]) -> None:
    for before, after in zip(keeping(names), keeping([*names, "new"]), strict=True):
        assert after - before <= {"new"}
        assert len(before - after) <= 1


@given(hosts)
def test_a_host_in_another_ones_place_costs_no_partition_two_copies(names: list[str]) -> None:
    for before, after in zip(keeping(names), keeping(["new", *names[1:]]), strict=True):
        assert len(before - after) <= 1


def test_one_copy_more_leaves_the_others_where_they_are() -> None:
    names = [f"host{n}" for n in range(5)]
    for fewer, more in pairwise([keeping(names, replicas) for replicas in (1, 2, 3)]):
        assert all(a < b for a, b in zip(fewer, more, strict=True))


def test_hosts_keep_about_the_same() -> None:
    names = [f"storage{n}" for n in range(10)]
    kept = keeping(names, power=10)
    counts = [sum(name in of_partition for of_partition in kept) for name in names]
    fair = 3 * 1024 / len(names)
    assert sum(counts) == 3 * 1024
    assert max(abs(count - fair) for count in counts) < fair / 5


def test_the_devices_of_a_host_share_what_it_keeps() -> None:
    found = of(["a", "b", "c"], "d1", "d2")
    (first, *_) = placed(found, 3, 10)
    counts = [sum(row.count(number) for row in placed(found, 3, 10)) for number in range(len(found))]
    assert sum(counts) == 3 * len(first)
    assert min(counts) > 400


def test_the_file_is_swifts_format_and_the_same_every_time() -> None:
    found = of(["a", "b", "c"])
    text = ring_file(found, 2, POWER, 6200)
    assert text == ring_file.__wrapped__(found, 2, POWER, 6200)
    raw = gzip.decompress(b64decode(text))
    magic, version, length = struct.unpack("!4sHI", raw[:10])
    about = json.loads(raw[10 : 10 + length])
    assert (magic, version) == (b"R1NG", 1)
    assert about["part_shift"] == part_shift(POWER) == 27
    assert [(d["id"], d["ip"], d["zone"], d["port"]) for d in about["devs"]] == [
        (0, "10.0.0.1", 1, 6200),
        (1, "10.0.0.2", 2, 6200),
        (2, "10.0.0.3", 3, 6200),
    ]
    rows = placed(found, 2, POWER)
    assert raw[10 + length :] == b"".join(struct.pack("<32H", *row) for row in rows)


def test_swift_reads_the_ring_and_finds_it_balanced(tmp_path: Path) -> None:
    """Asked with its own program, where a host image has it."""
    found = of(["a", "b", "c", "d"], "d1")
    script = (
        "cd /run/ring && base64 -d < ring.b64 > object.ring.gz"
        " && swift-ring-builder object.ring.gz write_builder && swift-ring-builder object.builder validate"
        " && swift-ring-builder object.builder"
    )
    said = opinion(
        ["sh", "-c", script],
        {"ring/ring.b64": ring_file(found, 3, 10, 6200)},
        tmp_path,
        program="/usr/bin/swift-ring-builder",
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1024 partitions, 3.000000 replicas, 1 regions, 4 zones, 4 devices" in said.stdout

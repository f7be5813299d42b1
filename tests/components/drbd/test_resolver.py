"""A volume's copies are made from whatever was interrupted, and nothing that was there is written over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.components.drbd.on_host.resolver import FILESYSTEM, METADATA, Disk, Next, Refused, decide
from fournines.components.drbd.on_host.state import State

BLANK = Disk("/dev/vdb", "block", size=2**30, record="/var/lib/fournines-drbd/mysql")
OURS = replace(BLANK, recorded=True, signatures=frozenset({METADATA}), blank=True)
BOTH_NEW = State("Connected", "Secondary", "Secondary", "Inconsistent", "Inconsistent", False, 1024)  # noqa: FBT003
SAME = replace(BOTH_NEW, disk="UpToDate", peer_disk="UpToDate", behind=0)
FORMATTED = replace(OURS, signatures=frozenset({METADATA, FILESYSTEM}), blank=False)


@pytest.mark.parametrize(
    ("disk", "state", "first", "wanted"),
    [
        (BLANK, None, True, Next.RECORD),
        (replace(BLANK, recorded=True), None, True, Next.METADATA),
        (OURS, None, True, Next.UP),
        (OURS, BOTH_NEW, True, Next.AGREE),
        (OURS, BOTH_NEW, False, Next.DONE),
        (OURS, replace(BOTH_NEW, connection="WFConnection", peer_disk="DUnknown"), True, Next.WAIT),
        (OURS, SAME, True, Next.FORMAT),
        (OURS, replace(SAME, role="Primary"), True, Next.FORMAT),
        (OURS, replace(SAME, peer_role="Primary"), True, Next.WAIT),
        (replace(FORMATTED, half=True), SAME, True, Next.FORMAT),
        (FORMATTED, SAME, True, Next.DONE),
        (FORMATTED, None, True, Next.DONE),
        # the first host's disk was replaced: the other's copy comes to it, and is not made anew
        (OURS, replace(BOTH_NEW, connection="SyncTarget", peer_disk="UpToDate"), True, Next.DONE),
    ],
)
def test_the_next_step(disk: Disk, state: State | None, first: bool, wanted: Next) -> None:  # noqa: FBT001
    assert decide(disk, state, first=first) is wanted


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        (Disk("/dev/vdz", "missing"), "there is no /dev/vdz; try: attach the disk"),
        (Disk("/etc/passwd", "other"), "is not a block device"),
        (replace(BLANK, used="mounted at /srv"), "/dev/vdb is in use: mounted at /srv"),
        (replace(BLANK, signatures=frozenset({"ext4"}), blank=False), "is not empty, it has: ext4"),
        (replace(BLANK, recorded=True, signatures=frozenset({"LVM2_member"})), "LVM2_member"),
        (replace(BLANK, blank=False), "something is written at the beginning of /dev/vdb"),
        (replace(BLANK, size=2**20), "has 1 MiB, 300 are needed"),
        (replace(OURS, recorded=False), "echo /dev/vdb > /var/lib/fournines-drbd/mysql"),
        (
            replace(FORMATTED, recorded=False),
            "DRBD metadata that this host has not made, beside xfs; try: name another device",
        ),
        (replace(OURS, signatures=frozenset({METADATA, "ext4"})), "has ext4, where only XFS is made"),
    ],
)
def test_what_is_somebody_elses_is_told_and_left(disk: Disk, words: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(disk, None, first=True)
    assert words in str(refused.value)
    assert "; try: " in str(refused.value)


def test_a_disk_must_hold_what_the_site_file_says() -> None:
    with pytest.raises(Refused, match="has 1024 MiB, 2048 are needed"):
        decide(BLANK, None, first=True, size=2**31)


def test_a_file_system_without_metadata_is_not_ours_although_drbd_is_up() -> None:
    with pytest.raises(Refused, match="has a file system and no metadata"):
        decide(replace(FORMATTED, signatures=frozenset({FILESYSTEM})), SAME, first=True)


def test_a_disk_that_drbd_gave_up_is_told() -> None:
    with pytest.raises(Refused, match="is Diskless for DRBD"):
        decide(OURS, replace(SAME, disk="Diskless"), first=True)


@dataclass
class Pair:
    """Two hosts whose disks change as the programs would change them."""

    disks: list[Disk]
    up: list[bool]
    agreed: bool = False

    def state(self, me: int) -> State | None:
        if not self.up[me]:
            return None
        other = self.up[1 - me]
        mine = "UpToDate" if self.agreed else "Inconsistent"
        return State(
            "Connected" if other else "WFConnection",
            "Secondary",
            "Secondary" if other else "Unknown",
            mine,
            mine if other else "DUnknown",
            suspended=False,
            behind=0,
        )

    def do(self, me: int, step: Next, *, cut: bool) -> None:
        """One step; ``cut`` is a power loss in its middle, where it has one."""
        disk = self.disks[me]
        if step is Next.RECORD:
            self.disks[me] = replace(disk, recorded=True)
        elif step is Next.METADATA and not cut:
            assert disk.recorded
            assert disk.signatures == set()
            self.disks[me] = replace(disk, signatures=frozenset({METADATA}))
        elif step is Next.UP:
            self.up[me] = True
        elif step is Next.AGREE:
            assert all(one.signatures == {METADATA} for one in self.disks)
            self.agreed = True
        elif step is Next.FORMAT:
            assert all(not one.formatted for one in self.disks), "a whole file system is never made anew"
            both = frozenset({METADATA, FILESYSTEM})
            self.disks = [replace(one, signatures=both, half=cut, blank=False) for one in self.disks]
        if cut:
            self.up[me] = False


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=40))
def test_from_every_interruption_both_come_to_an_end(moves: list[tuple[int, bool]]) -> None:
    pair = Pair([BLANK, BLANK], [False, False])
    for me, cut in (*moves, *((n % 2, False) for n in range(20))):
        step = decide(pair.disks[me], pair.state(me), first=me == 0)
        if step not in (Next.DONE, Next.WAIT):
            pair.do(me, step, cut=cut)
    assert all(disk.formatted for disk in pair.disks)
    assert all(decide(pair.disks[me], pair.state(me), first=me == 0) is Next.DONE for me in (0, 1))


kinds = st.sets(st.sampled_from(["ext4", "xfs", "drbd", "LVM2_member", "gpt", "swap"]))


@given(
    kinds,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, BOTH_NEW, SAME, replace(SAME, peer_role="Primary")]),
)
def test_no_step_writes_to_a_disk_that_is_not_ours(
    found: set[str],
    recorded: bool,  # noqa: FBT001
    blank: bool,  # noqa: FBT001
    half: bool,  # noqa: FBT001
    state: State | None,
) -> None:
    disk = replace(
        BLANK, signatures=frozenset(found), recorded=recorded, blank=blank, half=half and "xfs" in found
    )
    try:
        step = decide(disk, state, first=True)
    except Refused:
        return
    if step is Next.RECORD:
        assert not found
        assert blank
    if step is Next.METADATA:
        assert recorded
        assert not found
        assert blank
    if step in (Next.UP, Next.AGREE, Next.FORMAT):
        assert recorded
        assert found <= {METADATA, FILESYSTEM}
    if step is Next.FORMAT:
        assert FILESYSTEM not in found or disk.half

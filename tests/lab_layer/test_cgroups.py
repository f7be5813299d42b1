from __future__ import annotations

from pathlib import Path

import pytest

from fournines.errors import LabError
from fournines.lab.cgroups import (
    Hierarchies,
    HostCgroups,
    hosts_with_cgroups,
    is_first_of_container,
    labs_with_cgroups,
    parse_mounts,
    remove_lab,
)

HYBRID = """\
tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,nosuid,xattr,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nosuid,nsdelegate 0 0
"""


def test_a_hybrid_machine_has_v1_controllers_too() -> None:
    found = parse_mounts(HYBRID)
    assert found == Hierarchies(
        Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/cpu")
    )
    assert len(found.all) == 3


def test_a_unified_machine_has_one() -> None:
    found = parse_mounts("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")
    assert found.all == (Path("/sys/fs/cgroup"),)


def test_without_cgroup_v2_there_is_no_lab() -> None:
    with pytest.raises(LabError, match="cgroup v2"):
        parse_mounts("tmpfs / tmpfs rw 0 0\n")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Name:\tsystemd\nNSpid:\t4711\t1\n", True),
        ("Name:\tsshd\nNSpid:\t4712\t77\n", False),
        ("Name:\tworker\nNSpid:\t4713\t80\t1\n", False),  # PID 1 of a service's own namespace
        ("Name:\tinit\nNSpid:\t1\n", False),
        ("", False),  # gone meanwhile
    ],
)
def test_the_leader_is_pid_1_exactly_one_level_down(status: str, expected: bool) -> None:  # noqa: FBT001
    assert is_first_of_container(status) is expected


def test_a_host_that_was_never_started_has_nobody(tmp_path: Path) -> None:
    cgroups = HostCgroups(Hierarchies(tmp_path), "blog", "controller1")
    assert cgroups.leader() is None
    assert not cgroups.frozen
    assert cgroups.processes() == frozenset()
    cgroups.clear()


def test_processes_are_found_at_every_depth(tmp_path: Path) -> None:
    cgroups = HostCgroups(Hierarchies(tmp_path), "blog", "controller1")
    top = tmp_path / "nines/blog/controller1"
    for place, pids in {
        "supervisor": "10\n",
        "payload/init.scope": "11\n12\n",
        "payload/a.slice/b": "13\n",
    }.items():
        (top / place).mkdir(parents=True)
        (top / place / "cgroup.procs").write_text(pids)
    assert cgroups.processes() == frozenset({10, 11, 12, 13})
    assert cgroups.inside == (top / "payload/init.scope",)


def test_labs_and_their_hosts_are_found_in_either_hierarchy_and_removed_one_by_one(tmp_path: Path) -> None:
    where = Hierarchies(tmp_path / "unified", tmp_path / "systemd")
    (tmp_path / "unified/nines/a/h1").mkdir(parents=True)
    (tmp_path / "systemd/nines/a/h2").mkdir(parents=True)
    (tmp_path / "unified/nines/b").mkdir(parents=True)
    assert labs_with_cgroups(where) == {"a", "b"}
    assert hosts_with_cgroups(where, "a") == {"h1", "h2"}
    remove_lab(where, "b")
    assert labs_with_cgroups(where) == {"a"}
    remove_lab(where, "a")  # its hosts are still there
    assert hosts_with_cgroups(where, "a") == {"h1", "h2"}


def test_each_host_has_a_budget_for_real_time_and_its_lab_the_sum(tmp_path: Path) -> None:
    where = Hierarchies(tmp_path / "unified", cpu=tmp_path / "cpu")
    for name in ("controller1", "controller2"):
        HostCgroups(where, "blog", name).make()
    budgets = {p.parent.name: int(p.read_text()) for p in (tmp_path / "cpu").rglob("cpu.rt_runtime_us")}
    assert budgets["controller1"] == budgets["controller2"] == budgets["blog"] // 2
    assert budgets["nines"] >= budgets["blog"]


@pytest.mark.parametrize("has", [("unified",), ("cpu",), ("unified", "cpu"), ()])
def test_a_host_yields_by_whichever_controller_the_machine_has(tmp_path: Path, has: tuple[str, ...]) -> None:
    where = Hierarchies(tmp_path / "unified", cpu=tmp_path / "cpu")
    cgroups = HostCgroups(where, "blog", "c1")
    names = {"unified": "unified/nines/blog/c1/cpu.weight", "cpu": "cpu/nines/blog/c1/cpu.shares"}
    files = {name: tmp_path / path for name, path in names.items()}
    for name in has:
        files[name].parent.mkdir(parents=True)
        files[name].touch()
    for share, unified, cpu in ((0.1, "10\n", "102\n"), (1.0, "100\n", "1024\n")):
        cgroups.weigh(share)
        told = {"unified": unified, "cpu": cpu}
        found = {name: file.read_text() for name, file in files.items() if file.exists()}
        assert found == {name: told[name] for name in has}

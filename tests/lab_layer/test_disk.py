from __future__ import annotations

from pathlib import Path

import pytest

from fournines.errors import LabError
from fournines.lab import disk
from fournines.lab.disk import GIB, MEMORY, Disk, Needs
from fournines.lab.plan import Device, LabHost
from fournines.lab.state import LabPaths
from fournines.spec.model import HostKind

THREE = Needs.of([LabHost(name=f"controller{number}", nics=()) for number in (1, 2, 3)])
HERE = Path("/var/lib/fournines/labs/blog/hosts")


def test_memory_unless_it_would_not_suffice() -> None:
    assert disk.choose(None, THREE, available=20 * GIB, default=HERE) == Disk(MEMORY)
    small = disk.choose(None, THREE, available=4 * GIB, default=HERE)
    assert small.where == str(HERE)
    assert small.why == "not in memory: 3 hosts need 5.2 GiB of memory, 4.0 are available"


def test_a_wish_is_granted_or_refused_with_the_numbers(tmp_path: Path) -> None:
    assert disk.choose(MEMORY, THREE, available=20 * GIB, default=HERE).in_memory
    assert disk.choose(str(tmp_path), THREE, available=0, default=HERE) == Disk(str(tmp_path))
    with pytest.raises(LabError, match=r"3 hosts need 5\.2 GiB of memory, 1\.0 are available"):
        disk.choose(MEMORY, THREE, available=GIB, default=HERE)


def test_a_virtual_machine_takes_its_memory_and_its_devices() -> None:
    device = Device(path="/dev/vdb", mib=512)
    vm = LabHost(name="controller1", nics=(), kind=HostKind.VM, devices=(device, device))
    assert Needs.of([vm]) == Needs(hosts=1, disks=2 * GIB, running=2 * GIB)


def test_available_memory_is_read_in_bytes() -> None:
    assert disk.available_memory("MemTotal: 25 kB\nMemAvailable:   2048 kB\n") == 2048 * 1024


def test_a_lab_without_disks_has_none_and_one_whose_memory_is_gone_neither(tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path)
    assert disk.current(paths) is None
    paths.hosts.mkdir(parents=True)
    paths.disk.write_text(f"{paths.hosts}\n")
    assert disk.current(paths) == Disk(str(paths.hosts))
    paths.disk.write_text("memory\n")  # a machine that was rebooted: nothing is mounted
    assert disk.current(paths) is None


def test_what_lies_elsewhere_goes_with_the_lab_and_nothing_else(tmp_path: Path) -> None:
    paths = LabPaths("blog", tmp_path / "labs")
    paths.directory.mkdir(parents=True)
    (tmp_path / "disks" / "nines-blog" / "h").mkdir(parents=True)
    (tmp_path / "disks" / "mine").touch()
    paths.disk.write_text(f"{tmp_path / 'disks'}\n")
    disk.forget(paths)
    assert [entry.name for entry in (tmp_path / "disks").iterdir()] == ["mine"]

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from fournines.lab.cgroups import JOIN_CGROUPS
from fournines.lab.hosts.container import CAPABILITIES, exec_argv, nspawn_argv, overlay_argv, surplus
from fournines.lab.hosts.host import launch_argv
from fournines.lab.state import HostPaths

if TYPE_CHECKING:
    from fournines.lab.plan import LabPlan

FILES = HostPaths(Path("/labs/blog/hosts/dashboard"))


def test_a_container_gets_its_cables_in_order_and_nothing_shared(plan: LabPlan) -> None:
    argv = nspawn_argv("blog", plan.host("dashboard"), FILES.root)
    assert [a for a in argv if "veth" in a] == [
        "--network-veth-extra=dashboard-e0:eth0",
        "--network-veth-extra=dashboard-e1:eth1",
    ]
    assert {"--private-network", "--keep-unit", "--register=no", "--machine=nines-blog-dashboard"} <= set(
        argv
    )


def test_a_host_starts_in_its_cgroups_and_in_the_labs_namespace(plan: LabPlan) -> None:
    argv = launch_argv(plan.name, [Path("/cg/a"), Path("/cg/b")], ["systemd-nspawn", "--boot"])
    assert argv[:2] == ["setsid", "--fork"]
    assert argv[argv.index("join") + 1 : argv.index("--")] == ["/cg/a", "/cg/b"]
    assert argv[argv.index("--") + 1 :][:3] == ["nsenter", "--net=/run/netns/nines-blog", "systemd-nspawn"]


def test_joining_cgroups_writes_the_very_process_that_becomes_the_command(tmp_path: Path) -> None:
    for name in ("a b", "c"):
        (tmp_path / name).mkdir()
    places = [str(tmp_path / "a b"), str(tmp_path / "c")]
    told = subprocess.run(
        ["sh", "-c", JOIN_CGROUPS, "join", *places, "--", "sh", "-c", 'echo $$ "$1"', "x", "-- y"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    pid, argument = told.split(" ", 1)
    assert argument == "-- y"
    assert [Path(p, "cgroup.procs").read_text().strip() for p in places] == [pid, pid]


def test_a_command_is_not_run_when_its_cgroup_is_gone(tmp_path: Path) -> None:
    argv = ["sh", "-c", JOIN_CGROUPS, "join", str(tmp_path / "gone"), "--", "touch", str(tmp_path / "ran")]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 125
    assert not (tmp_path / "ran").exists()


def test_a_command_in_a_host_has_the_hosts_powers_and_no_environment_of_ours() -> None:
    argv = exec_argv(4711, [Path("/cg/payload/init.scope")], ["sys_time", "bpf"], ["date", "-s", "@1"])
    assert "--target=4711" in argv
    assert "--bounding-set=-sys_time,-bpf" in argv
    assert argv[argv.index("env") + 1] == "-i"
    assert argv[-3:] == ["date", "-s", "@1"]


def test_surplus_capabilities_are_those_the_host_lacks() -> None:
    sys_time = 1 << CAPABILITIES.index("sys_time")
    assert CAPABILITIES.index("sys_time") == 25  # linux/capability.h
    assert CAPABILITIES.index("checkpoint_restore") == 40
    assert surplus(sys_time | 1, 1) == ("sys_time",)
    assert surplus(1, sys_time | 1) == ()


def test_a_disk_is_an_overlay_over_the_image() -> None:
    argv = overlay_argv("blog", Path("/cache/images/x/tree"), FILES)
    d = "/labs/blog/hosts/dashboard"
    assert f"lowerdir=/cache/images/x/tree,upperdir={d}/upper,workdir={d}/work" in argv
    assert argv[-1] == f"{d}/root"

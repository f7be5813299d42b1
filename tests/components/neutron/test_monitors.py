"""What Neutron leaves of a deleted router, and a monitor that does not hear, are ended; nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fournines.components.neutron.on_host import monitors

ROUTER = "9516d4f8-2e66-49d2-bfe6-3ce725dbbd48"
OTHER = "64c0d757-fdd3-4f0b-a43b-06e8aec39714"


def options(router: str) -> tuple[str, ...]:
    """What the L3 agent starts a monitor with."""
    return (
        f"--router_id={router}",
        f"--namespace=qrouter-{router}",
        f"--conf_dir=/var/lib/neutron/ha_confs/{router}",
        "--monitor_interface=ha-1",
        "--monitor_cidr=169.254.0.7/24",
        "--user=109",
    )


def monitor(router: str) -> monitors.Monitor:
    """What is read of it."""
    folder = f"/var/lib/neutron/ha_confs/{router}"
    return monitors.Monitor(router, "ha-1", "169.254.0.7/24", folder)


COMMAND = "\0".join(("/usr/bin/python3", f"/bin/{monitors.MONITOR}", *options(ROUTER), ""))


def test_a_monitor_says_whose_it_is() -> None:
    titled = COMMAND.replace("\0", " ").strip() + "\0"
    assert monitors.monitor_of(COMMAND) == monitors.monitor_of(titled) == monitor(ROUTER)
    for other in (
        "",
        "\0",
        f"pgrep\0-f\0{monitors.MONITOR} {' '.join(options(ROUTER))}",
        "\0".join(("vi", *options(ROUTER))),
        f"/usr/bin/python3\0/bin/{monitors.MONITOR}\0--router_id={ROUTER}\0",
    ):
        assert monitors.monitor_of(other) is None


def test_who_has_no_namespace_is_an_orphan() -> None:
    mine, other = monitor(ROUTER), monitor(OTHER)
    assert monitors.orphans({3: mine, 1: other, 2: other}, frozenset({ROUTER})) == [1, 2]
    assert monitors.orphans({3: mine}, frozenset()) == [3]


def shown(name: str = "ha-1", address: str = "169.254.0.7", length: int = 24) -> list[dict[str, Any]]:
    """What ``ip -json address`` shows: the interface's own address first, then one more."""
    own = {"family": "inet", "local": "169.254.192.31", "prefixlen": 18}
    more = {"family": "inet", "local": address, "prefixlen": length}
    return [{"ifname": "lo", "addr_info": []}, {"ifname": name, "addr_info": [own, more]}, {}]


@pytest.mark.parametrize(
    ("links", "active"),
    [
        (shown(), True),
        (shown(name="qg-1"), False),
        (shown(address="169.254.0.70"), False),
        (shown(length=32), False),
        ([], False),
    ],
)
def test_it_contradicts_its_host_when_only_one_of_them_says_active(
    links: list[dict[str, Any]],
    active: bool,  # noqa: FBT001
) -> None:
    assert monitors.contradicts(monitor(ROUTER), "primary", links) is not active
    assert monitors.contradicts(monitor(ROUTER), "backup\n", links) is active


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """A process that looks like a monitor, its router, and a /proc with it and this test's.

    Only processes of this test are shown: a real site may run on this machine.
    """
    router, program, processes = str(uuid.uuid4()), folder / monitors.MONITOR, folder / "proc"
    program.write_text("import time\ntime.sleep(60)\n")
    processes.mkdir()
    (processes / "uptime").symlink_to("/proc/uptime")
    with subprocess.Popen([sys.executable, program, *options(router)]) as process:
        for pid in (process.pid, os.getpid()):
            (processes / str(pid)).symlink_to(f"/proc/{pid}")
        while router not in Path(f"/proc/{process.pid}/cmdline").read_text():
            pass
        yield process, router, processes
        process.kill()


@pytest.mark.parametrize(
    ("namespace", "deaf", "ended"),
    [
        (False, [], 1),
        (True, [False], 0),
        (True, [True, False], 0),
        (True, [True, True], 1),
    ],
    ids=["gone", "hears", "hears late", "deaf"],
)
def test_a_real_process_is_ended_without_its_namespace_or_when_it_contradicts_its_host_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, namespace: bool, deaf: list[bool], ended: int
) -> None:
    monkeypatch.setattr(monitors, "AGE", -1.0)
    monkeypatch.setattr(monitors, "SETTLES", 0.0)
    answers = iter(deaf)
    with running(tmp_path) as (process, router, processes):
        if namespace:
            (tmp_path / f"qrouter-{router}").touch()
        assert monitors.main(processes, tmp_path, is_deaf=lambda _: next(answers)) == ended
        assert (process.poll() is None) is (ended == 0) or process.wait(5) == -9
    assert not list(answers)


def test_what_cannot_be_seen_is_not_deaf(tmp_path: Path) -> None:
    nobody = monitors.Monitor(str(uuid.uuid4()), "ha-1", "169.254.0.7/24", str(tmp_path))
    assert not monitors.deaf(nobody)
    (tmp_path / "state").write_text("primary")
    assert not monitors.deaf(nobody), "there is no such namespace"


def test_a_young_one_may_be_about_to_end_by_itself(tmp_path: Path) -> None:
    young = tmp_path / "7"
    young.mkdir()
    (tmp_path / "uptime").write_text("100.0 1.0\n")
    (young / "cmdline").write_text(COMMAND)
    ticks = os.sysconf("SC_CLK_TCK")
    (young / "stat").write_text(f"7 (a) b) S {' '.join(['0'] * 18)} {99 * ticks} 0\n")
    assert monitors.main(tmp_path, tmp_path) == 0

"""What Neutron leaves of a deleted router is ended, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from fournines.components.neutron.on_host import orphans

ROUTER = "9516d4f8-2e66-49d2-bfe6-3ce725dbbd48"
OTHER = "64c0d757-fdd3-4f0b-a43b-06e8aec39714"
COMMAND = f"/usr/bin/python3\0/bin/{orphans.MONITOR}\0--router_id={ROUTER}\0--namespace=qrouter-{ROUTER}\0"


def test_a_monitor_says_whose_it_is() -> None:
    titled = COMMAND.replace("\0", " ").strip() + "\0"
    assert orphans.router_of(COMMAND) == orphans.router_of(titled) == ROUTER
    for other in (
        "",
        "\0",
        f"pgrep\0-f\0{orphans.MONITOR} --router_id={ROUTER}",
        f"vi\0--router_id={ROUTER}\0",
    ):
        assert orphans.router_of(other) is None


def test_who_has_no_namespace_is_an_orphan() -> None:
    assert orphans.orphans({3: ROUTER, 1: OTHER, 2: OTHER}, frozenset({ROUTER})) == [1, 2]
    assert orphans.orphans({3: ROUTER}, frozenset()) == [3]


@pytest.mark.parametrize(("there", "ended"), [(False, 1), (True, 0)])
def test_a_real_process_is_ended_only_without_its_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool, ended: int
) -> None:
    monkeypatch.setattr(orphans, "AGE", -1.0)
    router, program = str(uuid.uuid4()), tmp_path / orphans.MONITOR
    program.write_text("import time\ntime.sleep(60)\n")
    if there:
        (tmp_path / f"qrouter-{router}").touch()
    # Only processes of this test are shown to it: a real site may run on this machine.
    shown = tmp_path / "proc"
    shown.mkdir()
    (shown / "uptime").symlink_to("/proc/uptime")
    with subprocess.Popen([sys.executable, program, f"--router_id={router}"]) as process:
        for pid in (process.pid, os.getpid()):
            (shown / str(pid)).symlink_to(f"/proc/{pid}")
        while router not in Path(f"/proc/{process.pid}/cmdline").read_text():
            pass
        assert orphans.main(shown, tmp_path) == ended
        assert (process.poll() is None) is (ended == 0) or process.wait(5) == -9
        process.kill()


def test_a_young_one_may_be_about_to_end_by_itself(tmp_path: Path) -> None:
    shown = tmp_path / "7"
    shown.mkdir()
    (tmp_path / "uptime").write_text("100.0 1.0\n")
    (shown / "cmdline").write_text(COMMAND)
    ticks = os.sysconf("SC_CLK_TCK")
    (shown / "stat").write_text(f"7 (a) b) S {' '.join(['0'] * 18)} {99 * ticks} 0\n")
    assert orphans.main(tmp_path, tmp_path) == 0

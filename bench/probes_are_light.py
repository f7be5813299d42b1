"""What share of one core all clients of a drill together take, on a lab that is up and deployed.

.venv/bin/python bench/probes_are_light.py SITE (target: below 0.2; the sleepers that look at the machine
are counted in).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NINES = Path(sys.executable).with_name("nines")
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> set[int]:
    """A process and all that it has started."""
    found, ahead = set[int](), {pid}
    while ahead:
        one = ahead.pop()
        found.add(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            ahead |= {int(child) for child in task.read_text().split()} - found
    return found


def spent(pid: int) -> float:
    """Seconds of processor time of a living process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """Run the control run and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [str(NINES), "drill", sys.argv[1], "control", "--out", folder]
        begun = time.monotonic()
        taken: dict[int, float] = {}
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            while running.poll() is None:
                for pid in family(running.pid):
                    try:
                        taken[pid] = spent(pid)
                    except OSError:  # it has just ended
                        continue
                time.sleep(0.5)
        seconds = time.monotonic() - begun
        total = sum(taken.values())
        print(f"{total:.1f} s of processor time in {seconds:.1f} s: {total / seconds:.3f} cores")


if __name__ == "__main__":
    main()

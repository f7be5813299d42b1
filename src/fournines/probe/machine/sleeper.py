"""One process per processor that sleeps a fixed step and says when it was woken late. Run as a program.

``python sleeper.py STEP TOLERATED``, both in seconds, prints ``CPU DUE WOKE`` for every time it woke later
than tolerated, on the system's monotonic clock, and ends when its standard input is closed. Processes, not
threads: threads of one Python share a lock, and one that stood still would seem to stop the others. They
have the ordinary priority, whatever their starter has: it is what a site's own processes have.
"""

from __future__ import annotations

import os
import select
import sys
import time


def sleep_on(cpu: int, step: float, tolerated: float) -> None:
    """Sleep and tell until standard input ends. Each line is one write, so that lines do not mix."""
    os.sched_setaffinity(0, {cpu})
    due = time.monotonic() + step
    while not select.select([0], [], [], max(0.0, due - time.monotonic()))[0]:
        woke = time.monotonic()
        if woke - due > tolerated:
            os.write(1, f"{cpu} {due:.6f} {woke:.6f}\n".encode())
        due = max(due + step, woke)


def main() -> None:
    """One child per processor; the parent takes the last processor itself."""
    step, tolerated = map(float, sys.argv[1:])
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    *others, own = sorted(os.sched_getaffinity(0))
    for cpu in others:
        if os.fork() == 0:
            own = cpu
            break
    sleep_on(own, step, tolerated)


if __name__ == "__main__":
    main()

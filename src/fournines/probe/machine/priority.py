"""Who goes first on a machine that clients and hosts share.

In a lab the clients stand on the machine that also carries every host. A client of a real site does not
wait for the site's own processes to give up a core; so here clients go first, or they would measure
their own starvation. A nice value is not enough: each lab host has a share of its own in the kernel's
group scheduling, and a process competes with whole hosts. The lowest real-time priority is.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOWEST = 1


def hurry() -> bool:
    """Let the calling thread go before everything that is not real-time (sched(7)); whether it may.

    What it starts inherits that, and must: starting a program blocks the thread until the new process
    has called exec, which on a busy machine an ordinary process does a second later. A probe that ran
    wild would still leave the kernel's share of 5 % to everybody else (kernel.sched_rt_runtime_us).
    """
    try:
        os.sched_setscheduler(threading.get_native_id(), os.SCHED_RR, os.sched_param(_LOWEST))
    except PermissionError:
        return False
    return True


@contextmanager
def ordinary() -> Iterator[None]:
    """What this thread starts within is ordinary, as a lab's hosts must be; afterwards it hurries again."""
    thread = threading.get_native_id()
    policy, parameters = os.sched_getscheduler(thread), os.sched_getparam(thread)
    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
    try:
        yield
    finally:
        os.sched_setscheduler(thread, policy, parameters)

"""Who goes first on a machine that clients and hosts share.

In a lab the clients stand on the machine that also carries every host. A client of a real site does not
wait for the site's own processes to give up a core; so here clients go first, or they would measure
their own starvation. Linux keeps a nice value per thread, and new threads and processes inherit it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HURRIED = -10
"""The nice value of probes (nice(2): -20 goes first, 0 is ordinary)."""


def hurry() -> None:
    """Let this thread, and those it starts, go before ordinary ones. Changes nothing without the right to."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HURRIED)


@contextmanager
def ordinary() -> Iterator[None]:
    """What is started within has ordinary priority; afterwards this thread has its own back."""
    thread = threading.get_native_id()
    before = os.getpriority(os.PRIO_PROCESS, thread)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, thread, 0)
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, thread, before)

"""Clients go first; hosts that they switch on do not."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable

import pytest

from fournines.probe.machine.priority import hurry, ordinary


def in_a_thread(work: Callable[[], object]) -> object:
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.append(work()))
    thread.start()
    thread.join()
    return seen[0]


def of_a_child() -> str:
    shown = subprocess.run(["sh", "-c", "chrt -p $$"], capture_output=True, check=True, text=True)
    return shown.stdout.splitlines()[0].split()[-1]


@pytest.mark.skipif(not in_a_thread(hurry), reason="this user may not use real-time scheduling")
def test_programs_go_first_and_hosts_do_not() -> None:
    def work() -> list[str]:
        hurry()
        seen = [of_a_child()]
        with ordinary():
            seen.append(of_a_child())
        return [*seen, of_a_child()]

    assert in_a_thread(work) == ["SCHED_RR", "SCHED_OTHER", "SCHED_RR"]


def test_a_thread_that_never_hurried_stays_as_it_is() -> None:
    def work() -> int:
        with ordinary():
            pass
        return os.sched_getscheduler(threading.get_native_id())

    assert in_a_thread(work) == os.SCHED_OTHER

"""Clients go first; what they start does not."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from fournines.probe.priority import hurry


def policies() -> list[str]:
    """Of a thread that hurries: its own scheduling, that of a thread it starts, that of a program."""
    seen: list[str] = []

    def look() -> None:
        seen.append(str(os.sched_getscheduler(threading.get_native_id()) & ~os.SCHED_RESET_ON_FORK))

    def work() -> None:
        assert hurry()
        look()
        started = threading.Thread(target=look)
        started.start()
        started.join()
        asked = subprocess.run(["sh", "-c", "chrt -p $$"], capture_output=True, check=True, text=True)
        seen.append(asked.stdout.split()[-1])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return seen


def _may() -> bool:
    allowed: list[bool] = []
    thread = threading.Thread(target=lambda: allowed.append(hurry()))
    thread.start()
    thread.join()
    return allowed[0]


@pytest.mark.skipif(not _may(), reason="this user may not use real-time scheduling")
def test_hosts_started_by_a_hurried_thread_are_ordinary() -> None:
    assert policies() == [str(os.SCHED_RR), str(os.SCHED_OTHER), "0"]


def test_the_thread_that_runs_the_tests_is_left_alone() -> None:
    assert os.sched_getscheduler(0) == os.SCHED_OTHER

"""Clients go first; what they start for the lab does not."""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from fournines.probe.priority import HURRIED, hurry, ordinary


def in_a_thread_of_its_own(work: object) -> list[int]:
    seen: list[int] = []

    def run() -> None:
        assert callable(work)
        work(seen)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return seen


def _child() -> int:
    return int(subprocess.run(["nice"], capture_output=True, check=True, text=True).stdout)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may go first")
def test_hosts_started_by_a_hurried_thread_are_ordinary() -> None:
    def work(seen: list[int]) -> None:
        hurry()
        seen.append(_child())
        with ordinary():
            seen.append(_child())
        seen.append(_child())

    assert in_a_thread_of_its_own(work) == [HURRIED, 0, HURRIED]


def test_a_thread_that_never_hurried_is_left_alone() -> None:
    def work(seen: list[int]) -> None:
        before = os.getpriority(os.PRIO_PROCESS, 0)
        with ordinary():
            pass
        seen.append(os.getpriority(os.PRIO_PROCESS, 0) - before)

    assert in_a_thread_of_its_own(work) == [0]

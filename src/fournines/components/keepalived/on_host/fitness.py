"""Asks a host's programs whether it may hold the VIPs, and keeps the answers in files that keepalived tracks.

keepalived could ask by itself (``vrrp_script``). But it forks for each question, from the process that sends
the adverts, and a fork waits for locks in the kernel that any busy process of the machine may hold while it
is preempted (``dup_mmap``, seen for 0.25 to 1.3 s while another host of a lab booted; no priority helps).
Three adverts later the backup is a second master. Files it tracks by inotify.

Input: a JSON file, a list of questions: name, url, interval, timeout (seconds), fall and rise. For each there
is a file of that name in ``/run/fournines-fitness``: ``0`` while the host is fit, ``1`` while it is not.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DIRECTORY = Path("/run/fournines-fitness")
STALLED = 0.2
"""Seconds beyond its time limit after which a failed question says more about this process than about whom it
asked: it was not given the processor."""
ASLEEP = 3.0
"""Seconds by which a question may be late before the host counts as one that stood still (a paused virtual
machine, a frozen container). It wakes as the holder it was, with the higher priority, while another holds the
VIPs; it must be asked anew first."""
SILENCE = 5.0
"""Seconds in which some question got no answer and no failure after which the watchdog is left to act."""


@dataclass(frozen=True)
class Question:
    """What to ask, how often, and how many answers in a row change the mind. Times in seconds."""

    name: str
    url: str
    interval: float
    timeout: float
    fall: int
    rise: int


@dataclass(frozen=True)
class Opinion:
    """Whether the host is fit, and how many answers in a row said otherwise."""

    fit: bool = False
    against: int = 0

    def after(self, question: Question, *, good: bool) -> Opinion:
        """The opinion after one more answer."""
        if good == self.fit:
            return Opinion(self.fit)
        against = self.against + 1
        needed = question.rise if good else question.fall
        return Opinion(good) if against >= needed else Opinion(self.fit, against)


def counts(question: Question, *, good: bool, seconds: float) -> bool:
    """Whether an answer that took so many seconds says something about the host's programs."""
    return good or seconds <= question.timeout + STALLED


def ask(question: Question) -> bool:
    """Whether the URL gives 200 in time. By hand: three a second, for ever, should cost nothing."""
    where = urlsplit(question.url)
    request = f"GET {where.path} HTTP/1.0\r\nHost: {where.netloc}\r\n\r\n"
    try:
        with socket.create_connection((where.hostname, where.port or 80), question.timeout) as link:
            link.sendall(request.encode())
            with link.makefile("rb") as answer:
                return answer.readline(64).split()[1:2] == [b"200"]
    except OSError:
        return False


def watch(question: Question, told: Callable[[Question, bool], None], asked: Callable[[], None]) -> None:
    """Ask for ever; ``told`` hears every change and the first opinion, ``asked`` that a question is over."""
    opinion = Opinion()
    told(question, opinion.fit)
    due = time.monotonic()
    while True:
        begun = time.monotonic()
        if begun - due > ASLEEP:
            opinion = Opinion()
            told(question, opinion.fit)
        good = ask(question)
        if counts(question, good=good, seconds=time.monotonic() - begun):
            before, opinion = opinion, opinion.after(question, good=good)
            if opinion.fit != before.fit:
                told(question, opinion.fit)
        asked()
        due = max(due + question.interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def write(question: Question, fit: bool, directory: Path = DIRECTORY) -> None:  # noqa: FBT001 - it is the value
    """Leave word for keepalived, in place: it watches the file, not its name."""
    (directory / question.name).write_text("0\n" if fit else "1\n")
    sys.stderr.write(f"{question.name}: {'fit' if fit else 'not fit'} to hold the VIPs\n")


def notify(text: str) -> None:
    """Tell systemd (sd_notify(3)); nobody else started this."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if where:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.connect("\0" + where[1:] if where.startswith("@") else where)
            link.send(text.encode())


def main(config: str) -> None:
    """Watch every question of the file; a watchdog ends this when none of them gets anywhere."""
    questions = [Question(**one) for one in json.loads(Path(config).read_text())]
    last = {question.name: time.monotonic() for question in questions}
    for question in questions:

        def asked(name: str = question.name) -> None:
            last[name] = time.monotonic()

        threading.Thread(target=watch, args=(question, write, asked), daemon=True).start()
    notify("READY=1")
    while True:
        time.sleep(1)
        if time.monotonic() - min(last.values()) < SILENCE:
            notify("WATCHDOG=1")


if __name__ == "__main__":
    main(sys.argv[1])

"""Says that an API's processes live, while they work on requests too. Loaded by uwsgi, runs on a host.

uwsgi's master imports this before it makes its workers (``shared-import``): it opens the port that uwsgi's
setting ``alive`` names, and a thread of each worker answers there once the worker has its application.
Whichever worker is free to think answers. One that is stopped, or does not let go of the interpreter, does
not; where all are like that nobody does, and the balancer's patience ends.

Whatever asks gets 200, and 404 once the unit is being stopped. uwsgi then still accepts connections, but
works on nothing new.

An application may replace what Python has of threads, sockets and time by green ones (eventlet): all that is
used here is from below that, and imported before.
"""

import os
from _socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket
from _thread import start_new_thread
from contextlib import suppress
from time import sleep

import uwsgi  # type: ignore[import-untyped]

ANSWER = b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
PATIENCE = 0.2
"""Seconds for which who connects may say nothing; meanwhile nobody else is answered by this worker."""
BACKLOG = 100
STOPPING = os.path.join(os.environ.get("RUNTIME_DIRECTORY", "/nonexistent"), "stopping")  # noqa: PTH118 - as below
"""Made by the unit's ``ExecStop=``, in the folder that goes with the unit."""

exists = os.access
"""Kept, as everything here, from who may replace it later."""


def opened(place: str) -> socket:
    """A socket that listens at ``address:port``; an IPv6 address stands in brackets."""
    host, _, port = place.rpartition(":")
    listening = socket(AF_INET6 if ":" in host else AF_INET)
    listening.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    listening.bind((host.strip("[]"), int(port)))
    listening.listen(BACKLOG)
    return listening


def said() -> bytes:
    """The answer of this moment."""
    status, text = (b"404 Not Found", b"stopping\n") if exists(STOPPING, os.F_OK) else (b"200 OK", b"alive\n")
    return ANSWER % (status, len(text), text)


def answer(listening: socket, worker: int) -> None:
    """Answer for ever, once this worker (counted from 1) has an application to work with."""
    while not uwsgi.workers()[worker - 1]["apps"]:
        sleep(0.05)
    while True:
        descriptor, _ = listening._accept()  # type: ignore[attr-defined]  # noqa: SLF001 - the public one makes green sockets
        client = socket(fileno=descriptor)
        client.settimeout(PATIENCE)
        with suppress(OSError):  # who has asked may be gone
            client.recv(65536)
        with suppress(OSError):
            client.sendall(said())
        client.close()


def begin() -> None:
    """What a process does that uwsgi has just made; those that are no workers have the number 0."""
    worker = uwsgi.worker_id()
    if worker:
        start_new_thread(answer, (LISTENING, worker))


with suppress(FileNotFoundError):
    os.unlink(STOPPING)  # noqa: PTH108 - pathlib would be loaded for this alone
LISTENING = opened(uwsgi.opt["alive"].decode())
uwsgi.post_fork_hook = begin

"""Answers for the database on port 9200: ``/`` whether clients may use it, ``/position`` what it is doing.

One process that keeps one connection. Whoever asks is answered from the last sample, so that an answer
costs no query and comes at once even when mariadbd hangs: then the sample has grown old.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pymysql

from fournines.components.galera.on_host import records
from fournines.components.galera.on_host.election import Answer, Phase, left_behind, stranded_for_good

PACE = 0.2
"""Seconds between samples."""
QUERY_TIMEOUT = 1.0
"""Seconds until a query counts as unanswered. A mariadbd that is busy with a host that joins may well need
0.3 s and more; taken for dead it costs every client its connection. One that is dead refuses at once."""
STALE = 1.4
"""Seconds after which a sample says nothing: one pace, one timeout, and some scheduling."""
PATIENCE = 15.0
"""Seconds without quorum, or without being synced, before asking whether that ends by itself; Galera heals
partitions sooner."""
ASK_EVERY = 5.0
"""Seconds between two such questions."""
LEFT_BEHIND = 60.0
"""Seconds outside the primary component before a host goes and looks for it by starting anew."""
RESTART = Path("/run/fournines-galera/restart")
"""fournines-galera-restart.path restarts mariadb when this appears: this process has no right to."""
SYNCED, JOINED, DONOR, INITIAL = "4", "3", "2", "0"
_QUERY = (
    "SHOW GLOBAL STATUS WHERE Variable_name IN"
    " ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state', 'wsrep_local_state_comment',"
    " 'wsrep_local_recv_queue')"
)
_LISTEN_FD = 3
"""The first socket that systemd passes (sd_listen_fds(3))."""


@dataclass(frozen=True)
class Sample:
    """What mariadbd said: its variables, None when it did not answer; ``running`` is whether it accepts."""

    values: Mapping[str, str] | None
    running: bool
    at: float


def usable(sample: Sample, now: float) -> tuple[bool, str]:
    """Whether clients may write here, and the reason in a word or two.

    A donor counts: mariabackup does not block it, and with two data hosts the donor may be all there is.
    """
    values = sample.values
    if values is None or now - sample.at > STALE:
        return False, "mariadbd does not answer" if sample.running else "mariadbd does not run"
    if values.get("wsrep_cluster_status") != "Primary":
        return False, f"component is {values.get('wsrep_cluster_status', 'unknown')}"
    if values.get("wsrep_local_state") not in (SYNCED, DONOR):
        return False, f"state is {values.get('wsrep_local_state_comment', 'unknown')}"
    if values.get("wsrep_ready") != "ON":
        return False, "wsrep is not ready"
    if values.get("read_only", "0") != "0":
        return False, "read only"
    return True, values.get("wsrep_local_state_comment", "")


def answer(sample: Sample, now: float, starting: str) -> Answer:
    """What to tell the other hosts; ``starting`` is what the start program published, if it did."""
    if sample.values is not None and now - sample.at <= STALE:
        if sample.values.get("wsrep_cluster_status") != "Primary":
            return Answer(Phase.STRANDED)
        whole = sample.values.get("wsrep_local_state") in (SYNCED, DONOR)
        return Answer(Phase.PRIMARY if whole else Phase.CATCHING_UP)
    if starting:
        with suppress(ValueError):
            return records.decode(starting)
    return Answer(Phase.DOWN)


def stuck(sample: Sample) -> bool:
    """Whether a member of the primary component has no way left to become synced, and is of no use as it is.

    A donor that loses its component for a moment while it gives its state remains a donor for good, not ready
    for clients and of no use to other hosts (seen with 26.4.23; Percona's PXC-823, galera's issue 580); one
    that really gives is ready. And Galera says "synced" once, when the queue has run empty: where that is
    lost in a change of the component and nobody writes, it is never said again.
    """
    values = sample.values or {}
    if values.get("wsrep_cluster_status") != "Primary":
        return False
    state = values.get("wsrep_local_state")
    if state == DONOR:
        return values.get("wsrep_ready") == "OFF"
    return state == JOINED and values.get("wsrep_local_recv_queue") == "0"


def outside(sample: Sample) -> bool:
    """Whether it runs, is in no primary component, and is given nothing by one (it would be "Joining")."""
    values = sample.values or {}
    return values.get("wsrep_cluster_status") == "non-Primary" and values.get("wsrep_local_state") == INITIAL


@dataclass
class Database:
    """The one connection to the local mariadbd."""

    path: str = "/run/mysqld/mysqld.sock"
    user: str = "fournines-galera"
    _connection: pymysql.Connection[pymysql.cursors.Cursor] | None = field(default=None, init=False)

    def sample(self) -> Sample:
        """Ask; a failure is a sample too, and the next one connects anew."""
        try:
            if self._connection is None:
                if not self._accepts():
                    return Sample(None, running=False, at=time.monotonic())
                self._connection = pymysql.connect(
                    unix_socket=self.path,
                    user=self.user,
                    connect_timeout=QUERY_TIMEOUT,
                    read_timeout=QUERY_TIMEOUT,
                    write_timeout=QUERY_TIMEOUT,
                    autocommit=True,
                )
            with self._connection.cursor() as cursor:
                cursor.execute(_QUERY)
                values = {str(name): str(value) for name, value in cursor.fetchall()}
                cursor.execute("SELECT @@GLOBAL.read_only")
                values["read_only"] = str((cursor.fetchone() or ("",))[0])
            return Sample(values, running=True, at=time.monotonic())
        except (pymysql.MySQLError, OSError):
            self.drop()
            return Sample(None, running=self._accepts(), at=time.monotonic())

    def drop(self) -> None:
        """Forget the connection without a word to a server that may hang."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(pymysql.MySQLError, OSError):
                connection._force_close()  # type: ignore[attr-defined]  # noqa: SLF001 - close() would write to it

    def _accepts(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(QUERY_TIMEOUT)
            probe.connect(self.path)
            return True
        return False


@dataclass
class Responder:
    """The last sample, and who looks at it."""

    config: records.Config
    database: Database
    leave: threading.Event = field(default_factory=threading.Event)
    last: Sample = field(default_factory=lambda: Sample(None, running=False, at=time.monotonic()))

    def watch(self) -> None:
        """Sample until told to leave; ask for a restart when nothing else brings the host back."""
        healthy = asked = moving = time.monotonic()
        while not self.leave.wait(PACE):
            before, self.last = self.last, self.database.sample()
            now = time.monotonic()
            if (told := usable(self.last, now)) != usable(before, before.at):
                sys.stderr.write(f"fournines: {'usable' if told[0] else 'not usable'}: {told[1]}\n")
            if self.position().phase is not Phase.STRANDED:
                healthy = now
            elif now - healthy > PATIENCE and now - asked > ASK_EVERY:
                asked = now
                self._unstrand(now - healthy)
            if not stuck(self.last):
                moving = now
            elif now - moving > PATIENCE:
                moving = now
                self._restart("neither synced nor on the way to it")
        self.database.drop()

    def _unstrand(self, seconds: float) -> None:
        members = records.parse_view(records.read(records.VIEW))
        heard = records.ask_all(self.config)
        if stranded_for_good(self.config.me, members, heard):
            self._restart("no quorum and no way back to it")
        elif seconds > LEFT_BEHIND and outside(self.last) and left_behind(heard):
            self._restart("others are the primary component, and it does not come together with them")

    def _restart(self, why: str) -> None:
        sys.stderr.write(f"fournines: {why}: restarting mariadb\n")
        RESTART.touch()

    def usable(self) -> tuple[bool, str]:
        """Whether clients may write here now."""
        return usable(self.last, time.monotonic())

    def position(self) -> Answer:
        """What to tell the other hosts now."""
        return answer(self.last, time.monotonic(), records.read(records.STARTING))


class _Handler(BaseHTTPRequestHandler):
    responder: Responder
    timeout = 2

    def do_GET(self) -> None:
        if self.path == "/position":
            self._reply(200, records.encode(self.responder.position()), "application/json")
        elif self.path == "/":
            well, why = self.responder.usable()
            self._reply(200 if well else 503, why, "text/plain")
        else:
            self._reply(404, "not here", "text/plain")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_OPTIONS(self) -> None:
        """The balancer's method when a check names none."""
        self.do_GET()

    def _reply(self, code: int, text: str, kind: str) -> None:
        body = (text + "\n").encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: several balancers ask twice a second."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """An asker that hung up is none of our business."""


@contextmanager
def serving(config: records.Config, listening: socket.socket, database: Database) -> Iterator[_Server]:
    """A server on a socket that listens already; the database is sampled until the block is left."""
    responder = Responder(config, database)
    sampler = threading.Thread(target=responder.watch)
    server = _Server(("", 0), type("Handler", (_Handler,), {"responder": responder}), bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    sampler.start()
    try:
        yield server
    finally:
        responder.leave.set()
        sampler.join()
        server.server_close()


def main() -> None:
    """Serve on the socket that systemd passes."""
    with serving(records.Config.load(), socket.socket(fileno=_LISTEN_FD), Database()) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()

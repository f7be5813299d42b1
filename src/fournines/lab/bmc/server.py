"""The board's process: HTTPS in the lab's network; deeds are done by the lab's own power.

``python -m fournines.lab.bmc.server LAB`` runs until it is killed with its cgroup. It needs to be started in
the lab's network namespace.
"""

from __future__ import annotations

import json
import secrets
import socket
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from fournines.errors import LabError
from fournines.lab import hurt, look
from fournines.lab.bmc.redfish import Account, Answer, Deed, Request, Reset, answer
from fournines.lab.plan import LabPlan
from fournines.lab.state import LabPaths, load

SILENCE = 20.0
"""Seconds after which a client that says nothing is let go."""
FIRMWARE, YIELDING = 30.0, 0.1
"""For how many seconds a host leaves the processors to the others once the board gave it power, and how much
of its claim it keeps meanwhile. A machine spends as long in its firmware, on processors of its own; a host
of a lab that was fenced would boot on those of whoever takes over from it just then."""
LONGEST_OF_A_RESET = 4 * 1024
LONGEST = 1024 * 1024
"""Bytes of a request's body that are understood, and that are read; a reset needs 30."""


class Machines(Protocol):
    """The hosts that the board has power over."""

    def powered(self) -> Mapping[str, bool]:
        """Every host, with whether it has power."""

    def carry_out(self, deed: Deed) -> None:
        """Do it.

        Raises:
            LabError: it cannot be done.
        """


class LabMachines:
    """The hosts of a lab."""

    def __init__(self, plan: LabPlan) -> None:
        self._plan = plan
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._starting: set[str] = set()

    def powered(self) -> Mapping[str, bool]:
        """A host that is about to start counts as one with power, as it would on a real board."""
        lab, names = self._plan.name, [host.name for host in self._plan.hosts]
        return {name: name in self._starting or look.powered(lab, name) for name in names}

    def carry_out(self, deed: Deed) -> None:
        """Power is gone when this returns; where it is given, the host is only about to boot.

        A real board reports ``On`` as soon as it gives power, and whoever fences need not wait for more.
        """
        with self._locks[deed.host]:
            if deed.reset.takes_power:
                clean = deed.reset is Reset.GRACEFUL_SHUTDOWN
                hurt.power(self._plan.name, deed.host, "off", clean=clean)
            if deed.reset.gives_power:
                self._starting.add(deed.host)
                threading.Thread(target=self._start, args=(deed.host,), daemon=True).start()

    def _start(self, host: str) -> None:
        try:
            with self._locks[host]:
                hurt.power(self._plan.name, host, "on", wait=False)
        except LabError as error:
            tell(f"{host} does not start: {error}")
        finally:
            self._starting.discard(host)
        hurt.weigh(self._plan.name, host, YIELDING)
        time.sleep(FIRMWARE)
        hurt.weigh(self._plan.name, host, 1.0)


class Board(ThreadingHTTPServer):
    """The listening board with its open sessions."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, place: tuple[str, int], certificate: Path, account: Account, machines: Machines
    ) -> None:
        self._account = account
        self._machines = machines
        self._sessions: set[str] = set()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)
        super().__init__(place, _Handler)

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client: Any) -> None:  # noqa: ANN401 - as socketserver has it
        """TLS begins in the client's own thread: one that says nothing holds up nobody else."""
        assert isinstance(request, socket.socket)  # noqa: S101 - TCP
        request.settimeout(SILENCE)
        with self._tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client)

    def handle_error(self, request: Any, client: Any) -> None:  # noqa: ANN401 - as socketserver has it
        """A client that hangs up in the middle is no news; anything else is written down in a line."""
        del request
        error = sys.exc_info()[1]
        tell(f"{client[0]}: {type(error).__name__}: {error}")

    def decide(self, request: Request) -> Answer:
        """The answer to a request, after its deed is done."""
        decided = answer(
            request,
            hosts=self._machines.powered(),
            account=self._account,
            sessions=frozenset(self._sessions),
            new_token=secrets.token_urlsafe(24),
        )
        if decided.opens:
            self._sessions.add(decided.opens)
        if decided.closes:
            self._sessions.discard(decided.closes)
        if decided.deed:
            try:
                self._machines.carry_out(decided.deed)
            except LabError as error:
                return Answer(500, {"error": {"code": "Base.1.8.InternalError", "message": str(error)}})
        return decided


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Board

    def _any(self) -> None:
        began = time.monotonic()
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LONGEST))  # whoever hangs up on what is unread loses his answer
        if length > LONGEST_OF_A_RESET:
            self.close_connection = True
            self._send(Answer(413, {"error": {"code": "Base.1.8.GeneralError", "message": "too long"}}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        decided = self.server.decide(Request(self.command, self.path, headers, body))
        self._send(decided)
        what = f" {decided.deed.reset} of {decided.deed.host}" if decided.deed else ""
        took = f"{(time.monotonic() - began) * 1000:.0f} ms"
        tell(f"{self.client_address[0]} {self.command} {self.path}{what}: {decided.status}, {took}")

    do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = do_HEAD = _any  # noqa: N815 - as http.server has it

    def _send(self, said: Answer) -> None:
        body = b"" if said.body is None else json.dumps(said.body).encode()
        self.send_response(said.status)
        for name, value in {"OData-Version": "4.0", **said.headers}.items():
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as http.server has it
        """Every request is told once, by what became of it."""


def tell(what: str) -> None:
    """A line of the board's log, with the machine's time."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')}.{time.time_ns() // 1_000_000 % 1000:03} {what}\n")
    sys.stderr.flush()


def main(lab: str) -> None:
    """Serve until killed.

    Raises:
        LabError: there is no such lab, or it has no board.
    """
    paths = LabPaths(lab)
    plan = load(paths)
    if plan.bmc is None:
        raise LabError(f"lab {lab} has no board")
    account = Account(plan.bmc.user, paths.bmc.password.read_text(encoding="ascii").strip())
    place = (str(plan.bmc.address), plan.bmc.port)
    with Board(place, paths.bmc.certificate, account, LabMachines(plan)) as board:
        tell(f"listening on {place[0]}:{place[1]}")
        paths.bmc.ready.touch()
        board.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])

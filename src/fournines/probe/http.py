"""HTTP by hand: one fresh connection per request, nothing retried, reused or resolved.

Every attempt pays for TCP and TLS, as a new client of the cloud does. asyncio's streams are used rather
than anyio's because a TLS handshake over them costs 1.8 ms of CPU instead of 2.6 (measured, Python 3.11),
and probes must not load the site they measure.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from fournines.probe.client import Attempt
from fournines.probe.sample import Reply

_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect, and as whom to verify it: the VIP's address under the VIP's name."""

    address: str
    port: int
    name: str
    tls: ssl.SSLContext | None = None

    def url(self, path: str) -> str:
        """The URL that an ordinary client would use."""
        return f"{'https' if self.tls else 'http'}://{self.name}:{self.port}{path}"


@dataclass(frozen=True, slots=True)
class Request:
    """A request of HTTP/1.1 that ends its connection."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        """The request as it goes over the wire."""
        headers = {"Host": host, "Connection": "close", "User-Agent": "fournines", **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its status, its headers with lower-case names, its body in one piece."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def parse(cls, raw: bytes, method: str = "GET") -> Response:
        """Read what a server sent until it closed the connection; what answers HEAD has no body.

        Raises:
            EOFError: that was no whole HTTP response (the connection was lost on the way).
        """
        head, separator, body = raw.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        protocol, _, status = status_line.partition(" ")
        if not separator or not protocol.startswith("HTTP/") or not status[:3].isdigit():
            raise EOFError("the connection was lost before the answer")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)
        }
        if method == "HEAD":
            return cls(int(status[:3]), headers, b"")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = _whole(body)
        if len(body) < int(headers.get("content-length", "0")):
            raise EOFError("the connection was lost within the answer")
        return cls(int(status[:3]), headers, body)


def _whole(chunks: bytes) -> bytes:
    """The body that came in chunks (RFC 9112, 7.1).

    Raises:
        EOFError: the last chunk, which is empty, did not come.
    """
    body, rest = b"", chunks
    while True:
        size, _, rest = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            raise EOFError("the connection was lost within the answer") from None
        if length == 0:
            return body
        body, rest = body + rest[:length], rest[length + 2 :]


async def exchange(place: Place, request: Request, this: Attempt) -> Response:
    """One request over one fresh connection.

    Raises:
        OSError: no connection, or a certificate that does not verify (``ssl.SSLError``).
        EOFError: the connection ended before a whole response.
    """
    reader, writer = await asyncio.open_connection(
        place.address,
        place.port,
        ssl=place.tls,
        server_hostname=place.name if place.tls else None,
        limit=_LIMIT,
    )
    try:
        this.sent = True
        writer.write(request.encode(f"{place.name}:{place.port}"))
        return Response.parse(await reader.read(-1), request.method)
    finally:
        # A graceful close would wait for a peer that may be dead.
        writer.transport.abort()


class HttpClient:
    """Asks one path over and over; good is a status among ``expect``."""

    serial = False

    def __init__(
        self,
        name: str,
        place: Place,
        request: Request,
        *,
        expect: frozenset[int] = frozenset({200}),
        kind: str = "http",
        interval: float = 0.1,
        timeout: float = 1.0,
    ) -> None:
        self.name = name
        self.kind = kind
        self.asks = f"{request.method} {place.url(request.path)}, a fresh connection each time"
        self.interval = interval
        self.timeout = timeout
        self._place = place
        self._request = request
        self._expect = expect

    async def open(self) -> None:
        """Nothing to prepare."""

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One request; a wrong status is a definite fail."""
        response = await exchange(self._place, self._request, this)
        good = response.status in self._expect
        return (Reply.OK if good else Reply.FAIL), str(response.status)

    async def close(self) -> None:
        """Nothing is held."""

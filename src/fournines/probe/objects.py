"""An object store's clients: one keeps writing, with a ledger; one keeps reading what was there before.

Swift's API, v1 (docs.openstack.org/api-ref/object-store): an object is there for good once a PUT was
answered with 201.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import anyio

from fournines.probe.client import Attempt
from fournines.probe.http import HttpClient, Place, Request, Response, exchange
from fournines.probe.sample import Reply
from fournines.probe.token import Login, enter

CONTAINER = "nines-drill"
_SIZE = 4096
"""Bytes of each object."""
_AT_ONCE = 8
"""Objects asked for at the same time when they are read back."""
_PATIENCE = 10.0
"""Seconds that a request beside the measured ones may take."""


@dataclass(frozen=True, slots=True)
class ObjectPlace:
    """Where the store and the identity service are, whose objects these are, and what accounts begin with."""

    store: Place
    identity: Place
    login: Login
    account: str


class ObjectClient:
    """Writes one object after the other, each under its number; good once the store says that it has it.

    ``written`` is the ledger: how each attempt ended. An error of the server is no proof that nothing was
    kept: one copy may be.
    """

    name = "object"
    kind = "object"
    serial = False

    def __init__(self, place: ObjectPlace, run: str, *, interval: float = 0.5, timeout: float = 3.0) -> None:
        self.asks = f"PUT an object at {place.store.url('/')}, a fresh connection each time"
        self.interval = interval
        self.timeout = timeout
        self.written: dict[int, Reply] = {}
        self._place = place
        self._run = run
        self._folder = ""
        self._headers: dict[str, str] = {}

    async def open(self) -> None:
        """Log in and make the container."""
        self._folder, self._headers = await _opened(self._place)

    async def attempt(self, this: Attempt) -> tuple[Reply, str]:
        """One object."""
        self.written[this.number] = Reply.UNKNOWN
        request = self._request("PUT", this.number, _body(this.number))
        response = await exchange(self._place.store, request, this)
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Reply.UNKNOWN, str(response.status)
        reply = Reply.OK if response.status == HTTPStatus.CREATED else Reply.FAIL
        self.written[this.number] = reply
        return reply, str(response.status)

    async def read(self) -> list[int] | None:
        """The numbers of the attempted objects that can be had whole; None if nobody knows of some."""
        found: list[int] = []
        unsaid: list[int] = []

        async def one(number: int) -> None:
            response = await self._said("GET", number)
            if response is None or response.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
                unsaid.append(number)
            elif response.status == HTTPStatus.OK and response.body == _body(number):
                found.append(number)

        await _each(list(self.written), one)
        return None if unsaid else sorted(found)

    async def forget(self) -> None:
        """Delete this run's objects, once they have been read back; what cannot be deleted stays."""

        async def one(number: int) -> None:
            await self._said("DELETE", number)

        await _each(list(self.written), one)

    async def close(self) -> None:
        """Nothing is held."""

    def _request(self, method: str, number: int, body: bytes = b"") -> Request:
        return Request(f"{self._folder}/{self._run}/{number}", method, self._headers, body)

    async def _said(self, method: str, number: int) -> Response | None:
        """An answer, after one more try where it was none or an error of the server."""
        for _ in range(2):
            response = await _asked(self._place.store, self._request(method, number))
            if response is not None and response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return response
        return None


class ObjectReader(HttpClient):
    """Reads one object over and over that was written before the drill."""

    def __init__(self, place: ObjectPlace, run: str, *, interval: float = 0.25, timeout: float = 2.0) -> None:
        super().__init__(
            "old object", place.store, Request("/"), kind="object", interval=interval, timeout=timeout
        )
        self.asks = f"GET an object at {place.store.url('/')} that was written before the drill"
        self._objects = place
        self._run = run

    async def open(self) -> None:
        """Write it.

        Raises:
            OSError: the store did not take it.
        """
        folder, headers = await _opened(self._objects)
        self._request = Request(f"{folder}/{self._run}/old", headers=headers)
        put = Request(self._request.path, "PUT", headers, b"old" * 1000)
        response = await _asked(self._objects.store, put)
        if response is None or response.status != HTTPStatus.CREATED:
            raise ConnectionError(f"an object was refused: {response and response.status}")

    async def forget(self) -> None:
        """Delete it."""
        await _asked(self._objects.store, Request(self._request.path, "DELETE", self._request.headers))


def _body(number: int) -> bytes:
    return f"{number:08d}".encode() * (_SIZE // 8)


async def _opened(place: ObjectPlace) -> tuple[str, dict[str, str]]:
    """The path of the container, which is there now, and the headers by which one may use it."""
    entry = await enter(place.identity, place.login)
    folder = f"/v1/{place.account}{entry.project}/{CONTAINER}"
    headers = {"X-Auth-Token": entry.token}
    response = await _asked(place.store, Request(folder, "PUT", headers))
    if response is None or response.status not in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
        raise ConnectionError(f"a container was refused: {response and response.status}")
    return folder, headers


async def _asked(place: Place, request: Request) -> Response | None:
    try:
        with anyio.fail_after(_PATIENCE):
            return await exchange(place, request, Attempt(0))
    except (OSError, EOFError):  # TimeoutError is an OSError
        return None


async def _each(numbers: Sequence[int], one: Callable[[int], Awaitable[None]]) -> None:
    limit = anyio.CapacityLimiter(_AT_ONCE)

    async def limited(number: int) -> None:
        async with limit:
            await one(number)

    async with anyio.create_task_group() as tasks:
        for number in numbers:
            tasks.start_soon(limited, number)

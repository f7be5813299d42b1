"""The object store's clients, against a store in this process: what is acknowledged, what is had back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import anyio
import pytest
from tests.probe.servers import Http, serving

from fournines.probe.client import Attempt
from fournines.probe.http import Place, Response
from fournines.probe.objects import CONTAINER, ObjectClient, ObjectPlace, ObjectReader
from fournines.probe.sample import Reply
from fournines.probe.token import Login

FOLDER = f"/v1/AUTH_p1/{CONTAINER}"
TOKEN = json.dumps({"token": {"project": {"id": "p1"}}}).encode()


@dataclass
class Store(Http):
    """Keystone and Swift in one. ``fails`` maps a path's end to the status that a request for it gets."""

    kept: dict[str, bytes] = field(default_factory=dict)
    fails: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.startswith(b"Content-Len")), 0)
        method, path = head.decode().split(" ")[:2]
        writer.write(self.said(method, path, await reader.readexactly(length)))
        await writer.drain()
        writer.close()

    def said(self, method: str, path: str, body: bytes) -> bytes:
        status, content = 404, b""
        wrong = next((code for end, code in self.fails.items() if path.endswith(end)), None)
        if path == "/v3/auth/tokens":
            status, content = 201, TOKEN
        elif wrong is not None:
            status = wrong
        elif method == "PUT":
            self.kept[path] = body
            status = 201
        elif method == "DELETE":
            status = 204 if self.kept.pop(path, None) is not None else 404
        elif path in self.kept:
            status, content = 200, self.kept[path]
        head = f"HTTP/1.1 {status} X\r\nX-Subject-Token: t\r\nContent-Length: {len(content)}\r\n\r\n"
        return head.encode() + content


def place(port: int) -> ObjectPlace:
    there = Place("127.0.0.1", port, "x")
    return ObjectPlace(there, there, Login("admin", "pw", "admin"), "AUTH_")


def test_objects_are_written_under_their_numbers_and_had_back() -> None:
    store = Store(fails={"/1": 503, "/2": 403})

    async def it() -> tuple[list[Reply], list[int] | None, dict[str, bytes]]:
        async with serving(store) as port:
            client = ObjectClient(place(port), "run")
            await client.open()
            replies = [(await client.attempt(Attempt(number)))[0] for number in range(4)]
            store.fails.clear()
            read, before = await client.read(), dict(store.kept)
            await client.forget()
            assert client.written == dict(enumerate(replies))
            return replies, read, before

    replies, read, before = anyio.run(it)
    assert replies == [Reply.OK, Reply.UNKNOWN, Reply.FAIL, Reply.OK]
    assert read == [0, 3]
    assert set(before) == {FOLDER, f"{FOLDER}/run/0", f"{FOLDER}/run/3"}
    assert set(store.kept) == {FOLDER}


@pytest.mark.parametrize(("fails", "read"), [({"/0": 404}, []), ({"/0": 503}, None), ({"/0": 401}, None)])
def test_an_error_is_no_proof_that_an_object_is_lost(fails: dict[str, int], read: list[int] | None) -> None:
    store = Store()

    async def it() -> list[int] | None:
        async with serving(store) as port:
            client = ObjectClient(place(port), "run")
            await client.open()
            await client.attempt(Attempt(0))
            store.fails = fails
            return await client.read()

    assert anyio.run(it) == read


def test_other_bytes_are_not_the_object() -> None:
    store = Store()

    async def it() -> list[int] | None:
        async with serving(store) as port:
            client = ObjectClient(place(port), "run")
            await client.open()
            await client.attempt(Attempt(0))
            store.kept[f"{FOLDER}/run/0"] = b"other"
            return await client.read()

    assert anyio.run(it) == []


def test_the_reader_asks_for_what_was_there_before() -> None:
    store = Store()

    async def it() -> tuple[tuple[Reply, str], tuple[Reply, str]]:
        async with serving(store) as port:
            client = ObjectReader(place(port), "run")
            await client.open()
            first = await client.attempt(Attempt(0))
            await client.forget()
            return first, await client.attempt(Attempt(1))

    assert anyio.run(it) == ((Reply.OK, "200"), (Reply.FAIL, "404"))
    assert set(store.kept) == {FOLDER}


def test_a_store_that_refuses_before_the_drill_is_an_error() -> None:
    async def it(client: type[ObjectClient | ObjectReader], fails: dict[str, int]) -> None:
        async with serving(Store(fails=fails)) as port:
            await client(place(port), "run").open()

    with pytest.raises(OSError, match="a container was refused: 403"):
        anyio.run(it, ObjectClient, {CONTAINER: 403})
    with pytest.raises(OSError, match="an object was refused: 507"):
        anyio.run(it, ObjectReader, {"/old": 507})


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\n\r\n\r\n0\r\n\r\n"


def test_a_body_in_chunks_is_read_whole_or_not_at_all() -> None:
    assert Response.parse(CHUNKED).body == b"abc\r\n"
    begins = CHUNKED.index(b"\r\n\r\n") + 4
    for cut in range(begins, CHUNKED.rindex(b"0")):
        with pytest.raises(EOFError):
            Response.parse(CHUNKED[:cut])

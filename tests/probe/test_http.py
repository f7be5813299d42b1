"""HTTP by hand: requests, responses, TLS under the VIP's name."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from tests.probe.servers import Http, serving

from fournines.errors import DrillError
from fournines.probe.client import Attempt
from fournines.probe.http import HttpClient, Place, Request, Response, exchange
from fournines.probe.sample import Reply
from fournines.probe.token import Login, TokenClient, issue
from fournines.secrets.authority import Authority, new_authority
from fournines.secrets.authority import issue as issue_certificate


def test_a_request_goes_over_the_wire_as_one_would_write_it() -> None:
    raw = Request("/v3", "POST", {"X-A": "b"}, b"{}").encode("controller:5000")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /v3 HTTP/1.1"
    assert {b"Host: controller:5000", b"Connection: close", b"X-A: b", b"Content-Length: 2"} <= set(
        head.split(b"\r\n")
    )
    assert body == b"{}"


def test_a_response_is_read_whole_or_not_at_all() -> None:
    whole = b"HTTP/1.1 201 Created\r\nX-Subject-Token: t\r\nContent-Length: 2\r\n\r\nok"
    response = Response.parse(whole)
    assert (response.status, response.headers["x-subject-token"], response.body) == (201, "t", b"ok")
    for cut in range(len(whole)):
        with pytest.raises(EOFError):
            Response.parse(whole[:cut])
    with pytest.raises(EOFError):
        Response.parse(b"SSH-2.0-OpenSSH\r\n\r\n")


def test_the_answer_to_head_has_no_body_though_it_tells_of_one() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2048\r\n\r\n"
    assert Response.parse(answer, "HEAD") == Response(200, {"content-length": "2048"}, b"")
    with pytest.raises(EOFError, match="within the answer"):
        Response.parse(answer, "GET")
    with pytest.raises(EOFError, match="before the answer"):
        Response.parse(b"HTTP/1.1 200 OK\r\nContent", "HEAD")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for the name ``controller``, and a client's that trusts its authority."""
    now = datetime.now(UTC)
    authority = new_authority("test", now)
    leaf: Path = tmp_path_factory.mktemp("pki") / "leaf.pem"
    leaf.write_text(issue_certificate(Authority.parse(authority), ["controller"], now))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(leaf)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=authority[authority.index("-----BEGIN CERT") :])
    return server, client


@pytest.mark.parametrize(("name", "reply"), [("controller", Reply.OK), ("elsewhere", None)])
def test_the_address_is_dialled_and_the_name_verified(
    pki: tuple[ssl.SSLContext, ssl.SSLContext], name: str, reply: Reply | None
) -> None:
    async def it() -> tuple[Reply, str]:
        async with serving(Http(), pki[0]) as port:
            client = HttpClient("api", Place("127.0.0.1", port, name, pki[1]), Request("/"))
            assert client.asks.startswith(f"GET https://{name}:{port}/")
            return await client.attempt(Attempt(0))

    if reply is None:
        with pytest.raises(ssl.SSLCertVerificationError):
            anyio.run(it)
    else:
        assert anyio.run(it) == (reply, "200")


def test_every_attempt_is_a_connection_of_its_own() -> None:
    async def it() -> int:
        server = Http()
        async with serving(server) as port:
            client = HttpClient("api", Place("127.0.0.1", port, "x"), Request("/"))
            for number in range(5):
                await client.attempt(Attempt(number))
        return server.accepted

    assert anyio.run(it) == 5


def test_an_attempt_knows_whether_its_request_left() -> None:
    async def it() -> tuple[bool, bool]:
        async with serving(Http()) as port:
            served = Attempt(0)
            await exchange(Place("127.0.0.1", port, "x"), Request("/"), served)
        refused = Attempt(1)
        with pytest.raises(ConnectionRefusedError):
            await exchange(Place("127.0.0.1", port, "x"), Request("/"), refused)
        return served.sent, refused.sent

    assert anyio.run(it) == (True, False)


LOGIN = Login("admin", "pw", "admin")


def test_a_token_is_asked_for_and_then_validated_with_itself() -> None:
    seen: list[bytes] = []

    class Identity(Http):
        def answer(self, asked: bytes) -> bytes:
            seen.append(asked)
            status = "201 Created" if asked.startswith(b"POST") else "200 OK"
            return f"HTTP/1.1 {status}\r\nX-Subject-Token: abc\r\n\r\n".encode()

    async def it() -> tuple[Reply, str]:
        async with serving(Identity()) as port:
            client = TokenClient(Place("127.0.0.1", port, "x"), LOGIN)
            await client.open()
            return await client.attempt(Attempt(0))

    assert anyio.run(it) == (Reply.OK, "200")
    assert seen[0].startswith(b"POST /v3/auth/tokens ")
    assert b"X-Auth-Token: abc" in seen[1]
    assert b"X-Subject-Token: abc" in seen[1]


def test_a_login_is_scoped_to_its_project() -> None:
    auth = json.loads(LOGIN.body())["auth"]
    assert auth["identity"]["password"]["user"]["password"] == "pw"
    assert auth["scope"]["project"]["name"] == "admin"


def test_a_refused_token_is_an_error_that_does_not_show_the_password() -> None:
    async def it() -> None:
        async with serving(Http()) as port:
            await issue(Place("127.0.0.1", port, "x"), LOGIN)

    with pytest.raises(DrillError, match="refused with status 200") as caught:
        anyio.run(it)
    assert "pw" not in str(caught.value)

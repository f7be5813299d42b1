"""The administrator's calls, against a Keystone that is served over HTTP."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest
from tests.components.keystone.fake import Keystone, served

from fournines.kit.on_host.api import Api, LostError


def test_it_logs_in_once_and_calls_with_that_token() -> None:
    keystone = Keystone()
    with served(keystone) as url:
        api = Api(url, "right")
        assert api.project == "p"
        made = api.call("POST", f"{url}/v3/services", {"service": {"name": "x", "type": "t"}})
        assert api.call("GET", f"{url}/v3/services")["services"] == [made["service"]]
        assert api.call("DELETE", f"{url}/v3/services/{made['service']['id']}") is None
        assert len(keystone.tokens) == 1


def test_what_an_api_refuses_is_raised() -> None:
    with served(Keystone()) as url:
        with pytest.raises(HTTPError, match="401"):
            Api(url, "wrong")
        with pytest.raises(HTTPError, match="404"):
            Api(url, "right").call("GET", f"{url}/v3/auth/nothing")


def test_a_call_that_failed_is_named() -> None:
    keystone = Keystone()
    with served(keystone) as url:
        api = Api(url, "right")
        with pytest.raises(HTTPError, match=r"HTTP Error 404: .* \(GET /v3/auth/nothing\)"):
            api.call("GET", f"{url}/v3/auth/nothing?name=x")
    with pytest.raises(LostError, match=r"^DELETE /v3/users/1: .*Connection refused"):
        api.call("DELETE", f"{url}/v3/users/1")


def test_an_answer_that_ends_in_the_middle_is_as_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:

        def cut() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):  # closed with something unread, it would be a reset
                    pass

        done = pool.submit(cut)
        with pytest.raises(LostError, match=r"^POST /v3/auth/tokens: IncompleteRead"):
            Api(f"http://127.0.0.1:{listening.getsockname()[1]}", "right")
        done.result()

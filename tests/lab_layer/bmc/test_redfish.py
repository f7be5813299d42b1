from __future__ import annotations

import base64
import json
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.lab.bmc.redfish import ROOT, SESSIONS, SYSTEMS, Account, Answer, Deed, Request, Reset, answer

ACCOUNT = Account("fencing", "s3cret:with:colons")
HOSTS = {"controller1": True, "controller2": False}
RESET = f"{SYSTEMS}/controller1/Actions/ComputerSystem.Reset"


def basic(user: str = ACCOUNT.user, password: str = ACCOUNT.password) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def ask(
    method: str,
    path: str,
    body: object = None,
    *,
    headers: dict[str, str] | None = None,
    sessions: Collection[str] = (),
) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = Request(method, path, basic() if headers is None else headers, raw)
    return answer(request, hosts=HOSTS, account=ACCOUNT, sessions=sessions, new_token="token-1")


def read(path: str) -> Any:  # noqa: ANN401
    said = ask("GET", path)
    assert said.status == 200
    return said.body


def test_a_client_that_knows_only_the_root_finds_the_reset_of_a_host() -> None:
    members = read(read(f"{ROOT}/")["Systems"]["@odata.id"])["Members"]
    assert [m["@odata.id"] for m in members] == [f"{SYSTEMS}/controller1", f"{SYSTEMS}/controller2"]
    actions = read(members[0]["@odata.id"])["Actions"]
    assert actions["#ComputerSystem.Reset"]["target"] == RESET
    assert "ForceOff" in actions["#ComputerSystem.Reset"]["ResetType@Redfish.AllowableValues"]


@pytest.mark.parametrize(("host", "state"), [("controller1", "On"), ("controller2", "Off")])
def test_the_power_state_is_the_hosts(host: str, state: str) -> None:
    assert read(f"{SYSTEMS}/{host}")["PowerState"] == state


@pytest.mark.parametrize("reset", list(Reset))
def test_a_reset_is_a_deed_on_that_host_and_no_other(reset: Reset) -> None:
    said = ask("POST", RESET, {"ResetType": reset.value})
    assert (said.status, said.body, said.deed) == (204, None, Deed("controller1", reset))


@pytest.mark.parametrize(
    ("reset", "takes", "gives"),
    [
        (Reset.ON, False, True),
        (Reset.FORCE_ON, False, True),
        (Reset.FORCE_OFF, True, False),
        (Reset.GRACEFUL_SHUTDOWN, True, False),
        (Reset.FORCE_RESTART, True, True),
        (Reset.POWER_CYCLE, True, True),
    ],
)
def test_what_a_reset_does_to_the_power(reset: Reset, *, takes: bool, gives: bool) -> None:
    assert (reset.takes_power, reset.gives_power) == (takes, gives)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (RESET, {"ResetType": "Nmi"}, 400),
        (RESET, {"ResetType": ["On"]}, 400),
        (RESET, {}, 400),
        (RESET, b"not json", 400),
        (RESET, [1], 400),
        (RESET.replace("controller1", "stranger"), {"ResetType": "On"}, 404),
        (f"{SYSTEMS}/controller1/Actions/Other", {"ResetType": "On"}, 404),
        (f"{SYSTEMS}/controller1", {"ResetType": "On"}, 404),
        (SYSTEMS, {"ResetType": "On"}, 404),
    ],
)
def test_nothing_is_done_that_was_not_asked_for_properly(path: str, body: object, status: int) -> None:
    said = ask("POST", path, body)
    assert (said.status, said.deed) == (status, None)
    assert said.body is not None
    assert said.body["error"]["code"].startswith("Base.1.8.")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(password="s3cret:with:colon"),
        basic(user="admin"),
        {"authorization": "Basic !!!"},
        {"authorization": "Bearer token-1"},
        {"authorization": "Basic " + base64.b64encode(b"fencing").decode()},
        {"x-auth-token": "token-1"},
        {"x-auth-token": ""},
        {"x-auth-token": "other", **basic()},
    ],
)
def test_a_stranger_reads_the_root_and_can_do_nothing(headers: dict[str, str]) -> None:
    assert ask("GET", f"{ROOT}/", headers=headers).status == 200
    assert ask("GET", "/redfish", headers=headers).status == 200
    for method, path, body in (
        ("GET", SYSTEMS, None),
        ("GET", f"{SYSTEMS}/controller1", None),
        ("POST", RESET, {"ResetType": "ForceOff"}),
        ("DELETE", f"{SESSIONS}/token-2", None),
    ):
        said = ask(method, path, body, headers=headers, sessions=["token-2"])
        assert (said.status, said.deed, said.closes) == (401, None, None)


def test_a_session_begins_with_the_password_and_ends_when_it_is_deleted() -> None:
    login = {"UserName": ACCOUNT.user, "Password": ACCOUNT.password}
    said = ask("POST", SESSIONS, login, headers={})
    assert (said.status, said.opens) == (201, "token-1")
    assert said.headers == {"X-Auth-Token": "token-1", "Location": f"{SESSIONS}/token-1"}
    token = {"x-auth-token": "token-1"}
    done = ask("POST", RESET, {"ResetType": "On"}, headers=token, sessions=["token-1"])
    assert done.deed == Deed("controller1", Reset.ON)
    ended = ask("DELETE", f"{SESSIONS}/token-1", headers=token, sessions=["token-1"])
    assert (ended.status, ended.closes) == (204, "token-1")


@pytest.mark.parametrize(
    "login", [{}, {"UserName": "fencing"}, {"UserName": "fencing", "Password": "no"}, []]
)
def test_no_session_without_the_password(login: object) -> None:
    said = ask("POST", SESSIONS, login, headers={})
    assert (said.status, said.opens) == (401, None)


def test_other_methods_and_places_are_refused() -> None:
    assert ask("PATCH", f"{SYSTEMS}/controller1").status == 405
    assert ask("GET", f"{SYSTEMS}/stranger").status == 404
    assert ask("DELETE", f"{SESSIONS}/unknown").status == 404


@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD"]),
    st.text(max_size=60),
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["authorization", "x-auth-token"]), st.text(max_size=30)),
)
def test_whatever_a_stranger_sends_gets_an_answer_and_no_deed(
    method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    said = ask(method, path, body, headers=headers)
    assert said.status in {200, 401}
    assert (said.deed, said.opens, said.closes) == (None, None, None)

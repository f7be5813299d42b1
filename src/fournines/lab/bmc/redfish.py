"""Redfish as fence agents speak it: from a request to an answer and perhaps a deed. Pure.

Source: DMTF DSP0266 (Redfish specification 1.20), clauses 7.5 (POST actions), 9 (error responses) and 13.3
(HTTP basic authentication and sessions); DSP0268, schema ComputerSystem (Reset, PowerState).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ROOT = "/redfish/v1"
SYSTEMS = f"{ROOT}/Systems"
SESSIONS = f"{ROOT}/SessionService/Sessions"
_RESET = "Actions/ComputerSystem.Reset"


class Reset(StrEnum):
    """The kinds of reset that the board can carry out (DSP0268, ResetType)."""

    ON = "On"
    FORCE_ON = "ForceOn"
    FORCE_OFF = "ForceOff"
    GRACEFUL_SHUTDOWN = "GracefulShutdown"
    FORCE_RESTART = "ForceRestart"
    POWER_CYCLE = "PowerCycle"

    @property
    def takes_power(self) -> bool:
        """Whether the host is off for a moment at least."""
        return self not in {Reset.ON, Reset.FORCE_ON}

    @property
    def gives_power(self) -> bool:
        """Whether the host is on afterwards."""
        return self not in {Reset.FORCE_OFF, Reset.GRACEFUL_SHUTDOWN}


@dataclass(frozen=True, slots=True)
class Account:
    """Who may use the board."""

    user: str
    password: str

    def knows(self, user: str, password: str) -> bool:
        """Whether these are the account's, compared in constant time."""
        pairs = ((user, self.user), (password, self.password))
        same = [hmac.compare_digest(given.encode(), right.encode()) for given, right in pairs]
        return all(same)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Deed:
    """A reset of one host, to be done before the answer is given."""

    host: str
    reset: Reset


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client hears, and what is to be done.

    ``opens`` is the token of a session that begins with this answer, ``closes`` of one that ends.
    """

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    deed: Deed | None = None
    opens: str | None = None
    closes: str | None = None


def answer(
    request: Request,
    *,
    hosts: Mapping[str, bool],
    account: Account,
    sessions: Collection[str],
    new_token: str,
) -> Answer:
    """The answer to a request.

    Args:
        request: what is asked.
        hosts: every host, with whether it has power.
        account: who may ask.
        sessions: the tokens of the open sessions.
        new_token: the token of the session that this request may open.
    """
    path = request.path.partition("?")[0].rstrip("/")
    if request.method == "GET" and path in {"/redfish", ROOT}:  # the only ones that anybody may read
        return Answer(200, {"v1": f"{ROOT}/"} if path == "/redfish" else _service())
    if request.method == "POST" and path == SESSIONS:
        return _login(request, account, new_token)
    if not _known(request, account, sessions):
        return _error(401, "NoValidSession", "log in first", {"WWW-Authenticate": 'Basic realm="lab"'})
    match request.method:
        case "GET":
            said = _read(path, hosts)
        case "POST":
            said = _act(path, request.body, hosts)
        case "DELETE":
            said = _logout(path, sessions)
        case _:
            said = _error(405, "OperationNotAllowed", f"{request.method} is not possible here")
    return said


def _known(request: Request, account: Account, sessions: Collection[str]) -> bool:
    token = request.headers.get("x-auth-token")
    if token is not None:
        return any(hmac.compare_digest(token.encode(), known.encode()) for known in sessions)
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(colon) and account.knows(user, password)


def _login(request: Request, account: Account, token: str) -> Answer:
    given = _object(request.body) or {}
    if not account.knows(str(given.get("UserName", "")), str(given.get("Password", ""))):
        return _error(401, "ResourceAtUriUnauthorized", "the user or the password is wrong")
    place = f"{SESSIONS}/{token}"
    body = _resource(place, "Session.v1_5_0.Session", token, UserName=account.user)
    return Answer(201, body, {"X-Auth-Token": token, "Location": place}, opens=token)


def _logout(path: str, sessions: Collection[str]) -> Answer:
    token = path.removeprefix(f"{SESSIONS}/")
    return Answer(204, closes=token) if token in sessions else _missing(path)


def _read(path: str, hosts: Mapping[str, bool]) -> Answer:
    if path == SYSTEMS:
        members = [{"@odata.id": f"{SYSTEMS}/{host}"} for host in hosts]
        kind = "ComputerSystemCollection.ComputerSystemCollection"
        counted = {"Members": members, "Members@odata.count": len(members)}
        return Answer(200, _resource(SYSTEMS, kind, "Systems", **counted))
    host = path.removeprefix(f"{SYSTEMS}/")
    return Answer(200, _system(host, on=hosts[host])) if host in hosts else _missing(path)


def _act(path: str, body: bytes, hosts: Mapping[str, bool]) -> Answer:
    host, _, action = path.removeprefix(f"{SYSTEMS}/").partition("/")
    if host not in hosts or action != _RESET:
        return _missing(path)
    given = _object(body)
    if given is None or "ResetType" not in given:
        return _error(400, "ActionParameterMissing", "ResetType is missing")
    try:
        reset = Reset(given["ResetType"])
    except ValueError:
        what = f"ResetType {given['ResetType']!r} is none of {', '.join(Reset)}"
        return _error(400, "ActionParameterNotSupported", what)
    return Answer(204, deed=Deed(host, reset))


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _service() -> dict[str, Any]:
    return _resource(
        f"{ROOT}/",
        "ServiceRoot.v1_15_0.ServiceRoot",
        "RootService",
        RedfishVersion="1.15.0",
        Systems={"@odata.id": SYSTEMS},
        Links={"Sessions": {"@odata.id": SESSIONS}},
    )


def _system(host: str, *, on: bool) -> dict[str, Any]:
    place = f"{SYSTEMS}/{host}"
    reset = {"target": f"{place}/{_RESET}", "ResetType@Redfish.AllowableValues": list(Reset)}
    return _resource(
        place,
        "ComputerSystem.v1_20_0.ComputerSystem",
        host,
        SystemType="Virtual",
        HostName=host,
        PowerState="On" if on else "Off",
        Actions={"#ComputerSystem.Reset": reset},
    )


def _resource(place: str, kind: str, identity: str, **fields: object) -> dict[str, Any]:
    return {"@odata.id": place, "@odata.type": f"#{kind}", "Id": identity, "Name": identity, **fields}


def _missing(path: str) -> Answer:
    return _error(404, "ResourceMissingAtURI", f"there is nothing at {path}")


def _error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, {"error": {"code": f"Base.1.8.{code}", "message": message}}, headers or {})

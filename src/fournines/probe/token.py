"""An old token: issued once before anything breaks, validated all the time. Authorisation must survive."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus

import anyio

from fournines.errors import DrillError
from fournines.probe.client import Attempt
from fournines.probe.http import HttpClient, Place, Request, Response, exchange

TOKENS = "/v3/auth/tokens"
"""Identity API v3: issue by POST, validate by GET (docs.openstack.org/api-ref/identity/v3)."""

_ISSUING = 5.0
"""How many times longer than a question to be validated one to be issued may take."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password, scoped to a project; all in the default domain."""

    user: str
    password: str
    project: str

    def body(self) -> bytes:
        """The request that issues a token."""
        domain = {"id": "default"}
        user = {"name": self.user, "password": self.password, "domain": domain}
        return json.dumps(
            {
                "auth": {
                    "identity": {"methods": ["password"], "password": {"user": user}},
                    "scope": {"project": {"name": self.project, "domain": domain}},
                }
            }
        ).encode()


@dataclass(frozen=True, slots=True)
class Entry:
    """A new token, and the id of the project that it is for."""

    token: str
    project: str


async def issue(place: Place, login: Login, *, within: float = 10.0) -> str:
    """A new token.

    Raises:
        DrillError: the identity service refused, or gave no answer in ``within`` seconds.
        OSError: no connection.
    """
    return (await _issued(place, login, within)).headers["x-subject-token"]


async def enter(place: Place, login: Login, *, within: float = 10.0) -> Entry:
    """A new token with its project; raises as ``issue`` does."""
    response = await _issued(place, login, within)
    try:
        project = json.loads(response.body)["token"]["project"]["id"]
    except (ValueError, KeyError, TypeError) as error:
        raise DrillError("a token was issued for no project", where=place.url(TOKENS)) from error
    return Entry(response.headers["x-subject-token"], str(project))


async def _issued(place: Place, login: Login, within: float) -> Response:
    request = Request(TOKENS, "POST", {"Content-Type": "application/json"}, login.body())
    try:
        with anyio.fail_after(within):
            response = await exchange(place, request, Attempt(0))
    except TimeoutError as error:
        raise DrillError(f"no token within {within:g} s", where=place.url(TOKENS)) from error
    if response.status != HTTPStatus.CREATED or not response.headers.get("x-subject-token"):
        raise DrillError(f"a token was refused with status {response.status}", where=place.url(TOKENS))
    return response


class TokenClient(HttpClient):
    """Validates one token over and over. 401, 403 and 404 are definite fails: the token is not accepted."""

    def __init__(self, place: Place, login: Login, *, interval: float = 0.25, timeout: float = 2.0) -> None:
        super().__init__(
            "old token", place, Request(TOKENS), kind="token", interval=interval, timeout=timeout
        )
        self.asks = f"GET {place.url(TOKENS)}: is a token issued before the drill still accepted?"
        self._login = login

    async def open(self) -> None:
        """Issue the token that will be the old one: checking a password is made to take long."""
        token = await issue(self._place, self._login, within=_ISSUING * self.timeout)
        self._request = replace(self._request, headers={"X-Auth-Token": token, "X-Subject-Token": token})

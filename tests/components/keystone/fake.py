"""Keystone's API in memory, as far as our programs use it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

COLLECTIONS = ("regions", "domains", "projects", "roles", "users", "services", "endpoints")


class Keystone:
    """Holds resources by collection and id; passwords by user name. ``said`` are the changing requests."""

    def __init__(self) -> None:
        self.ids = count(1)
        self.kept: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in COLLECTIONS}
        self.assigned: set[tuple[str, str, str]] = set()
        """Scope's id, user's id, role's id."""
        self.said: list[str] = []
        self.tokens: set[str] = set()
        self.asked = count(1)
        self.closed: dict[int, str] = {}
        """Requests, by number, to which the connection is closed: ``before`` or ``after`` they are done.

        Or ``busy``: answered with 500 and not done, as by a Keystone that Galera refused a write."""
        self.put("domains", name="Default", id="default")
        self.put("roles", name="service")
        self.put("users", name="admin", password="right", domain_id="default")
        self.put("projects", name="admin", domain_id="default")

    def put(self, collection: str, **resource: object) -> dict[str, Any]:
        resource.setdefault("id", f"{collection}-{next(self.ids)}")
        self.kept[collection][str(resource["id"])] = resource
        return resource

    def found(self, collection: str, **wanted: str) -> list[dict[str, Any]]:
        return [r for r in self.kept[collection].values() if all(r.get(k) == v for k, v in wanted.items())]

    def token(self, body: dict[str, Any]) -> tuple[int, Any, str]:
        auth = body["auth"]
        user = auth["identity"]["password"]["user"]
        domain = self.found("domains", name=user["domain"]["name"])
        known = domain and self.found(
            "users", name=user["name"], password=user["password"], domain_id=domain[0]["id"]
        )
        if not known or not known[0].get("enabled", True):
            return 401, {}, ""
        ((kind, scope),) = auth["scope"].items()
        if not self.found(f"{kind}s", name=scope["name"]):
            return 401, {}, ""
        self.tokens.add(made := f"token-{next(self.ids)}")
        catalogue = [
            {"type": s["type"], "endpoints": self.found("endpoints", service_id=s["id"])}
            for s in self.kept["services"].values()
        ]
        return 201, {"token": {"catalog": catalogue, "project": {"id": "p"}}}, made

    def held(self, **query: str) -> list[dict[str, Any]]:
        scope = query.get("scope.project.id") or query["scope.domain.id"]
        return [
            {"role": {"id": role}, "user": {"id": user}}
            for where, user, role in self.assigned
            if where == scope and query.get("user.id", user) == user
        ]

    def answer(  # noqa: C901, PLR0911 - one line for each thing the API can do
        self, method: str, url: str, body: dict[str, Any], subject: str
    ) -> tuple[int, Any, str]:
        parts = urlsplit(url)
        path = parts.path.removeprefix("/v3/").split("/")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if method != "GET" and path != ["auth", "tokens"]:
            self.said.append(f"{method} {'/'.join(path)}")
        match method, path:
            case "POST", ["auth", "tokens"]:
                return self.token(body)
            case "GET", ["auth", "tokens"]:
                return (200, {}, "") if subject in self.tokens else (404, {}, "")
            case "GET", ["role_assignments"]:
                return 200, {"role_assignments": self.held(**query)}, ""
            case "PUT", ["projects" | "domains", scope, "users", user, "roles", role]:
                self.assigned.add((scope, user, role))
                return 204, None, ""
            case "GET", ["users", key] if key in self.kept["users"]:
                return 200, {"user": self.kept["users"][key]}, ""
            case "GET", [collection]:
                return 200, {collection: self.found(collection, **query)}, ""
            case (("POST" | "PATCH"), ["domains", *_]) if set(body["domain"]) - {
                "name",
                "description",
                "enabled",
            }:
                return 400, {}, ""
            case "POST", [collection]:
                kind = collection.removesuffix("s")
                return 201, {kind: self.put(collection, **body[kind])}, ""
            case "PATCH", [collection, key]:
                self.kept[collection][key].update(body[collection.removesuffix("s")])
                return 200, {}, ""
            case "DELETE", [collection, key]:
                del self.kept[collection][key]
                return 204, None, ""
            case _:
                return 404, {}, ""


@contextmanager
def served(keystone: Keystone) -> Iterator[str]:
    """The URL of a server that answers from it."""

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            subject = self.headers.get("X-Subject-Token", "")
            closed = keystone.closed.get(next(keystone.asked))
            if closed == "before":
                return
            if closed == "busy":
                self.send_error(500)
                return
            status, content, token = keystone.answer(self.command, self.path, body, subject)
            text = b"" if content is None else json.dumps(content).encode()
            if closed:
                return
            self.send_response(status)
            if token:
                self.send_header("X-Subject-Token", token)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

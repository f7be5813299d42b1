"""Logs in to the dashboard as a browser does, and opens a page that only a user sees. Runs on a host.

Input: JSON with name (whose certificate is verified, and for which the dashboard of this very host is
asked) and password (the administrator's).
Output: JSON with redirected (where plain HTTP leads), login and page (HTTP statuses), user (whose page it
is, or empty), cookie (the session cookie's size in bytes) and seconds.
"""

from __future__ import annotations

import http.client
import http.cookies
import json
import re
import ssl
import sys
import time
import urllib.parse
from typing import Any

TIMEOUT = 20


class Browser:
    """One connection with its cookies. The certificate is verified against the host's own store."""

    def __init__(self, name: str) -> None:
        """``name`` is what stands in the address bar."""
        self.name = name
        self.cookies: http.cookies.SimpleCookie = http.cookies.SimpleCookie()

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location and text of an answer."""
        link = http.client.HTTPSConnection(self.name, timeout=TIMEOUT, context=ssl.create_default_context())
        headers = {"Cookie": "; ".join(f"{k}={m.value}" for k, m in self.cookies.items() if m.value)}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Referer": f"https://{self.name}{path}"}
        body = urllib.parse.urlencode(form) if form is not None else None
        link.request("POST" if form is not None else "GET", path, body=body, headers=headers)
        answer = link.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        text = answer.read().decode(errors="replace")
        link.close()
        return answer.status, answer.headers.get("Location", ""), text


def plain(name: str) -> str:
    """Where plain HTTP leads."""
    link = http.client.HTTPConnection(name, timeout=TIMEOUT)
    link.request("GET", "/horizon/")
    where = link.getresponse().headers.get("Location", "")
    link.close()
    return where


def shown_user(text: str) -> str:
    """The user's name in the corner of a page, or nothing on a page for strangers."""
    found = re.search(r'class="user-name">\s*([^<\s]+)', text)
    return found.group(1) if found else ""


def main(question: dict[str, Any]) -> dict[str, object]:
    """The log-in form, the log-in, a page behind it."""
    start = time.monotonic()
    browser = Browser(question["name"])
    path = "/horizon/auth/login/"
    _, _, text = browser.ask(path)
    field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    region = re.search(r'name="region" value="([^"]+)"', text)
    form = {
        "csrfmiddlewaretoken": field.group(1) if field else "",
        "region": region.group(1) if region else "default",
        "username": "admin",
        "password": question["password"],
        "next": "/horizon/identity/",
    }
    login, where, _ = browser.ask(path, form)
    page, _, text = browser.ask(urllib.parse.urlsplit(where).path or path)
    if page in (http.HTTPStatus.FOUND, http.HTTPStatus.MOVED_PERMANENTLY):
        page, _, text = browser.ask("/horizon/identity/users/")
    session = browser.cookies.get("sessionid")
    return {
        "redirected": plain(question["name"]),
        "login": login,
        "page": page,
        "user": shown_user(text),
        "cookie": len(session.value) if session else 0,
        "seconds": round(time.monotonic() - start, 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))

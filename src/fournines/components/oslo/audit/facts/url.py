"""URLs of OpenStack's options: several hosts in one, and passwords that were not escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Url:
    """A URL with one or more hosts, read as tolerantly as a person would; secrets stay out of ``repr``.

    ``hosts`` are (name, port) in lower case and in order. ``user`` is the first host's.
    """

    scheme: str
    user: str
    password: str = field(repr=False)
    hosts: tuple[tuple[str, int | None], ...]
    path: str
    query: str

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts without their ports."""
        return tuple(host for host, _ in self.hosts)


@lru_cache(1024)
def parse_url(text: str) -> Url | None:
    """``rabbit://u:p@h1:5672,u:p@h2:5672/vhost?x=y`` in parts; None when there is no ``://``.

    Credentials end at the last ``@``, so that an unescaped ``/`` or ``@`` in a password does not hide the
    hosts from us as it does from the service.
    """
    scheme, mark, rest = text.strip().strip("\"'").partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][\w+.\-]*", scheme):
        return None
    head, at, tail = rest.rpartition("@")
    tail, _, query = tail.partition("?")
    last, _, path = tail.partition("/")
    parts = [*_split(head + at + last)] if at else last.split(",")
    hosts = []
    user = password = ""
    for index, part in enumerate(parts):
        credentials, found, address = part.rpartition("@")
        if found and index == 0:
            user, _, password = credentials.partition(":")
        host, port = host_port(address)
        if host:
            hosts.append((host, port))
    return Url(scheme.lower(), user, password, tuple(hosts), path, query)


def _split(netloc: str) -> list[str]:
    """The hosts of a netloc: commas split behind a host only, not inside a password."""
    head, at, tail = netloc.rpartition("@")
    last, *more = tail.split(",")
    return [*re.split(r",(?=[^,@:]*+:[^,@]*+@)", head + at + last), *more]


def host_port(text: str) -> tuple[str, int | None]:
    """``host:port``, ``[address]:port`` or ``inet6:[address]:port``; no port is None."""
    text = text.strip().removeprefix("inet6:")
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.lstrip(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    return host.strip().lower(), int(port) if re.fullmatch(r"\d{1,5}", port) else None

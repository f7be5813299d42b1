"""What clients are told: endpoints, authentication URLs and logins, from the commands that set them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fournines.kit.audit.account import Account
from fournines.kit.audit.source import Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node

_OLD = {"--publicurl": "public", "--internalurl": "internal", "--adminurl": "admin"}


@dataclass(frozen=True)
class Endpoint:
    """One URL of a service: ``service`` is its type or name, ``interface`` public, internal or admin."""

    at: Place
    service: str
    interface: str
    url: str

    @property
    def host(self) -> str:
        """The host part of the URL; empty when it is no URL."""
        return host_of(self.url)


@dataclass(frozen=True)
class AuthUrl:
    """Where a client of the environment authenticates (``OS_AUTH_URL``)."""

    at: Place
    url: str

    @property
    def host(self) -> str:
        """The host part of the URL; empty when it is no URL."""
        return host_of(self.url)


@dataclass(frozen=True)
class Login:
    """A user and password of a client's environment (``OS_USERNAME``, ``OS_PASSWORD``)."""

    at: Place
    user: str
    password: str = field(repr=False)


def host_of(url: str) -> str:
    """The host of a URL in lower case, empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def read_commands(source: Source) -> Iterator[Endpoint | AuthUrl | Account | Login]:
    """``openstack endpoint create``, ``openstack user create``, their old names, and ``export OS_...=``."""
    user = ""
    for node in source.commands if source.speaks_of("OS_", "openstack", "keystone") else ():
        words = node.words
        place = source.at(node)
        if words[0] == "openstack" and words[1:3] == ("endpoint", "create"):
            yield from _created(place, words[3:])
        elif words[0] in ("keystone", "openstack") and "endpoint-create" in words:
            yield from _old(place, node)
        if words[0] in ("keystone", "openstack"):
            yield from _account(place, words)
        for word in words[:4]:
            if not word.startswith("OS_"):
                continue
            name, _, value = word.partition("=")
            user = value if name == "OS_USERNAME" else user
            if name == "OS_PASSWORD" and user:
                yield Login(place, user, value)
            match = re.match(r"OS_(?:AUTH_URL|URL|ENDPOINT)=(\S+)", word)
            if match:
                yield AuthUrl(place, match.group(1))


def _account(place: Place, words: tuple[str, ...]) -> Iterator[Account]:
    """``openstack user create --password X NAME`` and ``keystone user-create --name NAME --pass X``."""
    options = {a: b for a, b in pairwise(words) if a.startswith("--")}
    if words[:3] == ("openstack", "user", "create"):
        name, password = words[-1], options.get("--password", "")
        if name.startswith("--") or words[-2] in _VALUED:  # the name stands before the options
            name = next(
                (w for b, w in pairwise(words[2:]) if not w.startswith("--") and b not in _VALUED), ""
            )
    elif words[0] == "keystone" and "user-create" in words:
        name, password = options.get("--name", ""), options.get("--pass", "")
    else:
        return
    if name and password:
        yield Account(place, "keystone", name, password)


_VALUED = ("--password", "--domain", "--project", "--project-domain", "--email", "--description")


def _created(place: Place, words: tuple[str, ...]) -> Iterator[Endpoint]:
    bare: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("--"):
            skip = "=" not in word and word not in ("--enable", "--disable")
            if word in _OLD:
                index = words.index(word)
                if index + 1 < len(words):
                    yield Endpoint(place, words[-1], _OLD[word], words[index + 1])
        else:
            bare.append(word)
    if len(bare) >= 3:  # noqa: PLR2004 - SERVICE INTERFACE URL
        yield Endpoint(place, bare[0], bare[1], bare[2])


def _old(place: Place, node: Node) -> Iterator[Endpoint]:
    service = ""
    found: list[tuple[str, str]] = []
    for word in node.words:
        option, _, value = word.partition("=")
        if option in _OLD and value:
            found.append((_OLD[option], value))
    for option, value in zip(node.words, node.words[1:], strict=False):
        if option in _OLD:
            found.append((_OLD[option], value))
        elif option in ("--service", "--service-id", "--service_id"):
            service = value
    for interface, url in dict.fromkeys(found):
        yield Endpoint(place, service, interface, url)


def read_rc(source: Source) -> Iterator[Endpoint | AuthUrl | Account | Login]:
    """An openrc file is commands too."""
    return read_commands(source)


OPENRC = Kind(
    name="openrc",
    syntax=Syntax.SHELL,
    names=("*openrc*", "*-rc", "keystonerc*", "*rc.sh"),
    marks=(r"^\s*(?:export\s+)?OS_AUTH_URL=", r"^\s*(?:export\s+)?OS_USERNAME="),
    read=read_rc,
)
COMMANDS = Reader("script", read_commands)

"""Apache's configuration as facts: the ports it listens on and the WSGI applications behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDPOINT = re.compile(r"(?:(?P<address>\*|\[[0-9a-fA-F:]+\]|[\w.\-]+):)?(?P<port>\d{1,5})")


@dataclass(frozen=True)
class Listen:
    """A ``Listen`` line; ``address`` is ``*`` where none is said."""

    at: Place
    address: str
    port: int


@dataclass(frozen=True)
class WsgiApp:
    """A WSGI application of a virtual host: the port it is reached at and the script that runs."""

    at: Place
    port: int
    script: str


def read(source: Source) -> Iterator[Listen | WsgiApp]:
    """The facts of one file."""
    host: tuple[Place, int] | None = None
    for node in source.nodes:
        key = node.key.lower()
        if key == "listen":
            found = _ENDPOINT.fullmatch(node.value)
            if found:
                yield Listen(source.at(node), found.group("address") or "*", int(found.group("port")))
        elif key == "<virtualhost":
            found = _ENDPOINT.fullmatch(node.value.rstrip(">"))
            host = (source.at(node), int(found.group("port"))) if found else None
        elif key.startswith("</virtualhost"):
            host = None
        elif key == "wsgiscriptalias" and host and len(node.words) > 2:  # noqa: PLR2004 - alias, path, script
            yield WsgiApp(host[0], host[1], node.words[2])


APACHE = Kind(
    name="apache.conf",
    syntax=Syntax.LINES,
    names=(
        "ports.conf",
        "apache2/*.conf",
        "apache2.conf",
        "sites-available/*",
        "sites-enabled/*",
        "httpd/*.conf",
        "httpd/conf.d/*.conf",
        "httpd.conf",
        "*wsgi-*.conf",
    ),
    marks=(
        r"^\s*<VirtualHost\s+\S+>",
        r"^\s*</(?:VirtualHost|Directory|Location|IfVersion|IfModule)>",
        r"^\s*WSGI(?:DaemonProcess|ScriptAlias|ProcessGroup)\s+\S+",
        r"^\s*Listen\s+(?:\S+:)?\d+\s*$",
        r"^\s*(?:DocumentRoot|ErrorLog|CustomLog|Require all)\s+\S+",
    ),
    read=read,
)

"""xinetd services as facts: which port, and which program answers there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class SmallService:
    """A ``service`` block; ``port`` is None where /etc/services decides it.

    ``user`` is whom its program runs as, where ``user_at`` says so; ``limited``: not everybody may ask.
    """

    at: Place
    name: str
    port: int | None
    program: str
    disabled: bool
    user: str = ""
    user_at: Place | None = None
    limited: bool = False


def read(source: Source) -> Iterator[SmallService]:
    """The services of a file."""
    for node in source.nodes:
        if node.key != "service" or not node.value:
            continue
        said = {child.key: [word for word in child.args if word != "="] for child in node.children}
        port = next(iter(said.get("port", [])), "")
        own = node.first("user")
        yield SmallService(
            at=source.at(node),
            name=node.value,
            port=int(port) if port.isdecimal() and len(port) < 6 else None,  # noqa: PLR2004 - 65535 has 5
            program=next(iter(said.get("server", [])), ""),
            disabled=said.get("disable", []) == ["yes"],
            user=next(iter(said.get("user", [])), ""),
            user_at=source.at(own) if own else None,
            limited=bool({"only_from", "bind", "interface"} & set(said)),
        )


XINETD = Kind(
    name="xinetd",
    syntax=Syntax.KEEPALIVED,
    names=("xinetd.d/*", "xinetd.conf"),
    marks=(
        r"^\s*service\s+[\w\-]+\s*\{?\s*$",
        r"^\s*socket_type\s*=\s*\w+",
        r"^\s*disable\s*=\s*(?:yes|no)\s*$",
    ),
    read=read,
)

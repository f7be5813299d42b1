"""Ways to hurt a volume."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.drbd.model import Options, Volume, volumes
from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_TABLE = "inet nines_fault_drbd"
"""A table of its own, before the site's: what it drops nobody accepts any more."""


def faults(context: Context) -> Iterator[Fault]:
    """The replication link is cut, the copies are parted in good order, a disk fails."""
    found = tuple(volumes(context.options("drbd", Options)))
    ports = ", ".join(str(one.port) for one in found)
    rules = "\n".join(
        f"chain {hook} {{ type filter hook {hook} priority -300; "
        f"tcp dport {{ {ports} }} drop; tcp sport {{ {ports} }} drop; }}"
        for hook in ("input", "output")
    )
    yield Fault(
        "drbd.cut",
        "the replication link of every volume is cut: packets get lost, the hosts still hear each other",
        inject=Ask(("nft", "--file", "-"), stdin=f"table {_TABLE} {{\n{rules}\n}}\n"),
        undo=Ask(("sh", "-c", f"nft delete table {_TABLE} 2>/dev/null; true")),
    )
    for what, does, word, undone in (
        ("part", "the copies of every volume are parted in good order", "disconnect", "adjust"),
        ("disk", "the disk of every volume fails on this host", "detach --force", "attach"),
    ):
        yield Fault(
            f"drbd.{what}",
            does,
            inject=Ask(("sh", "-c", _each(found, f"drbdadm {word}", " && ")), timeout=60),
            undo=Ask(("sh", "-c", _each(found, f"drbdadm {undone}", "; ") + "; true"), timeout=60),
        )


def _each(found: tuple[Volume, ...], command: str, between: str) -> str:
    return between.join(f"{command} {one.name}" for one in found) or "false"

"""Ways to hurt the firewall."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.nftables.model import TABLE
from fournines.kit.check import Ask
from fournines.kit.context import Context
from fournines.kit.fault import Fault

_RELOAD = Ask(("systemctl", "reload-or-restart", "nftables.service"), timeout=30)


def faults(context: Context) -> Iterator[Fault]:
    """Somebody removes the rules."""
    del context
    yield Fault(
        "nftables.flush",
        "the firewall's table is deleted: every port is open",
        inject=Ask(("nft", "delete", "table", "inet", TABLE)),
        undo=_RELOAD,
    )

"""Ways to hurt Pacemaker."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from fournines.components.pacemaker.model import MEMBERS
from fournines.kit.check import Ask
from fournines.kit.common.fencing import board_of
from fournines.kit.common.unit_faults import unit_faults
from fournines.kit.context import Context
from fournines.kit.fault import Fault
from fournines.spec.model import Fencing

_TABLE = "inet nines_fault_boards"
"""A table of its own, before the site's: what it drops nobody accepts any more."""


def faults(context: Context) -> Iterator[Fault]:
    """It crashes, is killed for good, hangs, is stopped, which moves everything away; no board answers it."""
    yield from unit_faults("pacemaker", "pacemaker.service", program="Pacemaker")
    site = context.site
    drops = "; ".join(dict.fromkeys(_drop(board_of(site, member)) for member in MEMBERS(site)))
    rules = f"table {_TABLE} {{\nchain output {{ type filter hook output priority -300; {drops}; }}\n}}\n"
    yield Fault(
        "pacemaker.boards",
        "no management board is reached any more from this host: packets to them get lost",
        inject=Ask(("nft", "--file", "-"), stdin=rules),
        undo=Ask(("sh", "-c", f"nft delete table {_TABLE} 2>/dev/null; true")),
    )


def _drop(board: Fencing) -> str:
    """The rule that loses what goes to a board, and nothing else: a lab's clients share its address."""
    protocol, usual = {"redfish": ("tcp", 443), "ipmi": ("udp", 623)}[board.agent]
    port = board.port or usual
    return f"{_family(board.address)} daddr {board.address} {protocol} dport {port} drop"


def _family(address: str) -> str:
    """Of a name, which nft looks up itself, the one that nearly every management network has."""
    try:
        return "ip6" if ip_address(address).version == 6 else "ip"  # noqa: PLR2004 - IPv6
    except ValueError:
        return "ip"

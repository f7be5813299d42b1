"""A lab's network in two: some hosts and a client of theirs on one side, everybody else on the other.

The bridges themselves drop what would cross, by the cables' names. So the parts stay apart whatever becomes
of a host meanwhile: one that is fenced boots on the side on which it was. Everything here is done in the
lab's network namespace, in which this process has to be.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Interface

TABLE = "bridge nines_split"
PLACE = "nines-split-side"
"""The network namespace of the client on the side that is cut off."""
CABLE = "split-side"


def rules(cables: Sequence[str]) -> str:
    """What ``nft`` is fed: the cables' owners, and whoever else has one of them, hear one another only."""
    side = f"{{ {', '.join(cables)} }}"
    hook = "type filter hook {} priority 0; policy accept;"
    return f"""\
table {TABLE} {{
    chain forward {{
        {hook.format("forward")}
        iifname {side} oifname != {side} drop
        iifname != {side} oifname {side} drop
    }}
    chain input {{
        {hook.format("input")}
        iifname {side} drop
    }}
    chain output {{
        {hook.format("output")}
        oifname {side} drop
    }}
}}
"""


def cut(cables: Sequence[str]) -> None:
    """From now on nothing crosses."""
    subprocess.run(["nft", "--file", "-"], input=rules(cables), text=True, check=True)


def heal() -> None:
    """Everybody hears everybody again; nothing happens where nothing was cut."""
    subprocess.run(["nft", "delete", "table", *TABLE.split()], capture_output=True, text=True, check=False)


@contextmanager
def side_of(bridge: str, address: IPv4Interface) -> Iterator[Sequence[str]]:
    """A place for a client behind a cable of its own; in it run programs that begin with what is given."""
    _ip("netns", "add", PLACE)
    try:
        _ip("link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", PLACE)
        _ip("link", "set", CABLE, "master", bridge, "up")
        _ip("-netns", PLACE, "address", "add", str(address), "dev", "eth0")
        for name in ("lo", "eth0"):
            _ip("-netns", PLACE, "link", "set", name, "up")
        yield ("nsenter", f"--net=/run/netns/{PLACE}")
    finally:
        heal()
        _ip("netns", "delete", PLACE)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)

"""What is right and may still surprise: told where a site is shown, refused nowhere. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.declare import Declaration, Switch


def notes(declared: tuple[Declaration, ...]) -> Iterator[str]:
    """A line for each."""
    for switch in (one for one in declared if isinstance(one, Switch)):
        if switch.external is None:
            yield "virtual networks: no way out (a network with purpose: provider would be one)"
        else:
            yield f"virtual networks: tunnels in {switch.tunnels}, routers reached from {switch.external}"

"""Whether what stands on a majority has one: of two hosts there is none when one is lost. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.kit.declare import Majority
from fournines.plan.context import declarations
from fournines.spec.document import Problem
from fournines.spec.model import Site

PAIR = 2


def tied(site: Site) -> Iterator[Problem]:
    """Two hosts that fence each other need no third, unless something on them does."""
    needing = sorted({one.what for one in declarations(site) if isinstance(one, Majority)})
    if len(site.voters) == PAIR and needing:
        names = ", ".join(host.name for host in site.voters)
        yield Problem(
            ("hosts",),
            f"2 hosts vote ({names}), and {' and '.join(needing)} would stop when one of them is lost",
            "give a host that is no controller the role arbiter",
            at_key=True,
        )

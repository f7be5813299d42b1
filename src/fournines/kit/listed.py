"""Of many things the first few, in words."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice


def first_few(things: Collection[object], most: int = 3, *, between: str = ", ") -> str:
    """``a, b, c and 4 more``: as many of the things as are to be named, and how many others there are."""
    named = between.join(str(one) for one in islice(things, most))
    return f"{named} and {len(things) - most} more" if len(things) > most else named

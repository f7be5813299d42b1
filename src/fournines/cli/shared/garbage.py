"""How often Python looks for garbage."""

from __future__ import annotations

import gc

_RARELY = (20_000, 20, 50)


def collect_rarely() -> None:
    """Look for cycles seldom: nearly all that a site or an audit is made of is kept to the end of a verb.

    Looking at it again and again is a sixth of what a plan of 1,000 hosts or an audit takes.
    """
    gc.set_threshold(*_RARELY)

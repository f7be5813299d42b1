"""What a text stands for, in whichever file it is found."""

from __future__ import annotations

import re

_UNFILLED = re.compile(r"[$<>{}%]")


def unfilled(text: str) -> bool:
    """Whether a shell, a template or a person has still to put something here."""
    return bool(_UNFILLED.search(text))


def loopback(host: str) -> bool:
    """Whether a name or an address, without brackets and port, is whichever host says it."""
    return host.startswith("127.") or host in ("localhost", "::1")

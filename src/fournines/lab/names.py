"""What things of a lab are called.

Names are derived, never stored, so that a lab can be taken down knowing nothing but its name: the
network namespace is ``nines-<lab>``, a host's cgroups are ``nines/<lab>/<host>``, its container or virtual
machine is ``nines-<lab>-<host>``.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from fournines.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERFACE_LENGTH = 15
"""Longest name of a network interface (IFNAMSIZ - 1, linux/if.h)."""

MACHINE_LENGTH = 64
"""Longest name of a container (HOST_NAME_MAX, as systemd-nspawn(1) requires of --machine=)."""

NAMESPACE_PREFIX = "nines-"

_LAB_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def checked_name(name: str) -> str:
    """The name itself, if a lab may be called that.

    Raises:
        LabError: it is not a host name label (it becomes part of paths and of container names).
    """
    if not _LAB_NAME.fullmatch(name):
        raise LabError(
            f"{name!r} cannot be a lab's name",
            try_this="use lower-case letters, digits and dashes, beginning with a letter",
        )
    return name


def interface_names(
    pairs: Iterable[tuple[str, str]], *, taken: Iterable[str] = ()
) -> dict[tuple[str, str], str]:
    """A name of at most 15 characters for each pair, unique among them and easy to recognise.

    It is ``first-second`` (``controller1-e0``) where that fits and is unique; otherwise it is shortened and
    ends in a digest of the pair, so that it depends on nothing but the pair.

    Raises:
        LabError: two digests of shortened names are the same.
    """
    used = set(taken)
    names: dict[tuple[str, str], str] = {}
    for first, second in pairs:
        name = f"{first}-{second}"
        if len(name) > INTERFACE_LENGTH or name in used:
            digest = sha256(f"{first}/{second}".encode()).hexdigest()[:4]
            name = f"{name[: INTERFACE_LENGTH - 5]}-{digest}"
        if name in used:
            raise LabError(f"two cables would be called {name}", try_this="rename a host or a network")
        used.add(name)
        names[first, second] = name
    return names


def namespace(lab: str) -> str:
    """The name of a lab's network namespace."""
    return NAMESPACE_PREFIX + lab


def machine(lab: str, host: str) -> str:
    """The name of a host's container or virtual machine, unique on the machine."""
    name = f"{NAMESPACE_PREFIX}{lab}-{host}"
    if len(name) <= MACHINE_LENGTH:
        return name
    digest = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: MACHINE_LENGTH - 9]}-{digest}"

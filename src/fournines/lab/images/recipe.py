"""What a host image is made from, as a value, and the rules by which every image is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from fournines.kit.release import SUITE

if TYPE_CHECKING:
    from collections.abc import Iterable

RECIPE = 1
"""Raised whenever the way an image is made changes, so that old ones are not taken for new ones."""

BASE = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "iputils-arping",
    "iputils-ping",
    "less",
    "libpam-systemd",
    "openssh-server",
    "procps",
    "python3",
    "python3-minimal",
    "systemd",
    "systemd-sysv",
)
"""What makes a host that boots, can be reached by SSH and can be looked into."""

LEFT_ENABLED = frozenset(
    {
        "getty@.service",
        "logrotate.timer",
        "remote-fs.target",
        "ssh.service",
        "systemd-networkd.service",
        "systemd-networkd.socket",
        "systemd-networkd-wait-online.service",
    }
)
"""Units that start by themselves on a fresh host. Debian's packages enable their daemons; on a host of
a site nothing runs before it is configured, so all others are disabled and the deployer enables them."""

MASKED = (
    "systemd-udevd.service",  # a container's devices are the manager's business
    "console-getty.service",  # nobody sits at the console
)

NOT_IN_AN_IMAGE = (
    "etc/rc[S2345].d/S*",  # daemons that have an init script only; unit files do not need these links
    "etc/ssh/ssh_host_*",  # every host makes its own
    "etc/iscsi/initiatorname.iscsi",
    "etc/apt/apt.conf.d/99mmdebstrap",  # how the building machine reaches its mirror
)

DPKG_OPTIONS = (
    "force-unsafe-io",  # an interrupted build is thrown away whole: no fsync per file
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is made from; equal recipes make equal images as far as the archive stands still."""

    packages: tuple[str, ...]
    suite: str = SUITE

    @classmethod
    def of(cls, packages: Iterable[str], suite: str = SUITE) -> Recipe:
        """The recipe for hosts with these packages besides the base, from another suite if one is named."""
        return cls(tuple(sorted({*BASE, *packages})), suite)

    @property
    def digest(self) -> str:
        """Sixteen hex digits: with which versions it was made is not in them."""
        rules = [sorted(LEFT_ENABLED), MASKED, NOT_IN_AN_IMAGE, DPKG_OPTIONS]
        text = json.dumps([RECIPE, self.suite, self.packages, rules])
        return sha256(text.encode()).hexdigest()[:16]

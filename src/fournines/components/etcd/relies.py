"""What is taken for granted of etcd's package."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, prints

RELIES = (
    Relied(
        "etcd-server",
        "3.5.16",
        "3.5.16",
        (
            has_account("etcd"),
            has("/usr/bin/etcd"),
            # Locks go through the gateway, whose path changed with the versions (3.3 had /v3beta).
            prints(
                ("etcd", "--version"),
                r"^etcd Version: 3\.[45]\.",
                what="is a version whose gateway is at /v3",
            ),
        ),
    ),
)

"""What is taken for granted of nftables' package."""

from __future__ import annotations

from fournines.kit.relies import Relied, unit_has

_LOAD = "/usr/sbin/nft -f /etc/nftables.conf"

RELIES = (
    Relied(
        "nftables",
        "1.1.3",
        "1.1.3",
        (
            unit_has("nftables.service", f"ExecStart={_LOAD}"),
            unit_has("nftables.service", f"ExecReload={_LOAD}"),
        ),
    ),
)

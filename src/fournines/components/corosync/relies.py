"""What is taken for granted of Corosync's package."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, prints, unit_has

_UNIT = "corosync.service"

RELIES = (
    Relied(
        "corosync",
        "3.1.9",
        "3.1.9",
        (
            has("/usr/sbin/corosync-quorumtool"),
            has("/usr/sbin/corosync-cfgtool"),
            has("/usr/sbin/corosync-cmapctl"),
            unit_has(_UNIT, "Type=notify"),
            prints(("corosync", "-h"), r"^\s*-t\b", what="understands -t (test the configuration)"),
            prints(("corosync", "-v"), r"Available crypto models:.*openssl", what="has encryption"),
        ),
    ),
)

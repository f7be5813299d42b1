"""What is taken for granted of chrony's package. How it is started is our own drop-in's business."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, prints, unit_has

RELIES = (
    Relied(
        "chrony",
        "4.6.1",
        "4.6.1",
        (
            has("/usr/sbin/chronyd"),
            has("/usr/bin/chronyc"),
            has_account("_chrony"),
            # It goes there as _chrony, and so does the socket that chronyc asks.
            unit_has("chrony.service", "RuntimeDirectory=chrony"),
            prints(("chronyd", "--help"), r"^\s*-F LEVEL", what="understands -F (system call filter)"),
            prints(("chronyd", "--help"), r"^\s*-x\b", what="understands -x (leave the clock alone)"),
            prints(("chronyd", "--help"), r"^\s*-n\b", what="understands -n (stay in the foreground)"),
        ),
    ),
)

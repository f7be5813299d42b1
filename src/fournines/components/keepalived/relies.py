"""What is taken for granted of keepalived's package. Its unit is ours."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, has_account, prints

RELIES = (
    Relied(
        "keepalived",
        "2.3.3",
        "2.3.3",
        (
            has("/usr/sbin/keepalived"),
            has_account("nobody"),
            prints(("keepalived", "--help"), r"--config-test", what="understands --config-test"),
            prints(("keepalived", "--help"), r"--dont-fork", what="understands --dont-fork"),
            prints(("keepalived", "--help"), r"--use-file", what="understands --use-file"),
        ),
    ),
)

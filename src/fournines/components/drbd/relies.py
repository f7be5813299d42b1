"""What is taken for granted of DRBD's and XFS's packages. The kernel's module is asked where it is loaded."""

from __future__ import annotations

from fournines.kit.relies import Relied, has, prints

RELIES = (
    Relied(
        "drbd-utils",
        "9.22.0",
        "9.22.0",
        (
            has("/usr/lib/drbd/drbdadm-84"),
            has("/usr/lib/drbd/drbdsetup-84"),
            has("/usr/lib/ocf/resource.d/linbit/drbd"),
            has("/usr/lib/systemd/system/drbd.service"),
            prints(
                ("grep", "-c", "unfence_if_all_uptodate", "/usr/lib/ocf/resource.d/linbit/drbd"),
                r"^[1-9]",
                what="has an agent that understands unfence_if_all_uptodate",
            ),
            prints(("/usr/lib/drbd/drbdadm-84", "--help"), r"\bcreate-md\b", what="understands create-md"),
        ),
    ),
    Relied(
        "xfsprogs",
        "6.13.0",
        "6.13.0",
        (prints(("mkfs.xfs", "-V"), r"mkfs\.xfs version", what="has mkfs.xfs"),),
    ),
)

"""What lies on a resource through a volume group that a script makes on it."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit

RULES = [rule for rule in registry.rules() if rule.id == "DR002"]
RES = (
    "resource data {\n net {\n  allow-two-primaries yes;\n }\n device /dev/drbd0;\n"
    " on a { address 10.0.0.1:7788; }\n on b { address 10.0.0.2:7788; }\n}\n"
)
GROUP = "#!/bin/sh\npvcreate {0}\nvgcreate -s 4M vgdata {0}\nlvcreate -n srv -L 4G vgdata\n"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (GROUP.format("/dev/drbd0") + "mkfs.xfs /dev/vgdata/srv\n", [3]),
        (GROUP.format("/dev/drbd0") + "/sbin/mkfs.ext4 -q /dev/mapper/vgdata-srv\n", [3]),
        (GROUP.format("/dev/drbd0") + "mkfs.gfs2 /dev/vgdata/srv\n", []),
        (GROUP.format("/dev/sdb") + "mkfs.xfs /dev/vgdata/srv\n", []),
        (GROUP.format("/dev/drbd0") + "mkfs.xfs /dev/vgother/srv\n", []),
    ],
)
def test_a_file_system_above_a_volume_group(script: str, found: list[int]) -> None:
    report = audit([File("r0.res", RES), File("setup.sh", script)], rules=RULES, strict=True)
    assert [finding.at.line for finding in report.findings] == found

"""Addresses that others take away: which interface a .network file speaks of."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

CONF = (
    "vrrp_instance V {\n interface ens3\n virtual_router_id 7\n virtual_ipaddress {\n  192.0.2.50/24\n }\n}\n"
)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"10-a.network": "[Match]\nName=ens3\n"}, 1),
        ({"10-a.network": "[Match]\nName=en*\n"}, 1),
        ({"10-a.network": "[Match]\nName=eth0 ens[0-9]\n"}, 1),
        ({"10-a.network": "[Match]\nName=eth*\n"}, 0),
        ({"10-a.network": "[Match]\nName=!ens3\n"}, 0),
        ({"10-a.network": "[Match]\nName=en*\n[Network]\nKeepConfiguration=yes\n"}, 0),
        (
            {
                "10-a.network": "[Match]\nName=ens3\n[Network]\nKeepConfiguration=static\n",
                "99-z.network": "[Match]\nName=*\n[Network]\nDHCP=yes\n",
            },
            0,
        ),
    ],
)
def test_networkd_takes_addresses_from_the_interfaces_its_patterns_name(
    files: dict[str, str], found: int
) -> None:
    given = [File(f"n1/etc/systemd/network/{name}", text) for name, text in files.items()]
    report = audit([File("n1/etc/keepalived/keepalived.conf", CONF), *given], strict=True)
    assert [f.rule for f in report.findings].count("KA050") == found

"""Hosts that give themselves the virtual address, in every way a host's network is configured."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

CONF = (
    "vrrp_instance V {\n state BACKUP\n interface eth0\n virtual_router_id 5\n priority 100\n"
    " virtual_ipaddress {\n  10.0.0.9/24\n }\n}\n"
)
IFACE = "auto eth0\niface eth0 inet static\n address 10.0.0.1/24\n"
OWN = "network:\n version: 2\n ethernets:\n  eth0:\n   addresses:\n    - 10.0.0.1/24\n"
UNIT = "[Match]\nName=eth0\n[Network]\nKeepConfiguration=static\nAddress=10.0.0.1/24\n"
KEYFILE = "[connection]\nid=a\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=10.0.0.1/24,10.0.0.254\n"


def lines(path: str, text: str, conf: str = CONF) -> list[int]:
    files = [File("n1/etc/keepalived/keepalived.conf", conf), File(f"n1/etc/{path}", text)]
    return [f.at.line for f in audit(files, strict=True).findings if f.rule == "KA056"]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("network/interfaces", IFACE + "iface eth0:0 inet static\n address 10.0.0.9\n netmask 255.0.0.0", 5),
        ("network/interfaces", IFACE + "iface eth0 inet static\n address 10.0.0.9/24\n", 5),
        ("network/interfaces", IFACE + " up ip addr add 10.0.0.9/24 dev $IFACE\n", 4),
        ("netplan/50.yaml", OWN + "    - 10.0.0.9/24\n", 7),
        ("netplan/50.yaml", OWN + "    - 10.0.0.9/24:\n       label: eth0:vip\n", 7),
        ("sysconfig/network-scripts/ifcfg-eth0:0", "DEVICE=eth0:0\nONBOOT=yes\nIPADDR=10.0.0.9\n", 3),
        ("sysconfig/network-scripts/ifcfg-eth0", "DEVICE=eth0\nIPADDR=10.0.0.1\nIPADDR2=10.0.0.9\n", 3),
        ("systemd/network/1.network", UNIT + "Address=10.0.0.9/24\n", 6),
        ("systemd/network/1.network", UNIT + "[Address]\nAddress=10.0.0.9/24\nLabel=vip\n", 7),
        ("NetworkManager/system-connections/a.nmconnection", KEYFILE + "address2=10.0.0.9/24\n", 7),
        ("rc.local", "#!/bin/sh\nip -4 addr add 10.0.0.9/24 dev eth0\n", 2),
    ],
)  # fmt: skip
def test_the_line_that_gives_it_is_found(path: str, text: str, line: int) -> None:
    assert lines(path, text) == [line]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("network/interfaces", IFACE),
        ("network/interfaces", IFACE + "iface lo:0 inet static\n address 10.0.0.9/32\n"),
        ("network/interfaces", IFACE + " up ip addr add 10.0.0.90/24 dev $IFACE\n"),
        ("netplan/50.yaml", OWN + "  lo:\n   addresses: [10.0.0.9/32]\n"),
        ("sysconfig/network-scripts/ifcfg-lo:0", "DEVICE=lo:0\nIPADDR=10.0.0.9\nNETMASK=255.255.255.255\n"),
        ("rc.local", "#!/bin/sh\nip addr add 10.0.0.9/32 dev lo\n"),
        ("sysconfig/network-scripts/ifcfg-eth0:0", "DEVICE=eth0:0\nONBOOT=no\nIPADDR=10.0.0.9\n"),
    ],
)
def test_a_real_server_and_a_neighbour_are_left_alone(path: str, text: str) -> None:
    assert lines(path, text) == []


def test_the_owner_of_an_address_has_it() -> None:
    text = IFACE.replace("10.0.0.1/", "10.0.0.9/")
    assert lines("network/interfaces", text, CONF.replace("priority 100", "priority 255")) == []
    assert lines("network/interfaces", text) == [3]


def test_what_pacemaker_moves_is_no_hosts_either() -> None:
    crm = "primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.9 cidr_netmask=24 op monitor interval=10s\n"
    files = [File("cluster.crm", crm), File("n1/etc/network/interfaces", IFACE.replace("0.1/", "0.9/"))]
    assert "KA056" in {f.rule for f in audit(files, strict=True).findings}

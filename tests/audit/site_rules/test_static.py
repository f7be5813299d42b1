"""Hosts that give themselves the virtual address, in every way a host's network is configured."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.merge import merged
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


def found(files: dict[str, str], rule: str) -> list[str]:
    report = merged(audit([File(path, text) for path, text in files.items()], strict=True))
    return [f"{f.at}: {f.what}" for f in report.findings if f.rule == rule]


def test_hosts_alike_are_one_finding() -> None:
    both = {f"n{n}/etc/{name}": text for n in (1, 2) for name, text in (
        ("keepalived/keepalived.conf", CONF), ("netplan/50.yaml", OWN + "    - 10.0.0.9/24\n"))}  # fmt: skip
    first = "n1/etc/netplan/50.yaml:7: eth0 has the virtual address 10.0.0.9 from boot on (also on n2)"
    assert found(both, "KA056") == [first]


def test_networkd_takes_away_only_what_it_does_not_set_itself() -> None:
    """The address that netplan gives is there after a restart too: that it is given is KA056."""
    files = {"n1/etc/keepalived/keepalived.conf": CONF, "n1/etc/netplan/50.yaml": OWN}
    assert found(files, "KA050")
    files["n1/etc/netplan/50.yaml"] += "    - 10.0.0.9/24\n"
    assert found(files, "KA050") == []


SAVED = "# saved\n*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n"
NFT = (
    "#!/usr/sbin/nft -f\ntable inet f {\n chain in {\n  type filter hook input priority 0\n"
    "  policy drop\n  tcp dport 22 accept\n }\n}\n"
)


@pytest.mark.parametrize(
    ("path", "text", "line"), [("iptables/rules.v4", SAVED, 3), ("nftables.conf", NFT, 5)]
)
def test_the_policy_that_drops_adverts_is_pointed_at_once(path: str, text: str, line: int) -> None:
    files = {
        f"n{n}/etc/{name}": content
        for n in (1, 2)
        for name, content in (("keepalived/keepalived.conf", CONF), (path, text))
    }
    what = "the firewall drops what no rule accepts, and none accepts protocol 112 (also on n2)"
    assert found(files, "KA035") == [f"n1/etc/{path}:{line}: {what}"]

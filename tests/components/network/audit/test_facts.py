"""A host's own addresses, whatever program sets them."""

from __future__ import annotations

from datetime import date

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import gather
from fournines.audit.sources import read
from fournines.components.network.audit.facts import Interface, OwnName
from fournines.kit.audit.evidence import Evidence

NETPLAN = """\
network:
  version: 2
  ethernets:
    eth0:
      addresses: [10.0.0.11/24]
    eth1:
      dhcp4: true
"""


def facts(path: str, text: str) -> Evidence:
    sources, unread, *_ = read([File(path, text)])
    assert unread == []
    return gather(sources, today=date(2026, 1, 1), strict=True)[0]


@pytest.mark.parametrize(
    ("path", "text", "cards"),
    [
        ("n1/etc/netplan/01.yaml", NETPLAN, {("eth0", ("10.0.0.11/24",)), ("eth1", ())}),
        (
            "n1/etc/network/interfaces",
            "iface lo inet loopback\niface eth0 inet static\n address 10.0.0.11\n netmask 255.255.255.0\n",
            {("eth0", ("10.0.0.11/24",))},
        ),
        (
            "n1/etc/sysconfig/network-scripts/ifcfg-eth0",
            'DEVICE=eth0\nIPADDR="10.0.0.11"\nPREFIX=24\nIPADDR1=10.0.1.11\nPREFIX1=24\n',
            {("eth0", ("10.0.0.11/24", "10.0.1.11/24"))},
        ),
        (
            "n1/etc/systemd/network/10.network",
            "[Match]\nName=eth0 eth1\n[Network]\nDHCP=yes\n",
            {("eth0", ()), ("eth1", ())},
        ),
        (
            "n1/etc/NetworkManager/system-connections/eth0.nmconnection",
            "[connection]\nid=x\ninterface-name=eth0\n[ipv4]\naddress1=10.0.0.11/24,10.0.0.1\n",
            {("eth0", ("10.0.0.11/24",))},
        ),
    ],
)
def test_interfaces(path: str, text: str, cards: set[tuple[str, tuple[str, ...]]]) -> None:
    assert {(i.name, i.addresses) for i in facts(path, text).all(Interface)} == cards


def test_a_netplan_that_is_no_yaml_says_nothing() -> None:
    assert facts("n1/etc/netplan/01.yaml", "network:\n  ethernets:\n\t- {").all(Interface) == ()


def test_the_name_of_the_host() -> None:
    (name,) = facts("n1/etc/hostname", "Node1.Example.org\n").all(OwnName)
    assert (name.name, name.short) == ("node1.example.org", "node1")

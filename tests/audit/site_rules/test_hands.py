"""Who takes the VIP's interface into its own hands, and who leaves it alone."""

from __future__ import annotations

import pytest

from fournines.audit import registry
from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.keepalived.audit.rules.example import keepalived

RULES = [rule for rule in registry.rules() if rule.id == "KA050"]
PROFILE = "[connection]\nid=lan\ninterface-name={}\n[ipv4]\nmethod=manual\naddress1=10.0.0.11/24\n"
NM = "lb1/etc/NetworkManager"


def severities(files: dict[str, str]) -> list[str]:
    given = {"lb1/etc/keepalived/keepalived.conf": keepalived(), **files}
    report = audit([File(path, text) for path, text in given.items()], rules=RULES, strict=True)
    return [finding.severity.word for finding in report.findings]


def test_a_profile_of_network_manager() -> None:
    assert severities({f"{NM}/system-connections/lan.nmconnection": PROFILE.format("eth0")}) == ["warning"]


def test_netplan_hands_on_to_network_manager() -> None:
    text = "network:\n  renderer: NetworkManager\n  ethernets:\n    eth0:\n      addresses: [10.0.0.11/24]\n"
    assert severities({"lb1/etc/netplan/01.yaml": text}) == ["warning"]


def test_whether_ifcfg_is_network_managers_is_not_sure() -> None:
    path = "lb1/etc/sysconfig/network-scripts/ifcfg-eth0"
    text = "DEVICE=eth0\nBOOTPROTO=none\nIPADDR=10.0.0.11\nPREFIX=24\n"
    assert severities({path: text}) == ["info"]
    assert severities({path: f"{text}NM_CONTROLLED=no\n"}) == []


@pytest.mark.parametrize("pattern", ["interface-name:eth0", "mac:00:11:22:33:44:55;interface-name:eth*"])
def test_an_interface_it_is_told_to_leave_alone(pattern: str) -> None:
    files = {
        f"{NM}/system-connections/lan.nmconnection": PROFILE.format("eth0"),
        f"{NM}/conf.d/10-vip.conf": f"[keyfile]\nunmanaged-devices={pattern}\n",
    }
    assert severities(files) == []


def test_another_interface() -> None:
    assert severities({f"{NM}/system-connections/lan.nmconnection": PROFILE.format("eth1")}) == []

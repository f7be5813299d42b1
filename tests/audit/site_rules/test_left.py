"""Moves that nobody takes back, primaries by force, and addresses on several hosts at once."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit
from fournines.components.pacemaker.audit.rules.example import FENCED, VIP, crm


def found(rule: str, text: str, name: str = "steps.sh") -> list[tuple[int, str]]:
    report = audit([File(name, text if name.endswith(".crm") else f"#!/bin/sh\n{text}\n")], strict=True)
    return [(f.at.line, f.severity.word) for f in report.findings if f.rule == rule]


@pytest.mark.parametrize(
    ("steps", "severity"),
    [
        ("crm resource move vip n2", "warning"),
        ("sudo crm resource migrate vip n2", "warning"),
        ("ssh n1 crm_resource --move --resource vip --node n2", "warning"),
        ("pcs resource ban vip n2", "warning"),
        ("pcs resource move vip n2", "info"),
        ("crm resource move vip n2\ncrm resource unmove vip", ""),
        ("pcs resource ban vip n2\npcs resource clear vip", ""),
        ("pcs resource move vip\npcs constraint remove cli-ban-vip-on-n1", ""),
        ("crm resource move vip n2 PT5M", ""),
        ("crm_resource -M -r vip -N n2\ncrm_resource -U -r vip", ""),
        ("pcs resource ban vip n2 lifetime=PT1H", ""),
        ("crm resource status vip", ""),
        ("pcs resource create move ocf:heartbeat:Dummy", ""),
    ],
)
def test_a_move_that_nobody_takes_back(steps: str, severity: str) -> None:
    assert found("PA047", steps) == ([(2, severity)] if severity else [])


@pytest.mark.parametrize(
    ("steps", "forced"),
    [
        ("drbdadm primary --force r0", True),
        ("sudo drbdadm primary all --force", True),
        ("drbdadm -- --overwrite-data-of-peer primary r0", True),
        ("drbdadm create-md r0\ndrbdadm up r0\ndrbdadm primary --force r0", False),
        ("drbdadm primary r0", False),
    ],
)
def test_a_primary_by_force(steps: str, forced: bool) -> None:  # noqa: FBT001 - a table's column
    assert found("DR014", steps) == ([(2, "warning")] if forced else [])


@pytest.mark.parametrize(
    ("clone", "params", "shared"),
    [
        ("clone c_vip vip", "", True),
        ("clone c_vip vip meta clone-max=2", "", True),
        ("group g vip\nclone c_g g", "", True),
        ("clone c_vip vip meta globally-unique=true clone-max=2", "clusterip_hash=sourceip", False),
        ("clone c_vip vip meta clone-max=1", "", False),
        ("clone c_vip vip", "nic=lo", False),
        ("clone c_vip vip", "lvs_support=true", False),
        ("", "", False),
    ],
)
def test_an_address_on_several_hosts(clone: str, params: str, shared: bool) -> None:  # noqa: FBT001 - a table's column
    text = crm(VIP.replace("cidr_netmask=24", f"cidr_netmask=24 {params}"), f"{clone}\n")["cluster.crm"]
    assert bool(found("PA014", text, "cluster.crm")) is shared


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("pcmk_delay_base=5s", "pcmk_delay_base=5s", True),
        ("delay=5", "delay=5", True),
        ("pcmk_delay_base=5s", "pcmk_delay_base=10s", False),
        ("pcmk_delay_base=5s", "", False),
        ("pcmk_delay_max=10s", "pcmk_delay_max=10s", False),
        ("pcmk_delay_base=0s", "pcmk_delay_base=0s", False),
    ],
)
def test_two_hosts_that_wait_the_same(first: str, second: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    bare = FENCED.replace(" pcmk_delay_base=5s", f" {first}")
    fenced = bare.replace("pcmk_host_list=node2", f"pcmk_host_list=node2 {second}")
    assert bool(found("PA006", crm(VIP, fenced=fenced)["cluster.crm"], "cluster.crm")) is same

"""What an operator tells the cluster: what that makes of the configuration, and what Pacemaker does then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.programs import opinion
from tests.support import context_of, site_of

from fournines.components.pacemaker.component import COMPONENT
from fournines.components.pacemaker.deploy import cluster
from fournines.components.pacemaker.on_host.cib import actions, lines, sections_of, words
from fournines.components.pacemaker.on_host.operations import Operation, Refused, placed, told
from fournines.kit.declare import ClusterControl

CLUSTER = (Path(__file__).parent / "golden" / "cluster.xml").read_text()
NODES = {"dashboard": "10", "controller1": "11", "controller2": "12"}
MOVE = {"do": "move", "resource": "keystone", "host": "controller2"}


def live(configuration: str = CLUSTER) -> ET.Element:
    """A configuration, the golden one unless given, with its members."""
    cib = ET.fromstring(configuration)  # noqa: S314
    for host, number in NODES.items():
        ET.SubElement(only(cib, "nodes"), "node", {"id": number, "uname": host})
    return cib


def only(cib: ET.Element, section: str) -> ET.Element:
    found = sections_of(cib).find(section)
    assert found is not None
    return found


def marks(cib: ET.Element) -> list[str]:
    """What an operator's word left in it."""
    constraints = [one.get("id", "") for one in only(cib, "constraints") if one.get("id", "")[:4] == "cli-"]
    pairs = [*only(cib, "nodes").iter("nvpair"), *only(cib, "crm_config").iter("nvpair")]
    said = [p.get("id", "") for p in pairs if p.get("name") in {"standby", "maintenance-mode"}]
    return constraints + said


@pytest.mark.parametrize(
    ("operation", "undo", "mark"),
    [
        (MOVE, {**MOVE, "do": "settle"}, "cli-prefer-g_services_api"),
        (
            {"do": "standby", "host": "controller1"},
            {"do": "online", "host": "controller1"},
            "nodes-11-standby",
        ),
        ({"do": "maintenance"}, {"do": "service"}, "cib-bootstrap-options-maintenance-mode"),
    ],
)
def test_each_leaves_one_mark_however_often_it_is_told_and_its_way_back_none(
    operation: Operation, undo: Operation, mark: str
) -> None:
    before = live()
    once = told(before, operation)
    assert marks(before) == []
    assert marks(once) == marks(told(once, operation)) == [mark]
    back = told(once, undo)
    assert marks(back) == []
    assert lines(back) == lines(before)
    assert int(back.get("epoch", "")) == int(before.get("epoch", "")) + 2


@pytest.mark.parametrize("name", ["keystone", "g_services_api", "vip-controller", "controller"])
def test_what_shares_a_host_moves_together_whichever_of_it_is_named(name: str) -> None:
    assert placed(sections_of(live()), name).get("id") == "g_services_api"


@pytest.mark.parametrize(
    ("operation", "says", "hint"),
    [
        ({**MOVE, "resource": "keystona"}, "no resource keystona", "keystone, vip-controller"),
        ({**MOVE, "resource": "haproxy"}, "haproxy runs on every controller", "nowhere"),
        ({**MOVE, "resource": "fence-controller1"}, "is a fencing device", "whichever host"),
        ({**MOVE, "host": "controller9"}, "no member controller9", "controller1, controller2, dashboard"),
        ({"do": "standby", "host": "x"}, "no member x", "controller1"),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(operation: Operation, says: str, hint: str) -> None:
    with pytest.raises(Refused, match=says) as refused:
        told(live(), operation)
    assert hint in refused.value.said["hint"]


def test_what_would_be_done_is_told_in_a_line_each() -> None:
    result = ET.fromstring(  # noqa: S314
        """<r><actions>
        <rsc_action action="move" resource="keystone" source="controller1" dest="controller2"/>
        <rsc_action action="stop" resource="haproxy:0" node="controller1" reason="node availability"/>
        <node_action task="fence" node="controller1" reason="peer is lost"/>
        </actions><transition><rsc_action resource="keystone" op="stop"/></transition></r>"""
    )
    assert [words(one) for one in actions(result)] == [
        "keystone: move, controller1 -> controller2",
        "haproxy:0: stop, controller1 (node availability)",
        "fence, controller1 (peer is lost)",
    ]


# --- with Pacemaker ---------------------------------------------------------------------------------------

_SCRIPT = """\
set -e
export CIB_shadow_dir=/tmp
cp /run/cib.xml /tmp/live.xml
for round in 1 2 3; do
    crm_simulate --xml-file /tmp/live.xml --simulate --save-output /tmp/next.xml \\
        --node-up dashboard --node-up controller1 --node-up controller2 > /dev/null
    mv /tmp/next.xml /tmp/live.xml
done
mkdir /tmp/bin
printf '#!/bin/sh\ncat /tmp/live.xml\n' > /tmp/bin/cibadmin
chmod +x /tmp/bin/cibadmin
while read -r operation; do
    echo "$operation" | PATH=/tmp/bin:$PATH python3 -I /run/operations.py simulate
done < /run/asked
"""


def simulated_of(configuration: str, asked: list[Operation], folder: Path) -> list[dict[str, Any]]:
    """What the program says of each operation, as it is sent; the cluster's data come from a file."""
    cib = live(configuration)
    cib.attrib |= {"have-quorum": "1", "dc-uuid": "10", "crm_feature_set": "3.20.0"}
    control = context_of(site_of("active-passive.yaml")).one(ClusterControl)
    files = {
        "cib.xml": ET.tostring(cib, encoding="unicode"),
        "operations.py": control.simulate({}).argv[3],
        "script": _SCRIPT,
        "asked": "".join(f"{json.dumps(one)}\n" for one in asked),
    }
    done = opinion(["sh", "/run/script"], files, folder, program="crm_simulate")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.programs
def test_pacemaker_says_what_it_would_do(tmp_path: Path) -> None:
    """The program as it is sent, in a host's image: the cluster's data come from a file, the rest is real."""
    asked = [
        MOVE,
        {**MOVE, "host": "controller1"},
        {**MOVE, "host": "dashboard"},
        {"do": "standby", "host": "controller1"},
        {"do": "standby", "host": "controller2"},
        {"do": "maintenance"},
    ]
    there, stays, refused, first, second, rest = simulated_of(CLUSTER, asked, tmp_path)
    moves = ["vip-controller: move, controller1 -> controller2", "keystone: move, controller1 -> controller2"]
    assert there == {"actions": moves}
    assert stays == {"actions": []}
    assert "dashboard would not take vip-controller" in refused["refused"]
    assert set(moves) < set(first["actions"])
    assert not [one for one in second["actions"] if "keystone" in one or "vip" in one]
    assert any("haproxy" in one for one in second["actions"])
    assert rest == {"actions": []}


@pytest.mark.programs
def test_what_moves_by_itself_moves_whole_and_takes_nothing_along(tmp_path: Path) -> None:
    """Agents of networks and Cinder's volume service stand on a host of their own, whoever has the VIP."""
    context = context_of(site_of("active-passive-services.yaml"))
    agents = {"do": "move", "resource": "neutron-l3", "host": "controller1"}
    asked = [
        agents,
        {**agents, "resource": "g_services_volume"},
        {**agents, "host": "dashboard"},
        {"do": "standby", "host": "controller2"},
        {"do": "standby", "host": "controller1"},
    ]
    moved, volume, refused, second, first = simulated_of(cluster(context), asked, tmp_path)
    group = ["leave", "switch", "l3", "dhcp", "metadata"]
    there = [f"neutron-{name}: move, controller2 -> controller1" for name in group]
    kept = [f"cinder-{name}: move, controller2 -> controller1" for name in ("scheduler", "volume")]
    assert moved == {"actions": there}
    assert volume == {"actions": kept}
    assert "dashboard would not take neutron-leave" in refused["refused"]
    assert {*there, *kept} < set(second["actions"])
    assert "vip-controller: move, controller1 -> controller2" in first["actions"]
    assert not [one for one in first["actions"] if one.startswith(("neutron", "cinder"))]


def test_any_member_can_be_told() -> None:
    context = context_of(site_of("active-passive.yaml"))
    assert context.one(ClusterControl).hosts == tuple(h.name for h in COMPONENT.hosts(context.site))

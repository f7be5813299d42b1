"""The cluster's configuration as one change: what it takes away, what it leaves, and that it is done once."""

from __future__ import annotations

import copy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.components.pacemaker.on_host.cib import difference, lines, merged

WANTED = ET.fromstring((Path(__file__).parent / "golden" / "cluster.xml").read_text())  # noqa: S314
EMPTY = ET.fromstring(  # noqa: S314
    """
<cib epoch="4" num_updates="7" admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="3.0.0"/>
        <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
      </cluster_property_set>
    </crm_config>
    <nodes><node id="11" uname="controller1"/></nodes>
    <resources/>
    <constraints/>
  </configuration>
  <status><node_state id="11"/></status>
</cib>"""
)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314


def deployed() -> ET.Element:
    return merged(EMPTY, WANTED)


def only(cib: ET.Element, tag: str) -> ET.Element:
    found = cib.find(f"configuration/{tag}")
    assert found is not None
    return found


def test_it_is_done_once() -> None:
    assert difference(EMPTY, WANTED)
    assert difference(deployed(), WANTED) == []


VOLUMES = ET.fromstring(  # noqa: S314
    """
<cib><configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
    <nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="true"/>
  </cluster_property_set></crm_config>
  <resources><group id="g_mysql"><primitive id="mariadb"/></group></resources>
  <constraints><rsc_location id="g_mysql-prefers" rsc="g_mysql"/></constraints>
</configuration></cib>"""
)


def test_a_part_leaves_what_it_does_not_name() -> None:
    whole = deployed()
    both = merged(whole, VOLUMES, whole=False)
    ids = {one.get("id") for one in only(both, "resources")}
    assert ids == {one.get("id") for one in only(whole, "resources")} | {"g_mysql"}
    assert difference(both, VOLUMES, whole=False) == []
    kept = [pair.get("name") for pair in only(both, "crm_config").iter("nvpair")]
    assert "dc-version" in kept


def test_a_part_that_was_changed_is_mended_alone() -> None:
    both = merged(deployed(), VOLUMES, whole=False)
    (member,) = only(both, "resources").iterfind("group[@id='g_mysql']/primitive")
    member.set("id", "mysqld")
    found = [line for line in difference(both, VOLUMES, whole=False) if line[0] in "+-"]
    assert [line.split()[0] + line.split()[-1] for line in found[2:]] == ['-id="mysqld"', '+id="mariadb"']


def test_what_keeps_an_old_copy_from_use_stays() -> None:
    live = deployed()
    ET.SubElement(only(live, "constraints"), "rsc_location", {"id": "outdated-ms_drbd_mysql", "rsc": "x"})
    assert difference(live, WANTED) == []
    ids = [one.get("id") for one in only(merged(live, WANTED), "constraints")]
    assert ids.count("outdated-ms_drbd_mysql") == 1


def test_the_version_is_the_next_one_and_what_is_pacemakers_stays() -> None:
    live = deployed()
    assert (live.get("epoch"), live.get("num_updates"), live.get("admin_epoch")) == ("5", "0", "0")
    assert only(live, "nodes").find("node") is not None
    assert live.find("status/node_state") is not None
    names = [pair.get("name") for pair in only(live, "crm_config").iter("nvpair")]
    assert {"dc-version", "have-watchdog", "stonith-enabled"} <= set(names)
    assert len(names) == len(set(names))


PARTS = [
    part.get("id")
    for section in WANTED.iterfind("configuration/*")
    for part in section.iter()
    if part.get("id") and part.tag != "cluster_property_set"
]
"""Without the set in which Pacemaker keeps what is its own too."""


@given(st.sampled_from(PARTS))
def test_every_part_that_is_removed_by_hand_is_seen_and_mended_and_nothing_else(gone: str) -> None:
    live = deployed()
    parent = next(p for p in live.iter() for child in p if child.get("id") == gone)
    parent.remove(next(child for child in parent if child.get("id") == gone))
    told = difference(live, WANTED)
    assert any(f'id="{gone}"' in line for line in told if line.startswith("+"))
    assert not any(line.startswith("-") and not line.startswith("---") for line in told)
    assert lines(merged(live, WANTED)) == lines(deployed())


def test_a_value_changed_by_hand_is_one_line_less_and_one_more() -> None:
    live = deployed()
    (pair,) = [p for p in live.iter("nvpair") if p.get("name") == "stonith-enabled"]
    pair.set("value", "false")
    told = [line for line in difference(live, WANTED) if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert len(told) == 2
    assert 'value="false"' in told[0]


def test_what_the_site_does_not_know_is_taken_away() -> None:
    live = deployed()
    only(live, "resources").append(parsed('<primitive id="stray" class="ocf" type="Dummy"/>'))
    (properties,) = only(live, "crm_config")
    properties.append(parsed('<nvpair id="x" name="symmetric-cluster" value="false"/>'))
    assert len([line for line in difference(live, WANTED) if line[:2] == "- "]) == 2
    assert lines(merged(live, WANTED)) == lines(deployed())


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("constraints", '<rsc_location id="cli-ban-vip-on-c1" rsc="vip" node="c1" score="-INFINITY"/>'),
        ("crm_config/cluster_property_set", '<nvpair id="m" name="maintenance-mode" value="true"/>'),
    ],
)
def test_what_an_operator_said_for_a_while_stays(section: str, text: str) -> None:
    live = deployed()
    only(live, section).append(parsed(text))
    assert difference(live, WANTED) == []
    assert parsed(text).get("id") in [e.get("id") for e in merged(live, WANTED).iter()]


def test_order_counts_in_a_group_and_nowhere_else() -> None:
    live = deployed()
    section = only(live, "resources")
    section[:] = list(section)[::-1]
    assert difference(live, WANTED) == []
    wanted = copy.deepcopy(WANTED)
    group = parsed('<group id="g"><primitive id="b"/><primitive id="a"/></group>')
    only(wanted, "resources").append(group)
    live = merged(EMPTY, wanted)
    assert difference(live, wanted) == []
    turned = next(e for e in live.iter("group"))
    turned[:] = list(turned)[::-1]
    assert difference(live, wanted)

from __future__ import annotations

import json
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from fournines.lab.network import BRIDGE, Link, missing, parse_links, plug_lines, remove_lines, unplug_lines

if TYPE_CHECKING:
    from fournines.lab.plan import LabPlan

WHOLE = {
    "lo": Link("lo", up=True),
    "unplugged": Link("unplugged", up=False),
    "br-mgmt": Link("br-mgmt", up=True, addresses=frozenset({IPv4Interface("10.0.0.254/24")})),
    "br-external": Link("br-external", up=True, addresses=frozenset({IPv4Interface("192.168.1.254/24")})),
}


def test_an_empty_namespace_gets_everything_in_an_order_that_works(plan: LabPlan) -> None:
    lines = missing(plan, {"lo": Link("lo", up=False)})
    assert lines == (
        "link set lo up",
        "link add unplugged type bridge",
        f"link add br-mgmt address 02:4e:0a:00:00:fe {BRIDGE}",
        "address add 10.0.0.254/24 dev br-mgmt",
        "link set br-mgmt up",
        f"link add br-external address 02:4e:c0:a8:01:fe {BRIDGE}",
        "address add 192.168.1.254/24 dev br-external",
        "link set br-external up",
    )


def test_a_whole_network_gets_nothing(plan: LabPlan) -> None:
    assert missing(plan, WHOLE) == ()


def test_an_interrupted_network_gets_what_it_lacks(plan: LabPlan) -> None:
    half = {**WHOLE, "br-mgmt": Link("br-mgmt", up=False)}
    assert missing(plan, half) == ("address add 10.0.0.254/24 dev br-mgmt", "link set br-mgmt up")


def test_cables_are_plugged_unless_they_are(plan: LabPlan) -> None:
    dashboard = plan.host("dashboard")
    links = {
        "dashboard-e0": Link("dashboard-e0", up=True, bridge="br-mgmt"),
        "dashboard-e1": Link("dashboard-e1", up=True, bridge="unplugged"),
    }
    assert plug_lines(dashboard, links) == ("link set dashboard-e1 master br-external up",)
    assert plug_lines(dashboard, links, "mgmt") == ()
    assert unplug_lines(dashboard, links) == ("link set dashboard-e0 master unplugged",)
    assert unplug_lines(dashboard, links, "external") == ()
    assert remove_lines(dashboard, links) == ("link delete dashboard-e0", "link delete dashboard-e1")
    assert remove_lines(plan.host("controller1"), links) == ()


def test_a_cable_that_is_cut_stays_out_also_when_it_is_a_new_one(plan: LabPlan) -> None:
    """A container that gets its power back brings new cables, in no bridge at all."""
    dashboard = plan.host("dashboard")
    new = {"dashboard-e0": Link("dashboard-e0", up=False), "dashboard-e1": Link("dashboard-e1", up=False)}
    assert plug_lines(dashboard, new, cut={"mgmt"}) == (
        "link set dashboard-e0 master unplugged up",
        "link set dashboard-e1 master br-external up",
    )
    out = {
        "dashboard-e0": Link("dashboard-e0", up=True, bridge="unplugged"),
        "dashboard-e1": Link("dashboard-e1", up=True, bridge="br-external"),
    }
    assert plug_lines(dashboard, out, cut={"mgmt"}) == ()
    assert plug_lines(dashboard, out) == ("link set dashboard-e0 master br-mgmt up",)


def test_links_are_read_from_what_ip_says() -> None:
    said = [
        {"ifname": "lo", "flags": ["LOOPBACK"], "addr_info": []},
        {},
        {
            "ifname": "a-e0",
            "flags": ["BROADCAST", "UP", "LOWER_UP"],
            "master": "br-mgmt",
            "addr_info": [
                {"family": "inet", "local": "10.0.0.254", "prefixlen": 24},
                {"family": "inet6", "local": "fe80::1", "prefixlen": 64},
            ],
        },
    ]
    address = IPv4Interface("10.0.0.254/24")
    assert parse_links(json.dumps(said)) == {
        "lo": Link("lo", up=False),
        "a-e0": Link("a-e0", up=True, bridge="br-mgmt", addresses=frozenset({address})),
    }

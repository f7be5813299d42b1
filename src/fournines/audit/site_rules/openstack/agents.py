"""Agents whose work is noted under their host's name, and that Pacemaker moves to another host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Primitive
    from fournines.components.pacemaker.audit.facts.cluster import Cluster
    from fournines.kit.audit.evidence import Evidence

_AGENT = re.compile(
    r"(?:neutron|quantum)-(?:agent-)?(l3|dhcp|lbaas|vpn|metering)(?:-agent)?\Z", re.IGNORECASE
)
_HELPER = re.compile(r"neutron[-_]?(?:ha[-_]?tool|scale|netns|ovs[-_]?cleanup)", re.IGNORECASE)
_L3 = """\
primitive l3 ocf:openstack:neutron-agent-l3 \\
    params config=/etc/neutron/neutron.conf \\
    op monitor interval=30s timeout=30s
"""


@rule(
    "OS031",
    Severity.ERROR,
    "An agent moves to another host, and its routers stay with the old name",
    consequence=Consequence.NO_FAILOVER,
    why="Neutron notes routers and networks under the name of the agent's host: the agent that Pacemaker "
    "starts elsewhere has another name and nothing to do, and the routers wait for a host that is dead",
    fix="the same host = ... in neutron.conf of all network hosts; better agents on every host with "
    "l3_ha = true and dhcp_agents_per_network = 2",
    source="OpenStack HA guide, L3 agent: the scheduler is aware of one node; neutron.conf [DEFAULT] host",
    bad={**crm(_L3), "neutron.conf": "[DEFAULT]\ncore_plugin = ml2\n"},
    good={**crm(_L3), "neutron.conf": "[DEFAULT]\ncore_plugin = ml2\nhost = network-controller\n"},
    points_at="primitive l3 ocf:openstack:neutron-agent-l3 \\",
)
def left_behind(site: Evidence) -> Iterator[Hit | Unknown]:
    confs = [conf for conf in site.all(OsloConf) if conf.service == "neutron"]
    if any(_named(conf) for conf in confs):
        return
    late = any(_rescheduled(conf) for conf in confs)
    for cluster in clusters(site):
        moved = [p for p in cluster.primitives if _AGENT.search(p.type) and not _everywhere(cluster, p)]
        if not moved or any(_HELPER.search(p.type) for p in cluster.primitives):
            continue
        first = min(moved, key=lambda primitive: "l3" not in primitive.type.lower())
        related = tuple(p.at for p in moved if p is not first)
        if late:
            what = f"{first.id} moves under another name: its routers follow after agent_down_time"
            yield Hit(first.at, what, related, severity=Severity.INFO)
        elif confs and not any(conf.excerpt for conf in confs):
            yield Hit(first.at, f"{first.id} moves, and neutron.conf gives the hosts no common name", related)
        elif any(source.kind == "commands" or source.lines for source in site.sources):
            what = f"{first.id} moves, and nothing here gives the network hosts a common name"
            yield Hit(first.at, what, related, severity=Severity.WARNING)
        else:
            yield Unknown(
                first.at, f"whose routers {first.id} finds after a move: neutron.conf was not given"
            )


def _named(conf: OsloConf) -> bool:
    """Whether the agents of several hosts share a name."""
    name = conf.get("DEFAULT", "host")
    return bool(name and name.value.strip())


def _rescheduled(conf: OsloConf) -> bool:
    """Whether Neutron itself gives the routers of a dead agent to another."""
    moved = conf.find("allow_automatic_l3agent_failover")
    return bool(moved and moved.on)


def _everywhere(cluster: Cluster, primitive: Primitive) -> bool:
    return any(holder.kind != "group" for holder in cluster.holders(primitive.id))

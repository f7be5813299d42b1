"""What lists name: the instances of a sync group, and the real servers of a virtual one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import (
    RealServer,
    SyncGroup,
    VirtualServer,
    VrrpInstance,
    keywords,
)
from fournines.components.keepalived.audit.facts.includes import incomplete
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_GROUP = "vrrp_sync_group G {{\n    group {{\n        VI_1\n        {}\n    }}\n}}\n"
_TWO = keepalived() + keepalived(check="", vip="192.168.1.20/24", interface="eth1").replace("VI_1", "VI_2")


@rule(
    "KA054",
    Severity.WARNING,
    "A sync group names an instance that is not there",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived ignores the name: the instance that was meant fails over alone, and the addresses of one "
    "service end up on different hosts",
    fix="the name as the vrrp_instance has it",
    source='keepalived 2.2.7: "Virtual router ... specified in sync group ... doesn\'t exist - ignoring"',
    bad={"keepalived.conf": _TWO + _GROUP.format("VI_OUT")},
    good={"keepalived.conf": _TWO + _GROUP.format("VI_2")},
    points_at="VI_OUT",
)
def stranger(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in site.all(SyncGroup):
        instances = {instance.name for instance in site.on(group.at.host, VrrpInstance)}
        missing = [name for name in group.members if name not in instances]
        if missing and not incomplete(site, group.at.host):
            yield Hit(
                group.place(missing[0]),
                f"{group.name} names {', '.join(missing)}, which is no instance of this host",
            )


_LVS = """
virtual_server 10.0.0.20 443 {{
    delay_loop 3
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 10.0.0.31 443 {{
        weight 1{0}
    }}
    real_server 10.0.0.32 443 {{
        weight 1{0}
    }}
}}
"""


@rule(
    "KA055",
    Severity.ERROR,
    "Real servers that nobody checks",
    consequence=Consequence.NO_FAILOVER,
    why="without a checker keepalived never takes a real server out of the table: one that died keeps its "
    "share of the connections until somebody edits the file",
    fix="TCP_CHECK, HTTP_GET, SSL_GET or MISC_CHECK in every real_server",
    source="keepalived.conf(5), real_server: healthcheckers; without one a real server is always alive",
    bad={"keepalived.conf": keepalived() + _LVS.format("")},
    good={
        "keepalived.conf": keepalived()
        + _LVS.format("\n        TCP_CHECK {\n            connect_timeout 1\n        }")
    },
    points_at="real_server 10.0.0.31 443 {",
)
def unchecked(site: Evidence) -> Iterator[Hit | Unknown]:
    found: dict[tuple[str, str], list[RealServer]] = {}
    for server in site.all(RealServer):
        if not server.checked:
            found.setdefault((server.at.path, server.virtual), []).append(server)
    for (_, virtual), servers in found.items():
        what = f"{len(servers)} real server{'s' if len(servers) > 1 else ''} of {virtual} without a checker"
        yield Hit(servers[0].at, what, tuple(server.at for server in servers[1:]))


_SCHEDULED = keepalived() + _LVS.format("\n        TCP_CHECK {\n            connect_timeout 1\n        }")


@rule(
    "KA070",
    Severity.ERROR,
    "A scheduler that the kernel does not have",
    consequence=Consequence.DOWN,
    why="IPVS refuses the service: the address is there, and nothing balances what is sent to it",
    fix="lb_algo rr, wrr, lc or wlc",
    source="keepalived.conf(5), lvs_sched; ipvsadm(8), --scheduler",
    bad={"keepalived.conf": _SCHEDULED.replace("lb_algo rr", "lb_algo loadbalance")},
    good={"keepalived.conf": _SCHEDULED},
    points_at="lb_algo loadbalance",
)
def unknown_scheduler(site: Evidence) -> Iterator[Hit | Unknown]:
    for server in site.all(VirtualServer):
        said = server.scheduler
        if said.isalpha() and said.lower() not in keywords.SCHEDULERS:
            place = server.place("lb_algo", "lvs_sched")
            yield Hit(place, f"{said} is no scheduler: {server.name} is not made")

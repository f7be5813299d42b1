"""Addresses of other services as options of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf, host_port
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_SERVERS = "[glance]\napi_servers = {}\n"


@rule(
    "OS032",
    Severity.WARNING,
    "A Glance server without its port",
    consequence=Consequence.DOWN,
    why="an address alone means port 80, where no Glance is: no instance starts, for no image is found",
    fix="api_servers = http://VIP:9292, or nothing: the catalogue knows where Glance is",
    source="nova.conf [glance] api_servers: scheme://hostname:port; nova/image/glance.py: o.port or 80",
    bad={"ctl1/nova.conf": _SERVERS.format("10.0.0.20")},
    good={"ctl1/nova.conf": _SERVERS.format("http://10.0.0.20:9292")},
    points_at="api_servers = 10.0.0.20",
)
def without_port(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        found = [conf.get("glance", "api_servers"), conf.find("glance_api_servers")]
        for said in found:
            if not said or said.placeholder or "$" in said.value:
                continue
            bare = [item for item in said.items if "://" not in item and host_port(item)[1] is None]
            if bare:
                yield Hit(said.at, f"{said.name} names {', '.join(bare)} without a port")

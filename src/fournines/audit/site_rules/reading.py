"""Files that could not be read to their end: by the program they are for, or by the audit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_REFUSED = frozenset(
    {
        *("cib.xml", "drbd.res", "nftables", "rabbitmq.config", "haproxy.cfg"),
        *("rabbitmq definitions", "netplan"),
    }
)
"""Kinds whose programs refuse the whole file; CO015 and KA033 speak for Corosync and keepalived."""
_TEMPLATE = re.compile(r"\{\{|\{%|<%|\$\{[A-Za-z_]\w*\}")
_MOST = 3
"""Problems of one file that are told: the first is the cause, what follows mostly its echo."""


@rule(
    "SY011",
    Severity.ERROR,
    "A file that is broken off or does not hold together",
    consequence=Consequence.DOWN,
    why="the program refuses the whole file, or goes on with the one it read before until it is restarted",
    fix="close what was opened, or copy the file again: it may have been cut on its way",
    source="drbd.conf(5), nft(8), HAProxy management guide -c; crm_verify(8); Erlang file:consult/1; "
    "RabbitMQ, Definitions; netplan-generate(8)",
    bad={
        "drbd.d/data.res": """
            resource data {
              device /dev/drbd0;
              on node1 {
                disk /dev/vdb;
                address 10.0.0.11:7789;
              }
            """
    },
    good={
        "drbd.d/data.res": """
            resource data {
              device /dev/drbd0;
              on node1 {
                disk /dev/vdb;
                address 10.0.0.11:7789;
              }
            }
            """
    },
    points_at="resource data {",
)
def broken(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.kinds(*_REFUSED):
        problems = [problem for problem in source.problems if not problem.ours]
        unsure = source.excerpt or _TEMPLATE.search(source.text)
        for problem in problems[:_MOST]:
            place, said = source.at(problem.line), f"{problem.what}"
            yield Unknown(place, f"not all of it could be read: {said}") if unsure else Hit(place, said)


@rule(
    "SY012",
    Severity.WARNING,
    "A file that the audit did not read to its end",
    consequence=Consequence.FRAGILE,
    why="what stands in the rest of it was not judged: nothing found in this file proves nothing",
    fix="give the configuration itself as UTF-8 text of at most 1 MiB (XML: 8 MiB)",
    source="the limits of fournines (audit.gather, audit.parse)",
    bad={"keepalived.conf": f"vrrp_sync_group {'{' * 70}{'}' * 70}\n"},
    good={"keepalived.conf": "vrrp_sync_group VG {\n  group { VI_1 }\n}\n"},
    points_at=f"vrrp_sync_group {'{' * 70}{'}' * 70}",
)
def unread(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.sources:
        for problem in source.problems:
            if problem.ours:
                yield Hit(source.at(problem.line), problem.what)

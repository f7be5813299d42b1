"""Secrets that a cluster hands to its agents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_SECRET = re.compile(r"pass(?:wd|word)?$|password|passwd|secret")
_PUBLISHED = re.compile(r"secretsecret|password|passw0rd|changeme|secret")
"""Words of guides that are taken over as they are; ``SECRET`` and ``<password>`` are places to fill in."""
_API = """
primitive keystone ocf:openstack:keystone \\
    params os_password={} os_username=admin \\
    op monitor interval=30s
"""


@rule(
    "PA027",
    Severity.WARNING,
    "An agent logs in with the example's password",
    consequence=Consequence.ERRORS,
    why="either the login fails, and the monitor takes a healthy service for a dead one, or the password is "
    "one that everybody can read in the guide",
    fix="a secret of the site's own",
    source="OpenStack HA guide, resource agents: os_password; Pacemaker Explained, resource parameters",
    bad=crm(VIP, _API.format("secretsecret")),
    good=crm(VIP, _API.format("x7Gk2mQ4")),
    points_at="params os_password=*** os_username=admin \\",
)
def published(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for one in cluster.primitives:
            for name, value in one.params.items():
                if _SECRET.search(name.lower()) and _PUBLISHED.fullmatch(value.strip("\"' ")):
                    yield Hit(one.place(name), f"{name} of {one.id} is one that everybody knows")

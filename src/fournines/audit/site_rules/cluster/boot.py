"""What the boot of a host starts although Pacemaker decides where it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.components.systemd.audit.facts import Enabled
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Primitive
    from fournines.kit.audit.evidence import Evidence

_UNITS = {
    "mysql": ("mysql", "mariadb", "mysqld"), "mariadb": ("mariadb", "mysql", "mysqld"),
    "galera": ("mariadb", "mysql", "mysqld"), "pgsql": ("postgresql",), "apache": ("apache2", "httpd"),
    "rabbitmq-server": ("rabbitmq-server",), "rabbitmq-cluster": ("rabbitmq-server",),
    "haproxy": ("haproxy",), "nginx": ("nginx",), "redis": ("redis", "redis-server"), "drbd": ("drbd",),
}  # fmt: skip
"""Units that run the service of an OCF agent."""
_PACKAGES = {
    "mysql": re.compile(r"(?:mysql|mariadb)(?:-galera)?-server\S*|percona-(?:xtradb-cluster-)?server\S*"),
    "rabbitmq-server": re.compile(r"rabbitmq-server"), "pgsql": re.compile(r"postgresql(?:-\d+)?"),
    "apache": re.compile(r"apache2"), "haproxy": re.compile(r"haproxy"), "nginx": re.compile(r"nginx"),
}  # fmt: skip
"""Packages of Debian and Ubuntu whose installation starts the service, now and at every boot."""
_PACKAGES |= {"mariadb": _PACKAGES["mysql"], "galera": _PACKAGES["mysql"]}
_LB = """
primitive lb systemd:haproxy \\
    op start interval=0 timeout=60s \\
    op monitor interval=20s
"""


@rule(
    "PA034",
    Severity.WARNING,
    "The boot starts what Pacemaker is to start",
    consequence=Consequence.NO_RETURN,
    why="a host that comes back starts the service by itself, without its address, its disk or its peer: "
    "Pacemaker finds it on two hosts and stops both, or cannot start it where it belongs",
    fix="systemctl disable the unit on every host (the cluster starts it through the same unit or its agent)",
    source="Pacemaker Explained, Resource Classes: systemd; Clusters from Scratch: 'do not enable at boot'; "
    "Debian Policy 9.3: packages enable their services",
    bad={**crm(VIP, _LB), "node1/setup.sh": "#!/bin/sh\nsystemctl enable --now haproxy\n"},
    good={**crm(VIP, _LB), "node1/setup.sh": "#!/bin/sh\nsystemctl disable --now haproxy\n"},
    points_at="systemctl enable --now haproxy",
)
def started_at_boot(site: Evidence) -> Iterator[Hit | Unknown]:
    switched = site.derived(_switched)
    for cluster in clusters(site):
        for primitive in cluster.primitives:
            units = _units(primitive)
            told = [one for name in units for one in switched.get(name, ())]
            on = [one for one in told if one.starts]
            if on:
                what = f"{on[0].service} starts with the host, and {primitive.id} is Pacemaker's"
                cloned = any(holder.kind == "clone" for holder in cluster.holders(primitive.id))
                lesser = Severity.INFO if cloned else None
                yield Hit(on[0].at, what, (primitive.at, *(o.at for o in on[1:])), severity=lesser)
            elif not told and _installed(site, primitive) and not site.derived(_overridden) & set(units):
                what = f"the package of {primitive.id} enables its unit, and nothing here disables it"
                yield Hit(primitive.at, what)


def _switched(site: Evidence) -> dict[str, list[Enabled]]:
    """What was decided last of each service on each host, by the service."""
    last = {(one.at.host, one.service): one for one in site.all(Enabled)}
    found: dict[str, list[Enabled]] = {}
    for (_, service), one in last.items():
        found.setdefault(service, []).append(one)
    return found


def _units(primitive: Primitive) -> tuple[str, ...]:
    """The units that run a resource."""
    if primitive.agent[0] in ("systemd", "lsb", "service", "upstart"):
        return (primitive.type.removesuffix(".service"),)
    return _UNITS.get(primitive.type.lower(), ()) if primitive.agent[0] == "ocf" else ()


def _installed(site: Evidence, primitive: Primitive) -> bool:
    """Whether something here installs the service's package with apt, which starts it at once."""
    name = primitive.type.lower() if primitive.agent[0] == "ocf" else primitive.type.removesuffix(".service")
    wanted = _PACKAGES.get(name)
    return wanted is not None and any(wanted.fullmatch(word) for word in site.derived(_packages))


def _packages(site: Evidence) -> frozenset[str]:
    """The packages that commands install with apt."""
    typed = (node for source in site.kinds("commands", "script") for node in source.commands)
    lines = (without(node.words, ("sudo",)) for node in typed)
    apt = (words for words in lines if program_of(words) in ("apt", "apt-get", "aptitude"))
    return frozenset(word.partition("=")[0] for words in apt if "install" in words for word in words)


def _overridden(site: Evidence) -> frozenset[str]:
    """The services that upstart's ``NAME.override`` keeps the boot from starting."""
    texts = (source.text for source in site.kinds("commands", "script"))
    return frozenset(name for text in texts for name in re.findall(r"/([\w\-]++)\.override\b", text))

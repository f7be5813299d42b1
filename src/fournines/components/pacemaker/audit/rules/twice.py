"""The same thing given to two resources: each manages it without knowing of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import placeholder
from fournines.components.pacemaker.audit.rules.example import DRBD, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Primitive
    from fournines.kit.audit.evidence import Evidence

_IDENTITY = {
    "ipaddr2": ("ip",),
    "ipaddr": ("ip",),
    "drbd": ("drbd_resource",),
    "filesystem": ("device", "directory"),
    "lvm": ("volgrpname",),
    "lvm-activate": ("vgname", "lvname"),
}
"""What tells two resources of an agent apart: where all of it is equal, they are one thing."""


@rule(
    "PA039",
    Severity.ERROR,
    "Two resources are the same thing",
    consequence=Consequence.SPLIT,
    why="Pacemaker places them as two: they may run on different hosts at once, and where they share one, "
    "the stop of either takes the other's away",
    fix="one resource; what needs it is tied to it by colocation and order",
    source="Pacemaker Explained, Resources: a resource is active on one host at a time, by its id",
    bad=crm(VIP, VIP.replace("primitive vip", "primitive vip2"), DRBD, FS, TIED),
    good=crm(VIP, VIP.replace("primitive vip", "primitive vip2").replace("0.20", "0.21"), DRBD, FS, TIED),
    points_at="params ip=10.0.0.20 cidr_netmask=24 \\",
)
def same_thing(site: Evidence) -> Iterator[Hit | Unknown]:
    pages = {source.path for source in site.kinds("commands")}
    for cluster in clusters(site):
        first: dict[tuple[str, ...], Primitive] = {}
        for one in cluster.primitives:
            identity = _identity(one)
            if not identity or one.at.path in pages:  # a page may show two ways to the same
                continue
            other = first.setdefault(identity, one)
            if other.id != one.id:
                names = _IDENTITY[one.type.lower()]
                what = f"{one.id} and {other.id} have the same {names[0]}, {identity[1]}"
                yield Hit(one.place(*names), what, (other.place(*names),))


def _identity(one: Primitive) -> tuple[str, ...]:
    """The agent and what it manages; nothing where that is not said, or by a placeholder."""
    names = _IDENTITY.get(one.type.lower(), ())
    said = [one.params.get(name, "") for name in names]
    if not names or not said[0] or any(placeholder(value) or "$" in value for value in said):
        return ()
    return (one.type.lower(), *said)

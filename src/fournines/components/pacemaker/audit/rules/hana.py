"""SAP HANA's two agents: one instance for both, and what becomes of a lost primary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import false, placeholder
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.kit.audit.evidence import Evidence

_DATABASES = frozenset({"saphana", "saphanacontroller"})
_HANA = """\
primitive topology ocf:suse:SAPHanaTopology \\
    params SID=PRD InstanceNumber={number} \\
    op monitor interval=10s timeout=600s
primitive hana ocf:suse:SAPHana \\
    params SID=PRD InstanceNumber=00 PREFER_SITE_TAKEOVER=true AUTOMATED_REGISTER={register} \\
    op start interval=0 timeout=3600s \\
    op stop interval=0 timeout=3600s \\
    op promote interval=0 timeout=3600s \\
    op monitor interval=60s timeout=700s role=Promoted \\
    op monitor interval=61s timeout=700s role=Unpromoted
clone cln-topology topology \\
    meta interleave=true
clone msl-hana hana \\
    meta promotable=true notify=true interleave=true
"""


def _hana(number: str = "00", register: str = "true") -> dict[str, str]:
    return crm(VIP, _HANA.format(number=number, register=register))


def _databases(cluster: Cluster) -> list[Primitive]:
    return [p for p in cluster.primitives if p.type.lower() in _DATABASES]


@rule(
    "PA068",
    Severity.ERROR,
    "SAPHanaTopology watches another instance than SAPHana",
    consequence=Consequence.NO_FAILOVER,
    why="SAPHana promotes by what SAPHanaTopology finds out about its instance: about another one it finds "
    "nothing, and nobody is promoted or takes over",
    fix="SID and InstanceNumber the same in both",
    source="ocf_suse_SAPHanaTopology(7), ocf_suse_SAPHana(7): SID, InstanceNumber",
    bad=_hana("10"),
    good=_hana(),
    points_at="params SID=PRD InstanceNumber=10 \\",
)
def another(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        databases = _databases(cluster)
        known = {_instance(p) for p in databases}
        for topology in cluster.primitives if known else ():
            mine = _instance(topology)
            open_ = any(placeholder(value) for value in (*mine, *(v for one in known for v in one)))
            if topology.type.lower() == "saphanatopology" and all(mine) and mine not in known and not open_:
                theirs = " and ".join(sorted(" ".join(one) for one in known))
                what = f"{topology.id} is for {' '.join(mine)}, {databases[0].id} for {theirs}"
                yield Hit(topology.place("InstanceNumber", "SID"), what, (databases[0].at,))


def _instance(primitive: Primitive) -> tuple[str, str]:
    return primitive.params.get("SID", ""), primitive.params.get("InstanceNumber", "")


@rule(
    "PA069",
    Severity.INFO,
    "A former primary of SAP HANA stays out",
    consequence=Consequence.NO_RETURN,
    why="after a takeover the former primary is not made the secondary: until somebody registers it by hand "
    "there is no second copy, and the next failure finds nobody who could take over",
    fix="AUTOMATED_REGISTER=true, or a step in the runbook and an alarm",
    source="ocf_suse_SAPHana(7): AUTOMATED_REGISTER, default false",
    bad=_hana(register="false"),
    good=_hana(),
    points_at="params SID=PRD InstanceNumber=00 PREFER_SITE_TAKEOVER=true AUTOMATED_REGISTER=false \\",
)
def stays_out(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for primitive in _databases(cluster):
            if false(primitive.params.get("AUTOMATED_REGISTER", "false")):
                how = "" if "AUTOMATED_REGISTER" in primitive.params else ", as nothing is said"
                what = f"AUTOMATED_REGISTER of {primitive.id} is false{how}"
                yield Hit(primitive.place("AUTOMATED_REGISTER"), what)

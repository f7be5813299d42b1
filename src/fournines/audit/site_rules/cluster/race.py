"""Two hosts that lose one another: which of them shoots first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.pacemaker.audit.facts import clusters
from fournines.components.pacemaker.audit.facts.model import false
from fournines.components.pacemaker.audit.rules.example import FENCED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_NO_RACE = frozenset({"fence_scsi", "fence_mpath", "fence_kdump"})
"""Agents that take away the disk: the first wins by itself."""
_DELAYS = ("pcmk_delay_base", "pcmk_delay_max", "delay", "pcmk_delay")


@rule(
    "PA006",
    Severity.WARNING,
    "Two hosts that fence each other at once",
    consequence=Consequence.DOWN,
    why="when the link between them breaks both shoot at the same moment, and both are gone",
    fix="pcmk_delay_base=5s on the device of one host, or priority-fencing-delay with priorities",
    source="Pacemaker Explained, pcmk_delay_base, priority-fencing-delay; Trento priority-fencing-delay",
    bad=crm(VIP, fenced=FENCED.replace(" pcmk_delay_base=5s", "")),
    good=crm(VIP),
    points_at="primitive fence-node1 stonith:fence_ipmilan \\",
)
def no_delay(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        devices = [d for d in cluster.fence_devices if d.type not in _NO_RACE]
        stonith = cluster.setting("stonith-enabled")
        if _hosts(site, cluster) != _PAIR or not devices or (stonith and false(stonith.value)):
            continue
        delayed = any(key in device.params for device in devices for key in _DELAYS)
        if not delayed and not cluster.setting("priority-fencing-delay") and not cluster.mentions("qdevice"):
            others = tuple(device.at for device in devices[1:])
            yield Hit(devices[0].at, "no fence device of this pair has a delay", related=others)
        elif delayed and not cluster.setting("priority-fencing-delay") and (same := _same_delay(devices)):
            others = tuple(device.at for device in devices[1:])
            yield Hit(devices[0].at, f"both devices of this pair wait the same {same}", related=others)


def _hosts(site: Evidence, cluster: Cluster) -> int:
    """How many hosts there are, as Pacemaker says, or else corosync."""
    confs = [conf for conf in site.all(CorosyncConf) if conf.nodes and not conf.excerpt]
    return len(cluster.voters) or (len(confs[0].nodes) if confs else 0)


def _same_delay(devices: Sequence[Primitive]) -> str:
    """The delay that each of two devices has, if it is the same and nothing of it is left to chance."""
    said = [
        {device.params[key].removesuffix("s") for key in _DELAYS if key in device.params}
        for device in devices
    ]
    drawn = any("pcmk_delay_max" in device.params for device in devices)
    alike = len(devices) == _PAIR and not drawn and said[0] == said[1] and len(said[0]) == 1
    return f"{min(said[0])} s" if alike and min(said[0]).isdigit() and min(said[0]) != "0" else ""

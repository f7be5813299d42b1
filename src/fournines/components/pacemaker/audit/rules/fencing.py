"""Fencing and quorum: whether a host that cannot be asked can still write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.pacemaker.audit.facts.cluster import clusters
from fournines.components.pacemaker.audit.facts.model import false, placeholder
from fournines.components.pacemaker.audit.rules.example import DRBD, FENCED, FS, TIED, VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Primitive
    from fournines.components.pacemaker.audit.facts.model import Property
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_EXPLAINED = "Pacemaker Explained"
HARMLESS = frozenset(
    """ipaddr2 ipaddr ipsrcaddr sendarp haproxy nginx apache http apache2 dummy ping iface-vlan route mailto
    memcache conntrack ldirector clustermon vip""".split()  # noqa: SIM905 - a list would be a page long
)
"""Agents whose second copy harms nobody's data."""


def _keeps_data(cluster: Cluster) -> bool:
    """Whether two hosts at once could harm data: anything that is not known to be harmless may."""
    services = [p for p in cluster.primitives if not p.fencing]
    return not services or any(p.type.lower().rstrip("d") not in HARMLESS for p in services)


@rule(
    "PA001",
    Severity.ERROR,
    "Fencing is switched off",
    consequence=Consequence.DATA,
    why="a host that does not answer may still write: Pacemaker starts its services elsewhere all the same, "
    "and two hosts use the same data or address",
    fix="a fence device for every host (IPMI, hypervisor, SBD), tested, then stonith-enabled=true",
    source=f"{_EXPLAINED}, Fencing; stonith-enabled=false is not supported by SUSE and Red Hat",
    bad=crm(DRBD, FS, TIED, fenced="", properties="stonith-enabled=false no-quorum-policy=stop"),
    good=crm(DRBD, FS, TIED),
    points_at="stonith-enabled=false no-quorum-policy=stop",
)
def stonith_off(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said = cluster.setting("stonith-enabled")
        if said and false(said.value):
            data = _keeps_data(cluster)
            yield Hit(
                said.at,
                f"stonith-enabled is {said.value}",
                _again(cluster, said),
                severity=None if data else Severity.WARNING,
                why=""
                if data
                else "a host that does not answer keeps its addresses, and so does its successor",
            )


def _again(cluster: Cluster, said: Property) -> tuple[Place, ...]:
    """Where else the same is set to the same: each of several scripts makes its own cluster so."""
    same = said.scope, said.name, said.value.lower()
    found = (p for p in cluster.properties if (p.scope, p.name, p.value.lower()) == same)
    return tuple(p.at for p in found if p.at != said.at)


def _policy(cluster: Cluster) -> Place | None:
    """Where a person would write about fencing: at the cluster's properties."""
    places = [p.at for p in cluster.properties if p.scope == "cluster"]
    return places[0] if places else cluster.stories[0].at if cluster.stories else None


@rule(
    "PA002",
    Severity.ERROR,
    "Fencing is on and there is no fence device",
    consequence=Consequence.DOWN,
    why="Pacemaker starts nothing ('Resource start-up disabled since no STONITH resources have been "
    "defined'), and who then switches fencing off has none",
    fix="a stonith resource for every host",
    source="crm_verify; Pacemaker: stonith-enabled is true unless it is said otherwise",
    bad=crm(VIP, fenced="", properties="no-quorum-policy=stop"),
    good=crm(VIP),
    points_at="no-quorum-policy=stop",
)
def no_device(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said = cluster.setting("stonith-enabled")
        if said and (false(said.value) or placeholder(said.value)):
            continue
        place = said.at if said else _policy(cluster)
        if not said and _whole_script(site, cluster):
            what = "this script makes resources, and nothing given says how a host is fenced"
            yield Hit(next(p.at for p in cluster.primitives if p.address), what, severity=Severity.WARNING)
        elif place and cluster.unfenced and any(not p.fencing for p in cluster.primitives):
            what = "stonith-enabled is true" if said else "nothing is said of fencing, so it is on"
            yield Hit(place, f"{what}, and no resource can fence")


_FENCED = re.compile(r"^(?![ \t]*#)[^\n]*?(?:stonith|fence_|\bsbd\b)", re.MULTILINE)
"""A line that has a word of fencing and is no comment."""


def _whole_script(site: Evidence, cluster: Cluster) -> bool:
    """Whether a program builds services with an address, and no file of the site has a word of fencing."""
    if cluster.builds or not any(p.address for p in cluster.primitives):
        return False
    paths = {story.at.path for story in cluster.stories}
    programs = {
        source.path
        for source in site.sources
        if source.text.startswith("#!") or (source.path.endswith(".sh") and not source.lines)
    }
    fenced = any(_FENCED.search(source.text) for source in site.sources)
    return paths <= programs and not fenced


@rule(
    "PA003",
    Severity.ERROR,
    "Lost quorum is ignored",
    consequence=Consequence.SPLIT,
    why="when the network splits, every part believes that it is the cluster and starts everything",
    fix="no-quorum-policy=stop; for two hosts two_node: 1 in corosync.conf, which keeps quorum when "
    "one is lost",
    source=f"{_EXPLAINED}, no-quorum-policy; SUSE SLE HA guide: ignore lets a partition fence and go on as "
    "if it had quorum, and must not be used; votequorum(5) two_node",
    bad=crm(VIP, properties="no-quorum-policy=ignore stonith-enabled=false", fenced="", nodes=3),
    good=crm(VIP, properties="no-quorum-policy=stop stonith-enabled=true", nodes=3),
    points_at="no-quorum-policy=ignore stonith-enabled=false",
)
def quorum_ignored(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said = cluster.setting("no-quorum-policy")
        if not said or said.value.lower() != "ignore":
            continue
        stonith = cluster.setting("stonith-enabled")
        fenced = bool(cluster.fence_devices) and not (stonith and false(stonith.value))
        on = bool(stonith) and not false(stonith.value) if stonith else False
        if (fenced or on) and len(cluster.voters) > _PAIR and _shoots_voters(cluster):
            what = f"no-quorum-policy is ignore among {len(cluster.voters)} hosts that can fence one another"
            yield Hit(said.at, what, _again(cluster, said), why=_SHOOTS, fix=_STOP, severity=Severity.WARNING)
        elif fenced or on:
            what = "no-quorum-policy is ignore: only fencing keeps the parts of a split cluster apart"
            yield Hit(said.at, what, _again(cluster, said), severity=Severity.INFO)
        else:
            yield Hit(said.at, "no-quorum-policy is ignore, and nothing fences", _again(cluster, said))


_PAIR = 2
_SHOOTS = (
    "a part without quorum may fence too: one host that is cut off switches the healthy majority off and "
    "takes all services, or dies with it in the same race; quorum is what decides who may"
)
_STOP = (
    "no-quorum-policy=stop, the default: with three votes or more a majority is left after any single loss"
)
_BY_LOGIN = 'primitive fence stonith:external/ssh \\\n    params hostlist="node1 node2"\n'
_ITSELF = "{} asks the host that is to be fenced to do it itself"
_SAID = {
    "ssh": _ITSELF,
    "meatware": "{} waits until somebody has switched the host off and says so",
}
"""What a device does that switches nothing off; the others say that they did."""


@rule(
    "PA071",
    Severity.ERROR,
    "A fence device that switches nothing off",
    consequence=Consequence.DATA,
    why="a host that is dead, hangs or is cut off answers no login: fencing fails for ever and its services "
    "stay down; a device that only says yes lets both hosts write",
    fix="a device that works without the host: IPMI or Redfish, the hypervisor, a switched power outlet, SBD",
    source="cluster-glue, stonith -t external/ssh -n: for testing only; Pacemaker Explained, Fencing",
    bad=crm(VIP, fenced=_BY_LOGIN),
    good=crm(VIP),
    points_at="primitive fence stonith:external/ssh \\",
)
def pretended(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        for device in cluster.primitives:
            if device.pretends:
                said = _SAID.get(device.type.removeprefix("external/"), "{} says yes and does nothing")
                slow = device.type == "meatware"
                yield Hit(device.at, said.format(device.id), severity=Severity.WARNING if slow else None)


_ELSEWHERE = frozenset({"fence_compute", "fence_evacuate", "fence_kdump"})
"""Agents that switch off no host of the cluster itself: they evacuate, or only wait for a crash dump."""


def _shoots_voters(cluster: Cluster) -> bool:
    """Whether some device switches off hosts that vote, and not only remote ones."""
    voters = {name.lower() for name in cluster.voters}
    for device in cluster.fence_devices:
        targets = {name.lower() for name in _targets(device)}
        if targets & voters or (not targets and device.type not in _ELSEWHERE):
            return True
    return False


@rule(
    "PA004",
    Severity.ERROR,
    "A minority keeps its services, and nothing fences it",
    consequence=Consequence.SPLIT,
    why="freeze lets the part without quorum run on, while the majority starts the same services",
    fix="fencing, or no-quorum-policy=stop",
    source="SUSE SLE HA guide, no-quorum-policy freeze",
    bad=crm(VIP, properties="no-quorum-policy=freeze stonith-enabled=false", fenced=""),
    good=crm(VIP, properties="no-quorum-policy=freeze stonith-enabled=true"),
    points_at="no-quorum-policy=freeze stonith-enabled=false",
)
def frozen(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        said = cluster.setting("no-quorum-policy")
        if said and said.value.lower() == "freeze" and cluster.unfenced:
            yield Hit(said.at, "no-quorum-policy is freeze, and nothing fences")


def _targets(device: Primitive) -> frozenset[str]:
    listed = device.params.get("pcmk_host_list", "").replace(",", " ").split()
    mapped = device.params.get("pcmk_host_map", "").replace(",", ";").replace(" ", ";").split(";")
    return frozenset([*listed, *(pair.split(":")[0] for pair in mapped if ":" in pair)])


def _outlet(device: Primitive) -> tuple[str, ...]:
    """What exactly a device switches: its address and the plug behind it."""
    params = device.params
    address = next((params[key] for key in ("ip", "ipaddr", "hostname", "ipaddress") if params.get(key)), "")
    plug = [params.get(key, "") for key in ("plug", "port", "ipport", "nodename", "sysid", "systems_uri")]
    return (device.type, address, *plug)


@rule(
    "PA005",
    Severity.ERROR,
    "A fence device that cannot fence its host",
    consequence=Consequence.SPLIT,
    why="fencing fails or hits the wrong host, and Pacemaker waits for it for ever: no service moves",
    fix="one device a host, each with its own address, allowed on every host but its target",
    source=f"{_EXPLAINED}, Fencing: special options of fencing resources",
    bad=crm(VIP, fenced=FENCED.replace("10.0.9.12", "10.0.9.11")),
    good=crm(VIP),
    points_at="params ip=10.0.9.11 pcmk_host_list=node2 \\",
)
def unfit_device(site: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(site):
        yield from _same_outlet(cluster)
        for device in cluster.fence_devices:
            targets = _targets(device)
            names = cluster.names_of(device.id)
            banned = {
                node: constraint.at
                for constraint in cluster.constraints
                if constraint.kind == "location" and names & {ref.id for ref in constraint.refs}
                for node, score in constraint.nodes
                if score.lower() in ("-inf", "-infinity")
            }
            free = set(cluster.voters) - set(banned)
            if targets and len(cluster.voters) > 1 and free and free <= targets and len(targets) == 1:
                target = next(iter(targets))
                place = next(iter(banned.values()))
                what = f"{device.id} fences {target} and may run on no other host"
                yield Hit(place, what, related=(device.at,))


def _same_outlet(cluster: Cluster) -> Iterator[Hit]:
    seen: dict[tuple[str, ...], Primitive] = {}
    for device in cluster.fence_devices:
        outlet = _outlet(device)
        if not outlet[1] or placeholder(outlet[1]) or device.params.get("pcmk_host_map"):
            continue
        other = seen.setdefault(outlet, device)
        targets = (_targets(device), _targets(other))
        if other is not device and targets[0] and targets[1] and not targets[0] & targets[1]:
            what = f"{device.id} and {other.id} switch the same thing: {outlet[1]}"
            place = device.place("ip", "ipaddr", "hostname")
            yield Hit(place, what, related=(other.place("ip", "ipaddr", "hostname"),))

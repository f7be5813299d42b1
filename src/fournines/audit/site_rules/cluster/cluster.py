"""The cluster stack as a whole: corosync, Pacemaker, DRBD and keepalived against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, is_address, names
from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import TWO, corosync, node
from fournines.components.drbd.audit.facts import DrbdResource
from fournines.components.hosts.audit.facts import HostName
from fournines.components.keepalived.audit.facts import VrrpInstance
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.pacemaker.audit.facts import Primitive, clusters
from fournines.components.pacemaker.audit.facts.model import true
from fournines.components.pacemaker.audit.rules.example import VIP, crm
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.pacemaker.audit.facts import Cluster, Collection
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2


def members(site: Evidence) -> tuple[int, Place | None]:
    """How many hosts the cluster has by files other than corosync.conf, and which place says so."""
    found: dict[Place, int] = {}
    for cluster in clusters(site):
        voters = [m for m in cluster.members if not m.remote]
        if voters:
            found[voters[0].at] = len({m.name for m in voters})
    for resource in site.all(DrbdResource):
        if resource.hosts:
            found[resource.at] = len({host.name for host in resource.hosts})
    place = max(found, key=lambda at: found[at], default=None)
    return (found[place] if place else 0), place


@rule(
    "CO002",
    Severity.ERROR,
    "Two hosts, and the loss of one stops the other",
    consequence=Consequence.DOWN,
    why="one of two votes is no majority: when a host dies the survivor loses quorum and stops everything",
    fix="two_node: 1 with fencing, or a third vote: a host or a quorum device",
    source="votequorum(5) two_node",
    bad={"corosync.conf": corosync(nodes=2)},
    good={"corosync.conf": corosync(TWO, nodes=2)},
    points_at="quorum {",
)
def pair_without_two_node(site: Evidence) -> Iterator[Hit | Unknown]:
    known, _ = members(site)
    for conf in site.all(CorosyncConf):
        quorum = conf.quorum
        expected = quorum.number("expected_votes")
        size = conf.votes if conf.nodes else max(expected or 0, known)
        if quorum.get("provider") != "corosync_votequorum" or size != _PAIR or conf.device:
            continue
        if quorum.on("auto_tie_breaker") or (expected or 0) > _PAIR:
            continue
        if quorum.on("two_node") or quorum.left_open("two_node"):
            continue
        yield Hit(quorum.at, "two votes, and no two_node: 1")


@rule(
    "CO005",
    Severity.ERROR,
    "expected_votes is not the number of hosts",
    consequence=Consequence.DOWN,
    why="the number in the file counts instead of the hosts: too high and the hosts never reach quorum, too "
    "low and a minority may",
    fix="leave expected_votes out, the node list says it",
    source="votequorum(5): 'quorum.expected_votes value will override the one calculated from the nodelist'",
    bad={"corosync.conf": corosync("expected_votes: 5")},
    good={"corosync.conf": corosync()},
    points_at="expected_votes: 5",
)
def miscounted(site: Evidence) -> Iterator[Hit | Unknown]:
    known, source = members(site)
    for conf in site.all(CorosyncConf):
        expected = conf.quorum.number("expected_votes")
        actual = conf.votes if conf.nodes else known
        related = conf.first("nodelist").at if conf.nodes else source
        if not expected or actual < _PAIR or expected == actual or conf.quorum.on("last_man_standing"):
            continue
        device = conf.device.number("votes") if conf.device else None
        if conf.device and expected in (actual + (device or 1), 2 * actual - 1):
            continue
        if not conf.nodes and expected > known:
            continue  # other files may show a part of the hosts
        said = f" by {related.path}" if related and related.path != conf.at.path else " in its nodelist"
        yield Hit(
            conf.quorum.place("expected_votes"),
            f"expected_votes: {expected}, while the cluster has {actual} votes{said}",
            related=(related,) if related else (),
            severity=None if expected > actual else Severity.WARNING,
        )


_ALONE = corosync(
    "expected_votes: 1", nodelist="", transport="udp", totem="interface {\nmcastaddr: 239.255.7.1\n}"
)


@rule(
    "CO030",
    Severity.WARNING,
    "One vote is enough",
    consequence=Consequence.SPLIT,
    why="a host that starts alone has the one vote that is expected, and so has every other: after a power "
    "cut or with the link down each of them starts everything",
    fix="expected_votes with the number of hosts, and two_node: 1 for two",
    source="votequorum(5) expected_votes, wait_for_all",
    bad={"corosync.conf": _ALONE},
    good={"corosync.conf": _ALONE.replace("votes: 1", "votes: 3")},
    points_at="expected_votes: 1",
)
def one_is_enough(site: Evidence) -> Iterator[Hit | Unknown]:
    known, _ = members(site)
    for conf in site.all(CorosyncConf):
        if conf.nodes or known >= _PAIR or conf.quorum.number("expected_votes") != 1:
            continue  # CO005 has it where the hosts are known
        shared = any(interface.get("mcastaddr") for interface in conf.all("totem.interface"))
        if shared and not conf.quorum.on("wait_for_all"):
            yield Hit(conf.quorum.place("expected_votes"), "expected_votes: 1, and no list of nodes")


@rule(
    "CO008",
    Severity.ERROR,
    "A host that is not in its own node list",
    consequence=Consequence.DOWN,
    why="corosync does not find itself in the list ('No valid name found for local host') and does not start",
    fix="this host's own address as ring0_addr of its node",
    source="run with corosync 3.1.7: corosync -t on that host",
    bad={
        "node1/corosync.conf": corosync(nodelist=f"{node(2)}\n{node(3)}"),
        "node1/hosts": "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n",
        "node2/corosync.conf": corosync(nodelist=f"{node(2)}\n{node(3)}"),
        "node2/hosts": "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n",
    },
    good={
        "node1/corosync.conf": corosync(nodes=2),
        "node1/hosts": "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n",
        "node2/corosync.conf": corosync(nodes=2),
        "node2/hosts": "127.0.0.1 localhost\n10.0.0.11 node1\n10.0.0.12 node2\n",
    },
    points_at="nodelist {",
)
def not_listed(site: Evidence) -> Iterator[Hit | Unknown]:
    own = addresses(site)
    known = names(site)
    for conf in site.all(CorosyncConf):
        mine = own.get(conf.at.host, frozenset())
        if not mine or not conf.nodes or conf.excerpt:
            continue
        listed = {known.address(conf.at.host, name) or name for name in conf.addresses}
        unresolved = any(not is_address(address) for address in listed - {n.get("name") for n in conf.nodes})
        networks = {address.rpartition(".")[0] for address in listed}
        beside = any(address.rpartition(".")[0] in networks for address in mine)
        if not mine & listed and conf.at.host.lower() not in conf.addresses and beside and not unresolved:
            what = f"{conf.at.host} ({', '.join(sorted(mine))}) is no node of its own list"
            yield Hit(conf.first("nodelist").at, what)


def _own(site: Evidence) -> dict[str, Place]:
    """The addresses hosts have of their own: those of corosync, and their names' in the hosts files."""
    found = {
        value: listed.at
        for conf in site.all(CorosyncConf)
        for listed in conf.nodes
        for key, value in listed.values.items()
        if key.endswith("_addr")
    }
    voters = {name for cluster in clusters(site) for name in cluster.voters} | set(site.hosts)
    for line in site.all(HostName):
        if voters & set(line.names):
            found.setdefault(line.address, line.at)
    return found


@rule(
    "PA014",
    Severity.ERROR,
    "A virtual address that somebody else has",
    consequence=Consequence.SPLIT,
    why="two hosts answer for one address: connections land on either, as the ARP caches have it",
    fix="an address of its own for every IPaddr2 resource",
    source="ocf:heartbeat:IPaddr2; RFC 5227",
    bad=crm(VIP, VIP.replace("primitive vip", "primitive vip-public")),
    good=crm(VIP, VIP.replace("primitive vip", "primitive vip-public").replace("10.0.0.20", "10.0.0.21")),
    points_at="params ip=10.0.0.20 cidr_netmask=24 \\",
)
def taken(site: Evidence) -> Iterator[Hit | Unknown]:
    owners = _own(site)
    for cluster in clusters(site):
        first: dict[str, Primitive] = {}
        for primitive in cluster.primitives:
            address = primitive.address
            if not address:
                continue
            other = first.setdefault(address, primitive)
            copies = _copies(cluster, primitive)
            if copies is not None:
                what = f"{copies.id} runs {primitive.id} on several hosts, and all of them have {address}"
                yield Hit(copies.at, what, related=(primitive.place("ip"),), fix=_ONE)
            if other.id != primitive.id:
                what = f"{primitive.id} and {other.id} are both {address}"
                yield Hit(primitive.place("ip"), what, related=(other.place("ip"),))
            elif address in owners:
                what = f"{primitive.id} is {address}, which is the own address of a host"
                yield Hit(primitive.place("ip"), what, related=(owners[address],))


_ONE = "no clone: an address is on one host (a shared one of ClusterIP says globally-unique=true)"


def _copies(cluster: Cluster, primitive: Primitive) -> Collection | None:
    """The clone that puts an address on several hosts; None where it shares the load, or hides it on lo."""
    hidden = primitive.params.get("nic", "").startswith("lo") or true(primitive.params.get("lvs_support", ""))
    for holder in cluster.holders(primitive.id) if not hidden else ():
        meta = {**dict.fromkeys(holder.loose, ""), **holder.meta}
        if (
            holder.kind == "clone"
            and not true(meta.get("globally-unique", ""))
            and meta.get("clone-max") != "1"
        ):
            return holder
    return None


@rule(
    "PA017",
    Severity.WARNING,
    "An address with two masters: Pacemaker and keepalived",
    consequence=Consequence.SPLIT,
    why="each moves it by its own rules: sooner or later it is up on two hosts",
    fix="one of them, for every address",
    source="derived: neither knows of the other",
    bad={"node1/keepalived.conf": keepalived(vip="10.0.0.20/24"), **crm(VIP)},
    good={"node1/keepalived.conf": keepalived(vip="10.0.0.30/24"), **crm(VIP)},
    points_at="params ip=10.0.0.20 cidr_netmask=24 \\",
)
def two_masters(site: Evidence) -> Iterator[Hit | Unknown]:
    held: dict[str, list[Place]] = {}
    for instance in site.all(VrrpInstance):
        for vip in instance.vips:
            if vip.address:
                held.setdefault(vip.address, []).append(vip.at)
    for cluster in clusters(site):
        for primitive in cluster.primitives:
            places = held.get(primitive.address or "", [])
            if places:
                what = f"{primitive.id} is {primitive.address}, and keepalived holds it too"
                yield Hit(primitive.place("ip"), what, related=tuple(places))

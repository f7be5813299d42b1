"""Votes: whether the loss of one host leaves a majority, and whether a minority knows that it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.corosync.audit.facts import CorosyncConf
from fournines.components.corosync.audit.rules.example import TWO, corosync, node
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_MAN = "votequorum(5)"
_EVEN = (4, 6, 8, 10)


def _is_votequorum(conf: CorosyncConf) -> bool:
    return conf.quorum.get("provider") == "corosync_votequorum"


def _plugin(conf: CorosyncConf) -> bool:
    """Whether the file is for corosync 1, where Pacemaker's plugin counts the votes."""
    return bool(conf.all("service")) or conf.first_release


@rule(
    "CO001",
    Severity.ERROR,
    "No quorum provider",
    consequence=Consequence.DOWN,
    why="without votequorum nobody counts votes, and Pacemaker refuses to start: 'Corosync quorum is not "
    "configured'",
    fix="quorum { provider: corosync_votequorum }",
    source="pacemaker lib/cluster/corosync.c, pcmk__corosync_quorum_connect; votequorum(5)",
    bad={"corosync.conf": corosync(provider="")},
    good={"corosync.conf": corosync()},
    points_at="totem {",
)
def no_provider(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        told = any(other.quorum.get("provider") for other in site.on(conf.at.host, CorosyncConf))
        if told or conf.excerpt or not conf.all("totem"):
            continue
        if _plugin(conf):
            yield from _plugin_alone(conf)
            continue
        what = "the file has no quorum section" if not conf.all("quorum") else "quorum has no provider"
        place = conf.quorum.at if conf.all("quorum") else conf.totem.at
        yield Hit(place, f"{what}")


def _plugin_alone(conf: CorosyncConf) -> Iterator[Hit]:
    """A service { } without quorum { }: a whole configuration for corosync 1, half of one for 2 and 3."""
    if not conf.all("quorum") and not conf.first_release:
        yield Hit(
            conf.totem.at,
            "the file has no quorum section: service { } stood in for it in corosync 1 only",
            related=(conf.first("service").at,),
            severity=Severity.WARNING,
        )


@rule(
    "CO003",
    Severity.ERROR,
    "two_node without wait_for_all",
    consequence=Consequence.SPLIT,
    why="after a power cut with the link down each host starts alone, has quorum by two_node, and starts "
    "everything or fences the other, again and again",
    fix="leave wait_for_all out: two_node switches it on",
    source=f"{_MAN} two_node, wait_for_all",
    bad={"corosync.conf": corosync("two_node: 1\nwait_for_all: 0", nodes=2)},
    good={"corosync.conf": corosync("two_node: 1", nodes=2)},
    points_at="wait_for_all: 0",
)
def no_wait_for_all(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.quorum.on("two_node") and conf.quorum.off("wait_for_all"):
            yield Hit(
                conf.quorum.place("wait_for_all"),
                "wait_for_all is off in a cluster of two",
                related=(conf.quorum.place("two_node"),),
            )


@rule(
    "CO004",
    Severity.ERROR,
    "two_node in a cluster of more than two",
    consequence=Consequence.SPLIT,
    why="as long as no third host has joined, one host alone has quorum: at a start in parts two halves run "
    "everything; later the setting is switched off behind your back",
    fix="remove two_node, the majority of three needs no trick",
    source=f"{_MAN} two_node",
    bad={"corosync.conf": corosync(TWO)},
    good={"corosync.conf": corosync()},
    points_at="two_node: 1",
)
def two_of_many(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        expected = conf.quorum.number("expected_votes") or 0
        count = len(conf.nodes) or expected
        if conf.quorum.on("two_node") and count > 2:  # noqa: PLR2004 - two_node is for two
            yield Hit(conf.quorum.place("two_node"), f"two_node: 1 with {count} hosts")


_NET = "device {{\nmodel: net\nnet {{\nhost: {}\nalgorithm: ffsplit\n}}\n}}"


@rule(
    "CO018",
    Severity.ERROR,
    "two_node beside a quorum device",
    consequence=Consequence.DOWN,
    why="either of them alone decides between two hosts: corosync refuses both together and does not start",
    fix="no two_node beside device { }",
    source="votequorum(5), corosync-qdevice(8); corosync 3.1.7: 'two_node and quorum device cannot be "
    "configured at the same time'",
    bad={"corosync.conf": corosync(f"two_node: 1\n{_NET.format('10.0.0.40')}", nodes=2)},
    good={"corosync.conf": corosync(_NET.format("10.0.0.40"), nodes=2)},
    points_at="two_node: 1",
)
def both(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        if conf.device and conf.quorum.on("two_node"):
            what = "two_node is set beside a quorum device"
            yield Hit(conf.quorum.place("two_node"), what, (conf.device.at,))


@rule(
    "CO023",
    Severity.ERROR,
    "The quorum device lives on a member",
    consequence=Consequence.NO_FAILOVER,
    why="the device's vote is lost together with that member's own: of two hosts and a device two votes of "
    "three are gone at once, and the host that is left has no quorum and takes nothing over",
    fix="corosync-qnetd on a host that is no member",
    source="corosync-qdevice(8), corosync-qnetd(8): run outside of the cluster",
    bad={"corosync.conf": corosync(_NET.format("10.0.0.11"), nodes=2)},
    good={"corosync.conf": corosync(_NET.format("10.0.0.40"), nodes=2)},
    points_at="host: 10.0.0.11",
)
def on_a_member(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        net = conf.first("quorum.device.net")
        if conf.device and net.get("host").lower() in conf.addresses - {""}:
            what = f"the quorum device is on {net.get('host')}, a member of the cluster"
            yield Hit(net.place("host"), what, (conf.device.at,))


@rule(
    "CO016",
    Severity.WARNING,
    "An even number of votes",
    consequence=Consequence.DOWN,
    why="when the network splits in the middle neither half has a majority, and both stop everything",
    fix="one host more or less, a quorum device, or auto_tie_breaker: 1",
    source=f"{_MAN} auto_tie_breaker; corosync-qdevice(8)",
    bad={"corosync.conf": corosync(nodes=4)},
    good={"corosync.conf": corosync("auto_tie_breaker: 1", nodes=4)},
    points_at="nodelist {",
)
def even_votes(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        votes = conf.votes
        if not _is_votequorum(conf) or votes not in _EVEN or conf.device:
            continue
        if not conf.quorum.on("auto_tie_breaker"):
            half = votes // 2
            yield Hit(conf.first("nodelist").at, f"{votes} votes: a split of {half} and {half} has no winner")


@rule(
    "CO007",
    Severity.ERROR,
    "Nodes without an id of their own",
    consequence=Consequence.DOWN,
    why="knet does not make up node ids: corosync refuses to start; two hosts with one id throw "
    "each other out",
    fix="a different nodeid in every node section",
    source="corosync.conf(5) nodeid; corosync 3.1: 'Knet requires an explicit nodeid'",
    bad={
        "corosync.conf": corosync(
            nodelist="\n".join((node(1), node(2), node(3, nodeid=False))),
        )
    },
    good={"corosync.conf": corosync()},
    points_at="node {",
)
def no_nodeid(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        seen: dict[str, str] = {}
        for one in conf.nodes:
            name = one.get("name") or one.get("ring0_addr") or "a node"
            number = one.get("nodeid")
            if number and number in seen:
                yield Hit(one.place("nodeid"), f"{name} has nodeid {number}, and so has {seen[number]}")
            elif number == "0":
                yield Hit(one.place("nodeid"), f"{name} has nodeid 0, which is reserved")
            seen.setdefault(number, name)
        silent = [one for one in conf.nodes if not one.get("nodeid")]
        kind = _no_id_matters(site, conf) if silent else None
        if kind:
            others = tuple(one.at for one in silent[1:])
            names = ", ".join(one.get("name") or one.get("ring0_addr") or "a node" for one in silent)
            yield Hit(silent[0].at, f"no nodeid: {names}", related=others, severity=kind)


def _no_id_matters(site: Evidence, conf: CorosyncConf) -> Severity | None:
    """How bad it is to leave node ids out: knet wants them, and corosync 3 takes knet where nothing is said.

    udp and udpu of IPv4 make ids of the addresses. Two addresses for a node without rrp_mode are knet's.
    """
    if conf.transport:
        return Severity.ERROR if conf.transport == "knet" else None
    release = site.versions.get("corosync", "")
    if release.startswith(("1.", "2.")) or conf.totem.get("rrp_mode") or _plugin(conf):
        return None
    if conf.excerpt:  # the transport may stand in what is not shown
        return Severity.INFO
    if conf.all("totem.interface") and any(i.get("bindnetaddr") for i in conf.all("totem.interface")):
        return None
    sure = release.startswith("3.") or conf.links > 1 or bool(conf.totem.get("link_mode"))
    return Severity.ERROR if sure else Severity.WARNING


_HEAVY = f"{node(1, 'quorum_votes: 3')}\n{node(2)}\n{node(3)}"


@rule(
    "CO022",
    Severity.ERROR,
    "One host has the majority of the votes",
    consequence=Consequence.SINGLE,
    why="the others together have no quorum: when this host dies they stop everything, and the cluster lives "
    "exactly as long as one host",
    fix="one vote each, and a quorum device for an even number of hosts",
    source="votequorum(5) quorum_votes; corosync.conf(5) nodelist",
    bad={"corosync.conf": corosync(nodelist=_HEAVY)},
    good={"corosync.conf": corosync(nodelist=_HEAVY.replace("votes: 3", "votes: 1"))},
    points_at="quorum_votes: 3",
)
def decides_alone(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(CorosyncConf):
        heaviest = max(conf.nodes, key=lambda n: n.number("quorum_votes") or 0, default=None)
        votes = (heaviest.number("quorum_votes") or 0) if heaviest else 0
        if heaviest and len(conf.nodes) > 1 and not conf.device and 2 * votes > conf.votes:
            name = heaviest.get("name") or heaviest.get("ring0_addr")
            yield Hit(heaviest.place("quorum_votes"), f"{name} has {votes} of {conf.votes} votes")

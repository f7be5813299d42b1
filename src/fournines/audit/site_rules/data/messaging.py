"""Brokers and the services that use them: a majority, copies of the queues, clients that know them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address
from fournines.audit.site_rules.roles import (
    LOOPBACK,
    beside,
    broker_option,
    copies,
    held_by_pacemaker,
    known,
    proxied,
    resolved,
    virtual,
)
from fournines.components.haproxy.audit.facts import configurations, services
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.keepalived.audit.rules.example import keepalived
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.rabbitmq.audit.facts import Joined, brokers, cluster
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.oslo.audit.facts import Option
    from fournines.components.rabbitmq.audit.facts import Broker
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CLUSTERING = "RabbitMQ documentation, Clustering Guide"
_PAIR = 2
_THREE = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2, 3))
_TWO = "".join(f"cluster_formation.classic_config.nodes.{n} = rabbit@mq{n}\n" for n in (1, 2))
_PAUSE = "cluster_partition_handling = pause_minority\n"
_ALL = "[DEFAULT]\ntransport_url = rabbit://nova:s3cret@mq1:5672,nova:s3cret@mq2:5672,nova:s3cret@mq3:5672/\n"
_QUORUM = "[oslo_messaging_rabbit]\nrabbit_quorum_queue = true\n"


def services_told(site: Evidence) -> list[tuple[OsloConf, Option, tuple[str, ...]]]:
    """Every service that is told of brokers, and the names it is told."""
    found = []
    for conf in site.all(OsloConf):
        said = broker_option(conf)
        if said:
            found.append((conf, said[0], tuple(host for host, _ in said[1])))
    return found


def broker_count(site: Evidence) -> int:
    """How many brokers there are, as far as anybody says; 0 when nobody does."""
    listed = max((len(set(hosts)) for _, _, hosts in services_told(site)), default=0)
    behind = max((len(s.servers) for s in services(site) if purpose(s) is Purpose.AMQP), default=0)
    joined = _PAIR if any(one.target for one in site.all(Joined)) else 0  # who joins, and whom
    return max(len(cluster(site)), behind, listed if listed > 1 else 0, joined)


@rule(
    "RM001",
    Severity.ERROR,
    "Brokers that split stay split",
    consequence=Consequence.SPLIT,
    why="after a network fault each side goes on alone with its own queues, and they do not join again until "
    "a human "
    "resets one of them",
    fix="cluster_partition_handling = pause_minority, with three brokers",
    source="RabbitMQ documentation, Clustering and Network Partitions: the default is ignore",
    bad={f"mq{n}/rabbitmq.conf": f"{_THREE}cluster_partition_handling = ignore\n" for n in (1, 2, 3)},
    good={f"mq{n}/rabbitmq.conf": _THREE + _PAUSE for n in (1, 2, 3)},
    points_at="cluster_partition_handling = ignore",
)
def stays_split(site: Evidence) -> Iterator[Hit | Unknown]:
    count, seen = broker_count(site), set()
    for broker in brokers(site):
        said = broker.get("cluster_partition_handling")
        at = said.at if said else _first(broker)
        if at in seen:
            continue
        seen.add(at)
        if said and said.value == "ignore" and count != 1:
            yield Hit(at, "cluster_partition_handling is ignore")
        elif said and said.value == "pause_if_all_down" and not _watched(broker):
            yield Hit(at, "pause_if_all_down names no brokers to watch", why=_NOBODY, fix=_WATCH)
        elif said is None and broker.whole and count >= _PAIR:
            yield Hit(at, f"cluster_partition_handling is not said, with {count} brokers")
        elif said is None and broker.whole and copies(site) >= _PAIR:
            yield Hit(
                at,
                "cluster_partition_handling is not said, in a site with several hosts of a kind",
                severity=Severity.WARNING,
            )
    yield from _never_said(site)


_NOBODY = "the broker does not start: 'Nodes required for pause_if_all_down' (rabbit.schema)"
_WATCH = (
    "cluster_partition_handling.pause_if_all_down.nodes.1 = rabbit@HOST and .recover = ignore; better "
    "pause_minority"
)


def _watched(broker: Broker) -> bool:
    """Whether the brokers are named whose loss makes this one pause; classic files say so in one term."""
    return any(
        name.startswith("cluster_partition_handling.pause_if_all_down.nodes")
        for conf in broker.confs
        for name in conf.settings
    ) or any(conf.style == "erlang" for conf in broker.confs)


def _never_said(site: Evidence) -> Iterator[Hit | Unknown]:
    """Commands that make a cluster of brokers, and no file or page that says what a split does to it."""
    joined = site.all(Joined)
    told = any("cluster_partition_handling" in source.text for source in site.sources)
    if not joined or told or any(broker.whole for broker in brokers(site)):
        return
    first = joined[0].at
    page = any(source.path == first.path and source.excerpt for source in site.sources)
    if page:
        what = "the brokers are made a cluster, and nothing here sets cluster_partition_handling"
        yield Hit(first, what, severity=Severity.WARNING)
    else:
        yield Unknown(first, "what a split does to this cluster: no rabbitmq.conf was given")


def _first(broker: Broker) -> Place:
    return broker.members[0].at if broker.members else broker.at


@rule(
    "RM002",
    Severity.ERROR,
    "Two brokers have no majority",
    consequence=Consequence.NO_FAILOVER,
    why="with pause_minority the broker that is left pauses itself, and without it the two drift apart; a "
    "quorum "
    "queue of two stops with either",
    fix="three brokers",
    source=f"{_CLUSTERING}: two node clusters are highly recommended against",
    bad={f"mq{n}/rabbitmq.conf": _TWO + _PAUSE for n in (1, 2)},
    good={f"mq{n}/rabbitmq.conf": _THREE + _PAUSE for n in (1, 2, 3)},
    points_at="cluster_partition_handling = pause_minority",
)
def no_majority(site: Evidence) -> Iterator[Hit | Unknown]:
    count = len(cluster(site))
    members = [member for broker in brokers(site) for member in broker.members]
    if count == _PAIR and members:
        yield _two(site, members[0].at)
    elif count > _PAIR and count % 2 == 0 and members and _agree(site):
        yield Hit(
            members[0].at,
            f"a cluster of {count} brokers",
            why="when the network splits into equal halves neither is a majority: all brokers pause",
            severity=Severity.WARNING,
        )
    elif count < _PAIR and broker_count(site) == _PAIR:
        told = next((t for t in services_told(site) if len(set(t[2])) == _PAIR), None)
        joined = site.all(Joined)
        if told:
            related = tuple(j.at for j in joined[:1])
            yield Hit(told[1].at, "the services know two brokers", related, severity=Severity.WARNING)


def _two(site: Evidence, listed: Place) -> Hit:
    """At the way to handle partitions, where one is said: it decides what the loss of either broker does."""
    said = next((way for broker in brokers(site) if (way := broker.get("cluster_partition_handling"))), None)
    if said is None:
        return Hit(listed, "a cluster of two brokers")
    why = _PAUSES if said.value == "pause_minority" else ""
    return Hit(said.at, f"a cluster of two brokers, with {said.value}", (listed,), why=why)


_PAUSES = "one of two is no majority: whichever broker is lost, the one that is left pauses itself"


def _agree(site: Evidence) -> bool:
    """Whether all brokers name the same members; where they do not, nobody knows their number (RM029)."""
    return len({frozenset(m.host for m in b.members) for b in brokers(site) if b.members}) <= 1


@rule(
    "RM010",
    Severity.ERROR,
    "A service knows one broker only",
    consequence=Consequence.SINGLE,
    why="when that broker is lost the service has nobody else to turn to, although the others are there",
    fix="all brokers in transport_url, separated by commas",
    source="oslo.messaging documentation, transport_url with several hosts; OpenStack HA guide, Messaging "
    "service",
    bad={
        "mq1/rabbitmq.conf": _THREE + _PAUSE,
        "ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://n:s3cret@mq1\n",
    },
    good={"mq1/rabbitmq.conf": _THREE + _PAUSE, "ctl1/nova.conf": _ALL},
    points_at="transport_url = rabbit://n:***@mq1",
)
def one_broker(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf, option, hosts in services_told(site):
        name = hosts[0]
        if len(set(hosts)) > 1:
            missing = sorted(cluster(site) - set(hosts))
            if missing and set(hosts) < cluster(site):
                what = f"{conf.service or 'the service'} does not know {', '.join(missing)}"
                yield Hit(option.at, what, severity=Severity.WARNING)
            continue
        address = resolved(site, conf.at.host, name)
        if (
            max(broker_count(site), copies(site)) < _PAIR
            or address in held_by_pacemaker(site)
            or _stray(site, address)
        ):
            continue
        member = name in cluster(site) or name in LOOPBACK or name in {h.lower() for h in site.hosts}
        if proxied(site, Purpose.AMQP) and not member:
            yield Hit(
                option.at,
                f"{conf.service} reaches the brokers through {name} alone",
                why="HAProxy hides which broker is lost: the service waits for timeouts instead of trying "
                "the next",
                severity=Severity.INFO,
            )
        elif member or broker_count(site) >= _PAIR or any(not c.excerpt for c in configurations(site)):
            moved = " (a VIP, and HAProxy has no listener for the broker)" if address in virtual(site) else ""
            yield Hit(option.at, f"{conf.service or 'the service'} knows {name} only{moved}")


def _stray(site: Evidence, address: str) -> bool:
    """An address that nobody of the site has, next to those that somebody has."""
    return is_address(address) and address not in known(site) and beside(address, virtual(site))


@rule(
    "RM011",
    Severity.ERROR,
    "A service looks for its broker where there is none",
    consequence=Consequence.DOWN,
    why="the address is neither a broker of this site nor one of its VIPs: no message gets anywhere",
    fix="the brokers' own addresses, or the VIP in front of them",
    source="OpenStack HA guide: rabbit_host and the address of p_ip_rabbitmq must agree",
    bad={
        "ctl1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://n:s3cret@10.0.0.22\n",
    },
    good={
        "ctl1/keepalived.conf": keepalived(vip="10.0.0.20/24"),
        "ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://n:s3cret@10.0.0.20\n",
    },
    points_at="transport_url = rabbit://n:***@10.0.0.22",
)
def nobody_there(site: Evidence) -> Iterator[Hit | Unknown]:
    shown = ", ".join(sorted(virtual(site)))
    for conf, option, hosts in services_told(site):
        if len(hosts) > 1 and not all(_stray(site, resolved(site, conf.at.host, host)) for host in hosts):
            strange = [h for h in hosts if cluster(site) and _stray(site, resolved(site, conf.at.host, h))]
        else:
            strange = [
                h for h in hosts[:1] if len(hosts) == 1 and _stray(site, resolved(site, conf.at.host, h))
            ]
        if strange:
            related = tuple(virtual(site).values())[:1]
            yield Hit(option.at, f"nobody has {', '.join(strange)}; the VIPs are {shown}", related=related)


@rule(
    "RM012",
    Severity.WARNING,
    "A dead peer is noticed late or never",
    consequence=Consequence.SLOW,
    why="without heartbeats a connection to a host that lost power stays open until TCP gives up, a quarter "
    "of an "
    "hour later",
    fix="heartbeat_timeout_threshold = 60 or less, heartbeat and net_ticktime at their defaults or below",
    source="RabbitMQ documentation, Heartbeats and Net Tick Time; oslo.messaging, "
    "heartbeat_timeout_threshold",
    bad={"ctl1/nova.conf": _ALL + "[oslo_messaging_rabbit]\nheartbeat_timeout_threshold = 0\n"},
    good={"ctl1/nova.conf": _ALL + "[oslo_messaging_rabbit]\nheartbeat_timeout_threshold = 60\n"},
    points_at="heartbeat_timeout_threshold = 0",
)
def noticed_late(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(OsloConf):
        beats = conf.rabbit("heartbeat_timeout_threshold")
        if beats and beats.number is not None and not 0 < beats.number <= _LONGEST:
            yield Hit(beats.at, f"heartbeat_timeout_threshold is {beats.number} s")
    seen = set()
    for broker in brokers(site):
        for name in ("heartbeat", "net_ticktime"):
            said = broker.get(name)
            if said and said.at not in seen and said.number is not None and not 0 < said.number <= _LONGEST:
                seen.add(said.at)
                yield Hit(said.at, f"{name} is {said.number} s")


_LONGEST = 120
"""Seconds: twice the default of all three."""

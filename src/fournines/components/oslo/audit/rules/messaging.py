"""How services are told to use the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import Option, OsloConf, parse_url
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_URL = "[DEFAULT]\ntransport_url = rabbit://nova:s3cret@mq1:5672,nova:s3cret@mq2:5672,nova:s3cret@mq3:5672/\n"
_RABBIT = _URL + "[oslo_messaging_rabbit]\nrabbit_quorum_queue = {}\n"


@rule(
    "RM006",
    Severity.WARNING,
    "Mirrored and quorum queues at once",
    consequence=Consequence.ERRORS,
    why="a quorum queue cannot be mirrored: the option's own help says the two conflict",
    fix="rabbit_quorum_queue = true, and rabbit_ha_queues left out",
    source="oslo.messaging, impl_rabbit.py: help of rabbit_quorum_queue",
    bad={"ctl1/nova.conf": _RABBIT.format("true") + "rabbit_ha_queues = true\n"},
    good={"ctl1/nova.conf": _RABBIT.format("true")},
    points_at="rabbit_ha_queues = true",
)
def both_kinds(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        mirrors, quorum = conf.rabbit("rabbit_ha_queues"), conf.rabbit("rabbit_quorum_queue")
        if mirrors and quorum and mirrors.on and quorum.on:
            yield Hit(mirrors.at, "rabbit_ha_queues beside rabbit_quorum_queue", related=(quorum.at,))


@rule(
    "RM013",
    Severity.WARNING,
    "A password that cuts the URL in two",
    consequence=Consequence.DOWN,
    why="# / ? and @ end a part of a URL: the service reads another host or none, and stops with ValueError",
    fix="percent-encode it: %23 for #, %2F for /, %3F for ?, %40 for @",
    source="run with oslo.messaging 18.3, TransportURL.parse",
    bad={"ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://nova:p4ss/word@mq1:5672/\n"},
    good={"ctl1/nova.conf": "[DEFAULT]\ntransport_url = rabbit://nova:p4ss%2Fword@mq1:5672/\n"},
    points_at="transport_url = rabbit://nova:***@mq1:5672/",
)
def unescaped(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        for option in (*conf.all("transport_url"), *conf.all("connection")):
            url = parse_url(option.value)
            if url is None or option.placeholder:
                continue
            broken = [mark for mark in _marks(option) if mark in url.user + url.password]
            if broken:
                yield Hit(option.at, f"unescaped in the credentials of {option.name}: {' '.join(broken)}")


def _marks(option: Option) -> str:
    return "#/?@" if option.name == "transport_url" else "@"


_SHARED = ("rabbit_quorum_queue", "rabbit_ha_queues", "amqp_durable_queues", "rabbit_durable_queues",
           "rabbit_transient_quorum_queue", "rabbit_stream_fanout")  # fmt: skip


@rule(
    "RM014",
    Severity.WARNING,
    "Services declare the same queues differently",
    consequence=Consequence.ERRORS,
    why="the broker refuses a queue or exchange that exists with other properties (PRECONDITION_FAILED): "
    "after a "
    "failover whoever declares it second gets nothing",
    fix="the same queue settings in every service on every host",
    source="RabbitMQ documentation, Queues: property equivalence; kolla-ansible precheck for quorum queues",
    bad={"ctl1/nova.conf": _RABBIT.format("true"), "ctl2/nova.conf": _RABBIT.format("false")},
    good={"ctl1/nova.conf": _RABBIT.format("true"), "ctl2/nova.conf": _RABBIT.format("true")},
    points_at="rabbit_quorum_queue = false",
)
def declared_differently(evidence: Evidence) -> Iterator[Hit | Unknown]:
    confs = [c for c in evidence.all(OsloConf) if c.transport and not c.excerpt]
    for name in _SHARED:
        said = [(conf, option) for conf in confs if (option := conf.rabbit(name))]
        wanted = next((option for _, option in said if option.on), None)
        if wanted is None:
            continue
        vhosts = {_vhost(conf) for conf, option in said if option.on}
        services = {conf.service for conf, option in said if option.on}
        for conf in confs:
            own = conf.rabbit(name)
            if _vhost(conf) not in vhosts or (own and (own.on or own.placeholder)):
                continue
            at = own.at if own else conf.transport.at if conf.transport else conf.at
            who = f"{conf.service or conf.program}{f' on {conf.at.host}' if conf.at.host else ''}"
            alike = own is not None or conf.service in services  # else they share few names, if any
            yield Hit(
                at,
                f"{name} is on elsewhere, not for {who}",
                related=(wanted.at,),
                severity=None if alike else Severity.INFO,
            )


def _vhost(conf: OsloConf) -> str:
    url = conf.transport.url if conf.transport else None
    return url.path.strip("/") if url else ""

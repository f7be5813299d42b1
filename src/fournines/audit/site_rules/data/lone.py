"""A broker that is set up once, for controllers that are there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.data.messaging import broker_count
from fournines.audit.site_rules.roles import copies, numbered, proxied
from fournines.components.haproxy.audit.facts.purpose import Purpose
from fournines.components.pacemaker.audit.facts import Primitive
from fournines.components.rabbitmq.audit.facts import Joined, brokers
from fournines.kit.audit.account import Account
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_HOSTS = (
    "In /etc/hosts:\n\n    10.0.0.11 controller1\n    10.0.0.12 controller2\n    10.0.0.20 controller\n\n"
)
_BROKER = "The broker:\n\n{}    rabbitmqctl add_user openstack s3cret\n    service rabbitmq-server restart\n"


@rule(
    "RM030",
    Severity.WARNING,
    "Doubled controllers and one broker",
    consequence=Consequence.SINGLE,
    why="with the broker's host every service stands still, on all controllers at once",
    fix="three brokers in one cluster (join_cluster), quorum queues, and all of them in transport_url",
    source="OpenStack HA guide, Messaging service for high availability",
    bad={"howto.md": _HOSTS + _BROKER.format("")},
    good={"howto.md": _HOSTS + _BROKER.format("    rabbitmqctl join_cluster rabbit@controller1\n")},
    points_at="rabbitmqctl add_user openstack ***",
)
def one_broker(site: Evidence) -> Iterator[Hit | Unknown]:
    pages = {source.path for source in site.kinds("commands")}
    made = [a for a in site.all(Account) if a.realm == "amqp" and a.at.path in pages]
    doubled = max(copies(site), numbered(site)) >= _PAIR
    moved = any("rabbit" in primitive.type.lower() for primitive in site.all(Primitive))
    if not made or not doubled or moved or site.all(Joined) or proxied(site, Purpose.AMQP):
        return
    if broker_count(site) < _PAIR and not any(len(broker.members) > 1 for broker in brokers(site)):
        yield Hit(made[0].at, "the controllers are doubled, and nothing here makes a cluster of their broker")

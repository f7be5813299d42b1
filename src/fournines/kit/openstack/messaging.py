"""How a service reaches the brokers (oslo.messaging): the death of one costs seconds and no message."""

from __future__ import annotations

from fournines.kit.context import Context
from fournines.kit.declare import Brokers, MessageUser
from fournines.kit.endpoints import at
from fournines.kit.openstack.sections import section
from fournines.spec.relations import AtLeast

OUTLASTS_BROKER = AtLeast(
    "rabbitmq",
    ("heartbeat", "net_ticktime"),
    "who loses a broker is silent for so long, and would be taken for dead",
)
"""For an option after whose seconds of silence a client of the brokers counts as down: a peer that lost
power is missed after the heartbeat, and declaring a queue at the next one may stall for the tick
(docs/rabbitmq.md)."""


def transport_url(context: Context, user: MessageUser) -> str:
    """``[DEFAULT] transport_url``: every broker, so that a client goes to another one by itself.

    oslo.messaging shuffles them at its start (``impl_rabbit.Connection``), so that clients spread.

    Raises:
        PlanError: the site has no brokers.
    """
    brokers = context.one(Brokers)
    password = context.secret(user.password)
    hosts = (f"{user.user}:{password}@{at(context.site.address(h), brokers.port)}" for h in brokers.hosts)
    return f"rabbit://{','.join(hosts)}/{'' if user.vhost == '/' else user.vhost}"


def messaging_section(context: Context) -> str:
    """``[oslo_messaging_rabbit]`` for brokers of which any may be dead or silent.

    * Every queue has copies on a majority: RabbitMQ 4 has no mirrored queues, and a classic one dies with
      its host. Fan-out goes through one stream instead of a queue per listener; that wants a prefetch count
      and quorum replies (refused at the start otherwise, ``impl_rabbit.Connection``).
    * Queue names stay the same over restarts (``use_queue_manager``), so that a restart leaves no queues
      behind. It counts under a lock: the service's file needs ``[oslo_concurrency] lock_path``.
    * A dead peer is noticed by the brokers' own heartbeat and not after oslo's 60 s, a cancelled consumer
      comes back within a second, spread so that not all services come at once.
    """
    return section(
        "oslo_messaging_rabbit",
        {
            "rabbit_quorum_queue": True,
            "rabbit_transient_quorum_queue": True,
            "rabbit_stream_fanout": True,
            "rabbit_qos_prefetch_count": 1,
            "use_queue_manager": True,
            "heartbeat_timeout_threshold": context.one(Brokers).heartbeat,
            "kombu_reconnect_delay": 0.5,
            "kombu_reconnect_splay": 0.5,
            "rabbit_interval_max": 4,
        },
    )

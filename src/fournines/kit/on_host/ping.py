"""Asks a service by message whether it works (oslo.messaging, ``rpc_ping_enabled``). Runs on a host.

Arguments: the service's configuration file, which says where the brokers are and as whom they are asked, and
the queue at which the service listens.

Ends with 0 once the service has answered, whatever it said, and also where no broker can be asked: then
nobody knows, and starting the service anew would mend nothing. Ends with 1 where there is no such queue, or
nobody answers there in time.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from configparser import ConfigParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

PATIENCE = 8.0
"""Seconds for an answer. Who gives this program less time than that and a connection's takes every one of
its answers for none."""
CONNECTS = 1.0
"""Seconds for each broker to take a connection."""


class Broker(NamedTuple):
    """Where a broker is and as whom it is asked."""

    place: str
    user: str
    password: str
    vhost: str


def brokers(url: str) -> list[Broker]:
    """The brokers of a ``transport_url``: ``rabbit://USER:PASSWORD@HOST:PORT,.../VHOST``."""
    places, _, vhost = url.partition("://")[2].partition("?")[0].partition("/")
    found = []
    for one in places.split(","):
        account, _, place = one.rpartition("@")
        user, _, password = account.partition(":")
        found.append(Broker(place, unquote(user), unquote(password), unquote(vhost) or "/"))
    return found


def configured(file: Path) -> list[Broker]:
    """The brokers that a service's configuration file names."""
    parser = ConfigParser(interpolation=None, strict=False, default_section="none")
    parser.read_string(file.read_text())
    return brokers(parser["DEFAULT"]["transport_url"])


def question(reply: str) -> str:
    """The call as oslo.messaging writes it; its answer is sent to the queue ``reply``."""
    called = {"method": "oslo_rpc_server_ping", "args": {}, "_msg_id": uuid.uuid4().hex, "_reply_q": reply}
    return json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(called)})


def answers(connection: Any, amqp: Any, queue: str) -> bool:  # noqa: ANN401 - it brings no types
    """Whether who listens at a queue answers.

    The question is not kept for longer than its answer is waited for: a service that is stopped finds no
    heap of them.
    """
    heard: list[object] = []
    channel = connection.channel()
    try:
        channel.queue_declare(queue, passive=True)
    except amqp.NotFound:
        return False
    own = channel.queue_declare("", exclusive=True, arguments={"x-queue-type": "classic"}).queue
    channel.basic_consume(own, no_ack=True, callback=heard.append)
    asked = amqp.Message(
        question(own),
        content_type="application/json",
        content_encoding="utf-8",
        expiration=str(int(PATIENCE * 1000)),
    )
    channel.basic_publish(asked, exchange="", routing_key=queue)
    until = time.monotonic() + PATIENCE
    while not heard:
        try:
            connection.drain_events(timeout=max(0.01, until - time.monotonic()))
        except TimeoutError:
            return False
    return True


def works(candidates: list[Broker], queue: str, amqp: Any) -> bool:  # noqa: ANN401 - it brings no types
    """Whether the service works, as far as anybody can be asked."""
    for broker in candidates:
        try:
            with amqp.Connection(
                broker.place,
                broker.user,
                broker.password,
                virtual_host=broker.vhost,
                connect_timeout=CONNECTS,
            ) as connection:
                return answers(connection, amqp, queue)
        except (OSError, amqp.AMQPError):  # it is not there, or goes away just now
            continue
    return True


if __name__ == "__main__":
    import amqp  # type: ignore[import-not-found]

    sys.exit(0 if works(configured(Path(sys.argv[1])), sys.argv[2], amqp) else 1)

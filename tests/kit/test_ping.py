"""What is asked of a service by message, and what its answer and its silence mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from tests.programs import opinion

from fournines.kit import program
from fournines.kit.on_host import ping
from fournines.kit.on_host.ping import Broker, brokers, configured, works

TWO = "rabbit://neutron:p%40ss@10.0.0.11:5672,neutron:p%40ss@10.0.0.12:5672/"
FIRST, SECOND = brokers(TWO)


class Amqp:
    """The library as far as it is used: brokers that live, and what listens at their queue."""

    class AMQPError(Exception):
        """Of the library."""

    class NotFound(AMQPError):  # noqa: N818 - the library's
        """Of the library."""

    def __init__(self, *living: str, listens: bool = True, answers: bool = True) -> None:
        self.living, self.listens, self.replies = living, listens, answers
        self.asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.heard: Callable[[object], None] = lambda _: None

    def Connection(self, place: str, *_: str, **__: object) -> Self:  # noqa: N802 - the library's
        if place not in self.living:
            raise ConnectionRefusedError(place)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be closed."""

    def channel(self) -> Self:
        return self

    def queue_declare(self, name: str, **given: Any) -> SimpleNamespace:  # noqa: ANN401
        if given.get("passive") and not self.listens:
            raise self.NotFound
        return SimpleNamespace(queue=name or "own")

    def basic_consume(self, queue: str, *, no_ack: bool, callback: Callable[[object], None]) -> None:
        assert (queue, no_ack) == ("own", True)
        self.heard = callback

    def Message(self, body: str, **properties: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401, N802
        return body, properties

    def basic_publish(self, message: tuple[str, dict[str, Any]], *, exchange: str, routing_key: str) -> None:
        assert exchange == ""
        self.asked.append((routing_key, json.loads(message[0]), message[1]))

    def drain_events(self, timeout: float) -> None:
        if not self.replies:
            raise TimeoutError
        assert timeout > 0
        self.heard("pong")


def test_brokers_are_those_of_the_services_own_file(tmp_path: Path) -> None:
    file = tmp_path / "neutron.conf"
    file.write_text(f"[DEFAULT]\nhost = a\nhost = b\ntransport_url = {TWO}\n[x]\n")
    assert configured(file) == [
        Broker("10.0.0.11:5672", "neutron", "p@ss", "/"),
        Broker("10.0.0.12:5672", "neutron", "p@ss", "/"),
    ]
    assert brokers("rabbit://u:p@[::1]:5672/own?ssl=0") == [Broker("[::1]:5672", "u", "p", "own")]


def test_a_service_that_answers_works_and_is_asked_as_oslo_asks() -> None:
    amqp = Amqp(FIRST.place)
    assert works([FIRST, SECOND], "l3_agent.name", amqp)
    ((queue, envelope, properties),) = amqp.asked
    call = json.loads(envelope["oslo.message"])
    assert (queue, envelope["oslo.version"]) == ("l3_agent.name", "2.0")
    assert (call["method"], call["_reply_q"]) == ("oslo_rpc_server_ping", "own")
    assert properties["content_type"] == "application/json"
    assert int(properties["expiration"]) == ping.PATIENCE * 1000, "who is stopped finds no heap of questions"


def test_of_brokers_the_first_that_lives_is_asked() -> None:
    amqp = Amqp(SECOND.place)
    assert works([FIRST, SECOND], "q", amqp)
    assert len(amqp.asked) == 1


@pytest.mark.parametrize("silent", [Amqp(FIRST.place, listens=False), Amqp(FIRST.place, answers=False)])
def test_who_does_not_listen_or_does_not_answer_does_not_work(
    silent: Amqp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "PATIENCE", 0.01)
    assert not works([FIRST], "q", silent)


def test_where_no_broker_lives_nobody_is_to_blame() -> None:
    assert works([FIRST, SECOND], "q", Amqp())


_LISTENS = """\
from oslo_config import cfg
import oslo_messaging
cfg.CONF(["--config-file", "/run/x.conf"], project="x")
transport = oslo_messaging.get_rpc_transport(cfg.CONF)
target = oslo_messaging.Target(topic="l3_agent", server="name")
server = oslo_messaging.get_rpc_server(transport, target, [object()], executor="threading")
server.start()
server.wait()
"""
_CONF = """\
[DEFAULT]
transport_url = rabbit://guest:guest@127.0.0.1:5672/
rpc_ping_enabled = true
[oslo_messaging_rabbit]
rabbit_quorum_queue = true
"""
_SCRIPT = """\
ip link set lo up
export HOME=/tmp ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=rabbit@localhost
export RABBITMQ_HOME=/tmp RABBITMQ_MNESIA_BASE=/tmp/data RABBITMQ_LOG_BASE=/tmp/log
export RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/plugins RABBITMQ_CONF_ENV_FILE=/tmp/none
export RABBITMQ_CONFIG_FILE=/tmp/rabbitmq
echo '[].' > /tmp/plugins
echo 'listeners.tcp.1 = 127.0.0.1:5672' > /tmp/rabbitmq.conf
/usr/lib/rabbitmq/bin/rabbitmq-server > /tmp/broker 2>&1 &
connects='import socket; socket.create_connection(("127.0.0.1", 5672))'
until python3 -c "$connects" 2> /dev/null; do sleep 0.5; done
ask() { python3 -I -B /run/ping.py /run/x.conf "$1"; echo "$2 $?"; }
ask l3_agent.name nobody-yet
python3 /run/listens.py > /tmp/listens 2>&1 &
listens=$!
until python3 -I -B /run/ping.py /run/x.conf l3_agent.name; do sleep 0.5; done
ask l3_agent.name listening
ask l3_agent.other elsewhere
kill -STOP $listens
ask l3_agent.name hanging
kill -CONT $listens
ask l3_agent.name again
kill -KILL $listens
ask l3_agent.name killed
"""


@pytest.mark.programs
def test_oslo_answers_what_it_is_asked_as_long_as_it_works(tmp_path: Path) -> None:
    """A broker and a service of oslo.messaging in a host's image, asked by the program as it is installed."""
    asks = program.install(None, "ping").content
    files = {"ping.py": asks, "listens.py": _LISTENS, "x.conf": _CONF, "script": _SCRIPT}
    done = opinion(["sh", "/run/script"], files, tmp_path, program="/usr/bin/neutron-l3-agent")
    said = dict(line.split() for line in done.stdout.splitlines())
    assert said == {
        "nobody-yet": "1",
        "listening": "0",
        "elsewhere": "1",
        "hanging": "1",
        "again": "0",
        "killed": "1",
    }, done.stderr

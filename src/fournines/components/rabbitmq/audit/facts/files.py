"""Reading RabbitMQ's files: rabbitmq.conf, Erlang terms, the environment, the cookie, definitions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from fournines.components.rabbitmq.audit.facts import (
    BrokerConf,
    BrokerSetting,
    BrokerVersion,
    Cookie,
    Definitions,
    Member,
    Misplaced,
    Policy,
    broker_host,
)
from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.node import Node


def read_conf(source: Source) -> Iterator[object]:
    """The facts of a ``rabbitmq.conf`` or a fragment of ``conf.d``."""
    settings: dict[str, BrokerSetting] = {}
    members = []
    for node in source.nodes:
        name = node.key.strip()
        settings[name] = BrokerSetting(source.at(node), name, node.value.strip("'\""))
        if re.fullmatch(r"cluster_formation\.classic_config\.nodes\.\w+", name):
            members.append(Member(source.at(node), broker_host(node.value)))
    kind = settings.get("cluster_formation.node_type")
    if kind and kind.value == "ram":
        members = [Member(member.at, member.host, ram=True) for member in members]
    yield BrokerConf(source.top, "conf", settings, tuple(members), source.excerpt)


# --- rabbitmq.config and advanced.config: Erlang terms


_HOMES = {
    **dict.fromkeys(("net_ticktime", "inet_dist_listen_min", "inet_dist_listen_max"), "kernel"),
    **dict.fromkeys(
        ("cluster_partition_handling", "cluster_nodes", "vm_memory_high_watermark", "disk_free_limit",
         "tcp_listeners", "default_queue_type", "queue_master_locator"),
        "rabbit",
    ),
}  # fmt: skip
"""Settings and the application that reads them."""
APPLICATIONS = frozenset({"rabbit", "kernel", "rabbitmq_management", "ssl"})


def read_erlang(source: Source) -> Iterator[object]:
    """The facts of a classic or advanced configuration."""
    settings: dict[str, BrokerSetting] = {}
    members: list[Member] = []
    for application in _applications(source.nodes):
        prefix = "" if application.key in ("rabbit", "kernel") else f"{application.key}."
        for block in application.children:
            pairs = block.children if block.rest == "[" else (block,)
            for pair in pairs:
                if pair.key == "cluster_nodes":
                    members += _cluster_nodes(source, pair)
                home = _HOMES.get(pair.key, application.key)
                if home != application.key and application.key in APPLICATIONS:
                    yield Misplaced(source.at(pair), pair.key, application.key, home)
                if pair.key:
                    name = prefix + pair.key
                    settings[name] = BrokerSetting(source.at(pair), name, _value(pair))
    yield BrokerConf(source.top, "erlang", settings, tuple(members), source.excerpt)


def _applications(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """``{rabbit, [...]}`` blocks, at any depth up to two: pasted parts lack the outer list."""
    for node in nodes:
        if node.rest == "[" and not node.words:
            yield from _applications(node.children)
        elif node.rest == "{" and node.key:
            yield node


def _value(pair: Node) -> str:
    if len(pair.words) > 1:
        return pair.words[1]
    return " ".join(word for child in pair.children for word in child.words)


def _cluster_nodes(source: Source, pair: Node) -> list[Member]:
    """``{cluster_nodes, {['rabbit@a', 'rabbit@b'], disc}}`` and the form before 3.0, a bare list."""
    ram = any("ram" in inner.words for inner in pair.walk())
    words = [word for inner in pair.walk() for word in inner.words]
    return [Member(source.at(pair), broker_host(word), ram) for word in words if "@" in word]


# --- rabbitmq-env.conf


def read_env(source: Source) -> Iterator[object]:
    """The facts of an environment file; names without their ``RABBITMQ_`` prefix, in lower case."""
    settings: dict[str, BrokerSetting] = {}
    for node in source.nodes:
        name = node.key.removeprefix("export ").strip().removeprefix("RABBITMQ_").lower()
        settings[name] = BrokerSetting(source.at(node), name, node.value)
    yield BrokerConf(source.top, "env", settings, (), source.excerpt)


def read_cookie(source: Source) -> Iterator[object]:
    """The cookie of a host."""
    yield Cookie(source.top, source.text.strip())


# --- definitions.json


def read_definitions(source: Source) -> Iterator[object]:
    """The policies of exported definitions."""
    try:
        whole = json.loads(source.text)
    except (ValueError, RecursionError):
        return
    if not isinstance(whole, dict):
        return
    release = str(whole.get("rabbitmq_version") or whole.get("rabbit_version") or "").partition(".")[0]
    if release.isdecimal() and len(release) < 4:  # noqa: PLR2004 - no release has more digits
        yield BrokerVersion(source.top, int(release))
    policies = whole.get("policies")
    empty = (
        re.search(r'"policies"\s*:\s*\[\s*\]', source.text)
        if policies == [] and not whole.get("queues")
        else None
    )
    none = source.at_character(empty.start()) if empty else None
    yield Definitions(source.top, tuple(_queue_types(source, whole)), tuple(_classic(source, whole)), none)
    for entry in policies[:_MOST_POLICIES] if isinstance(policies, list) else ():
        if not isinstance(entry, dict):
            continue
        definition = entry.get("definition")
        pattern = str(entry.get("pattern", ""))
        yield Policy(
            at=source.at(_line_of(source.text, str(entry.get("name", "")))),
            name=str(entry.get("name", "")),
            pattern=pattern,
            definition=definition if isinstance(definition, dict) else {},
            text=json.dumps(definition),
            apply_to=str(entry.get("apply-to", "all")),
            boot=True,
        )


def _classic(source: Source, whole: dict[str, object]) -> Iterator[Place]:
    """The durable queues it declares without a type of their own, or as classic ones."""
    queues = whole.get("queues")
    for entry in queues[:_MOST_POLICIES] if isinstance(queues, list) else ():
        if not isinstance(entry, dict) or not entry.get("durable"):
            continue
        arguments = entry.get("arguments")
        asked = arguments.get("x-queue-type", "classic") if isinstance(arguments, dict) else "classic"
        if asked == "classic" and entry.get("type", "classic") == "classic":
            yield source.at(_line_of(source.text, str(entry.get("name", ""))))


def _queue_types(source: Source, whole: dict[str, object]) -> Iterator[BrokerSetting]:
    """``default_queue_type`` of the virtual hosts, beside their names or in their metadata."""
    vhosts = whole.get("vhosts")
    for entry in vhosts[:_MOST_POLICIES] if isinstance(vhosts, list) else ():
        metadata = entry.get("metadata") if isinstance(entry, dict) else None
        for holder in (entry, metadata):
            said = holder.get("default_queue_type") if isinstance(holder, dict) else None
            if isinstance(said, str):
                match = re.search(rf'"default_queue_type"\s*:\s*"{re.escape(said)}"', source.text)
                at = source.at_character(match.start()) if match else source.top
                yield BrokerSetting(at, "default_queue_type", said)


_MOST_POLICIES = 500
"""More than any site has; each is looked up in the text, and a hostile file must not take minutes."""


def _line_of(text: str, name: str) -> int:
    match = re.search(rf'"name"\s*:\s*{re.escape(json.dumps(name))}', text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


_CONF = (
    r"listeners\.|cluster_formation\.|cluster_partition_handling\b|cluster_name\b|vm_memory_high_watermark|"
    r"disk_free_limit|management\.|default_(?:user|pass|vhost|queue_type|permissions)\b|loopback_users|"
    r"log\.(?:file|console|dir)|queue_(?:master_locator|leader_locator)|quorum_queue\.|net_ticktime\b|"
    r"collect_statistics|channel_max\b|tcp_listen_options\.|ssl_options\.|definitions?\.|load_definitions"
)
_OWN = r"cluster_partition_handling|cluster_formation\.[\w.\-]+|listeners\.(?:tcp|ssl)\.\w+"
"""Settings that are nobody else's: one such line is enough."""

CONF = Kind(
    name="rabbitmq.conf",
    syntax=Syntax.INI,
    names=("rabbitmq.conf", "rabbitmq/*.conf", "rabbitmq/conf.d/*.conf", "*rabbitmq*.conf"),
    marks=(
        rf"^[ \t]*(?:#+[ \t]*)?(?:{_CONF})[\w.\-]*[ \t]*=",
        rf"^[ \t]*(?:#+[ \t]*)?(?:{_OWN})[ \t]*=",
    ),
    read=read_conf,
)
ERLANG = Kind(
    name="rabbitmq.config",
    syntax=Syntax.ERLANG,
    names=("rabbitmq.config", "advanced.config", "*rabbitmq*.config", "rabbitmq/*.config"),
    marks=(
        r"\{\s*rabbit\s*,\s*\[",
        r"\{\s*kernel\s*,\s*\[",
        r"\{\s*cluster_(?:nodes|partition_handling)\s*,",
    ),
    read=read_erlang,
)
ENVIRONMENT = Kind(
    name="rabbitmq-env.conf",
    syntax=Syntax.INI,
    names=("*rabbitmq-env.conf", "rabbitmq-env*", "default/rabbitmq-server"),
    marks=(r"^\s*(?:export\s+)?RABBITMQ_\w+=", r"^\s*(?:NODENAME|NODE_IP_ADDRESS|DIST_PORT|USE_LONGNAME)="),
    read=read_env,
)
COOKIE = Kind(
    name="erlang.cookie",
    syntax=Syntax.LINES,
    names=(".erlang.cookie", "erlang.cookie"),
    marks=(),
    read=read_cookie,
)
DEFINITIONS = Kind(
    name="rabbitmq definitions",
    syntax=Syntax.JSON,
    names=("definitions.json", "*rabbit*.json"),
    marks=(r'"rabbit(?:mq)?_version"\s*:', r'"policies"\s*:\s*\[', r'"vhosts?"\s*:'),
    read=read_definitions,
)

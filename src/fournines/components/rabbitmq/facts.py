"""RabbitMQ as facts: what a broker is told, in any of its four ways, and who its peers are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fournines.kit.source import EVERY_HOST, Kind, Place, Reader, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.evidence import Evidence
    from fournines.kit.node import Node

NET_TICKTIME = 60
"""Seconds; kernel(6) net_ticktime: a silent peer is given up after 45 to 75 s."""


@dataclass(frozen=True)
class BrokerSetting:
    """One setting under the name it has in ``rabbitmq.conf``, whatever file says it."""

    at: Place
    name: str
    value: str

    @property
    def number(self) -> int | None:
        """The value as a whole number."""
        return int(self.value) if re.fullmatch(r"\d{1,12}", self.value) else None


@dataclass(frozen=True)
class Member:
    """A broker that another one is told of: ``host`` is the part behind ``rabbit@``."""

    at: Place
    host: str
    ram: bool = False


@dataclass(frozen=True)
class BrokerConf:
    """One file of a broker; ``style`` is ``conf``, ``erlang`` or ``env``. The last of a name counts."""

    at: Place
    style: str
    settings: Mapping[str, BrokerSetting] = field(repr=False, hash=False, compare=False)
    members: tuple[Member, ...]
    excerpt: bool

    def get(self, name: str) -> BrokerSetting | None:
        """A setting by its name in ``rabbitmq.conf``."""
        return self.settings.get(name)

    def place(self, *names: str) -> Place:
        """The line of the first of these settings that is there, else the file's first line."""
        return next((s.at for name in names if (s := self.settings.get(name))), self.at)


@dataclass(frozen=True)
class Policy:
    """A policy on queues; ``definition`` is its JSON where it is any, ``pattern`` as the shell gives it."""

    at: Place
    name: str
    pattern: str
    definition: Mapping[str, object] = field(hash=False)
    text: str
    apply_to: str = "all"

    @property
    def mirrors(self) -> bool:
        """Whether this is classic mirroring (``ha-mode``)."""
        return "ha-mode" in self.definition or "ha-mode" in self.text


@dataclass(frozen=True)
class Joined:
    """``rabbitmqctl join_cluster``: to whom, and whether as a RAM node."""

    at: Place
    target: str
    ram: bool


@dataclass(frozen=True)
class Cookie:
    """An Erlang cookie file. The secret itself stays out of ``repr``."""

    at: Place
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Broker:
    """What the files of one host say about its broker, together. ``known``: its main file was given whole."""

    host: str
    confs: tuple[BrokerConf, ...]

    @property
    def at(self) -> Place:
        """The main file's first line."""
        return self.main.at

    @property
    def main(self) -> BrokerConf:
        """The file that holds RabbitMQ's own settings; the environment only when there is no other."""
        rank = {"conf": 0, "erlang": 1, "env": 2}
        return min(self.confs, key=lambda conf: (_advanced(conf), rank[conf.style]))

    @property
    def whole(self) -> bool:
        """Whether a complete main file was seen, so that what is absent is a default."""
        return self.main.style != "env" and not any(conf.excerpt for conf in self.confs)

    def get(self, name: str) -> BrokerSetting | None:
        """A setting; advanced.config wins over rabbitmq.conf (RabbitMQ configuration guide)."""
        found = [s for conf in sorted(self.confs, key=_advanced) if (s := conf.get(name))]
        return found[-1] if found else None

    @property
    def members(self) -> tuple[Member, ...]:
        """The brokers it is told of."""
        return tuple(member for conf in self.confs for member in conf.members)


def _advanced(conf: BrokerConf) -> bool:
    return conf.at.path.rsplit("/", 1)[-1].startswith("advanced")


def brokers(site: Evidence) -> tuple[Broker, ...]:
    """The brokers of a site, one for each host that has files of one; shared files count for each."""
    return site.derived(_brokers)


def cluster(site: Evidence) -> frozenset[str]:
    """The names of the brokers of this site, as far as their own files say; empty when none does."""
    return site.derived(_cluster)


def _brokers(site: Evidence) -> tuple[Broker, ...]:
    table = site.by_host(BrokerConf)
    shared = table.pop(EVERY_HOST, ())
    if not table:
        return (Broker(EVERY_HOST, shared),) if shared else ()
    return tuple(Broker(host, (*shared, *confs)) for host, confs in table.items())


def _cluster(site: Evidence) -> frozenset[str]:
    named = {member.host for broker in brokers(site) for member in broker.members}
    named |= {joined.target for joined in site.all(Joined) if joined.target and "$" not in joined.target}
    own = {broker.host.lower() for broker in brokers(site) if broker.host}
    if len(own) > len(named):
        return frozenset(own)
    return frozenset(named)


def broker_host(text: str) -> str:
    """``rabbit@controller1`` and ``'rabbit@controller1'`` as ``controller1``."""
    return text.strip("'\" ").rpartition("@")[2].lower()


# --- rabbitmq.conf, since 3.7


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
    policies = whole.get("policies") if isinstance(whole, dict) else None
    for entry in policies if isinstance(policies, list) else ():
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
        )


def _line_of(text: str, name: str) -> int:
    match = re.search(rf'"name"\s*:\s*{re.escape(json.dumps(name))}', text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


# --- commands


def read_commands(source: Source) -> Iterator[object]:
    """``rabbitmqctl`` and ``pcs ... rabbitmq-cluster set_policy=`` in scripts and pages."""
    for node in source.nodes:
        words = [word for word in node.words if word not in ("sudo", "exec")]
        place = source.at(node)
        if words and words[0].rsplit("/", 1)[-1] == "rabbitmqctl":
            yield from _rabbitmqctl(place, words[1:])
        for word in words if words and words[0] in ("pcs", "primitive", "crm") else ():
            if word.startswith("set_policy="):
                name, _, rest = word.removeprefix("set_policy=").strip("'\" ").partition(" ")
                pattern, _, text = rest.strip().partition(" ")
                yield _policy(place, name, pattern, text)


_VALUED = ("-n", "-p", "--node", "--vhost", "--priority", "--apply-to", "-t", "--timeout")


def _rabbitmqctl(place: Place, words: list[str]) -> Iterator[object]:
    bare: list[str] = []
    options: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        if word in _VALUED and index + 1 < len(words):
            options[word] = words[index + 1]
            index += 1
        elif word.startswith("--"):
            name, _, value = word.partition("=")
            options[name] = value
        else:
            bare.append(word)
        index += 1
    verb = bare[0] if bare else ""
    if verb == "set_policy" and len(bare) > 2:  # noqa: PLR2004 - set_policy NAME PATTERN DEFINITION
        text = " ".join(bare[3:])
        yield _policy(place, bare[1], bare[2], text, options.get("--apply-to", "all"))
    elif verb in ("join_cluster", "cluster") and len(bare) > 1:
        yield Joined(place, broker_host(bare[1]), "--ram" in options)
    elif verb == "change_cluster_node_type" and "ram" in bare[1:]:
        yield Joined(place, "", ram=True)


def _policy(place: Place, name: str, pattern: str, text: str, apply_to: str = "all") -> Policy:
    try:
        definition = json.loads(text.strip("'"))
    except (ValueError, RecursionError):
        definition = {}
    return Policy(place, name, pattern, definition if isinstance(definition, dict) else {}, text, apply_to)


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
        rf"^[ \t]*#*[ \t]*(?:{_CONF})[\w.\-]*[ \t]*=",
        rf"^[ \t]*#*[ \t]*(?:{_OWN})[ \t]*=",
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
    syntax=Syntax.LINES,
    names=("definitions.json", "*rabbit*.json"),
    marks=(r'"rabbit(?:mq)?_version"\s*:', r'"policies"\s*:\s*\[', r'"vhosts?"\s*:'),
    read=read_definitions,
)
COMMANDS = Reader("script", read_commands)

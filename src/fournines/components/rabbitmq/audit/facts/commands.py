"""Reading the commands that make a cluster of brokers: rabbitmqctl, packages, Pacemaker's agent."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.components.rabbitmq.audit.facts import (
    BrokerVersion,
    CookieMode,
    Joined,
    Policy,
    Wiped,
    broker_host,
)
from fournines.kit.audit.account import Account
from fournines.kit.audit.source import Place, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_commands(source: Source) -> Iterator[object]:
    """``rabbitmqctl`` and ``pcs ... rabbitmq-cluster set_policy=`` in scripts and pages."""
    if not source.speaks_of("rabbit", "erlang.cookie", "set_policy=", "{ram"):
        return
    yield from _wiped(source)
    for match in _RAM.finditer(source.text):
        yield Joined(source.at_character(match.start()), "", ram=True, shown=True)
    for node in source.commands:
        words = [word for word in node.words if word not in ("sudo", "exec")]
        place = source.at(node)
        if words and words[0].rsplit("/", 1)[-1] == "rabbitmqctl":
            yield from _rabbitmqctl(place, words[1:])
        if words and words[0].rsplit("/", 1)[-1] == "rabbitmqadmin":
            yield from _rabbitmqadmin(place, words[1:])
        if words and words[0] == "chmod" and words[-1].endswith(".erlang.cookie"):
            mode = next((word for word in words[1:-1] if re.fullmatch(r"[0-7]{3,4}", word)), "")
            yield from [CookieMode(place, mode[-3:])] if mode else []
        yield from _versions(place, words)
        for word in words if words and words[0] in ("pcs", "primitive", "crm") else ():
            if word.startswith("set_policy="):
                name, _, rest = word.removeprefix("set_policy=").strip("'\" ").partition(" ")
                pattern, _, text = rest.strip().partition(" ")
                yield _policy(place, name, pattern, text)


_RAM = re.compile(r"\{ram,\s{0,80}\[\s{0,80}[^\]\s]")
"""``cluster_status`` of a cluster that has RAM nodes, as Erlang writes it."""


def _wiped(source: Source) -> Iterator[Wiped]:
    """``reset`` before ``join_cluster`` is how a broker joins; any other one empties a broker."""
    waiting: Wiped | None = None
    for node in source.commands:
        words = [word for word in node.words if word not in ("sudo", "exec")]
        if not words or words[0].rsplit("/", 1)[-1] != "rabbitmqctl":
            continue
        verbs = {"reset", "force_reset", "join_cluster", "cluster", "start_app"} & set(words[1:])
        if verbs & {"reset", "force_reset"}:
            waiting = waiting or Wiped(source.at(node), next(iter(verbs)))
        elif verbs & {"join_cluster", "cluster"}:
            waiting = None
        elif verbs and waiting:
            yield waiting
            waiting = None
    if waiting:
        yield waiting


_RELEASE = re.compile(r"(?:.*/)?rabbitmq(?:-server)?(?::|==?|-)v?(\d{1,2})(?:[.\-].*)?")


def _versions(place: Place, words: list[str]) -> Iterator[BrokerVersion]:
    """``apt install rabbitmq-server=4.0.5-1``, ``docker run rabbitmq:4-management``."""
    if words and words[0].rsplit("/", 1)[-1] in (
        "apt",
        "apt-get",
        "yum",
        "dnf",
        "docker",
        "podman",
        "zypper",
    ):
        for word in words[1:]:
            match = _RELEASE.fullmatch(word)
            if match:
                yield BrokerVersion(place, int(match.group(1)))


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
    elif verb in ("add_user", "change_password") and len(bare) > 2:  # noqa: PLR2004 - add_user NAME PASSWORD
        yield Account(place, "amqp", bare[1], bare[2])
    elif verb == "change_cluster_node_type" and "ram" in bare[1:]:
        yield Joined(place, "", ram=True)


def _rabbitmqadmin(place: Place, words: list[str]) -> Iterator[Policy]:
    """``declare policy name=ha pattern=.* definition={...}``, and what version 2 makes of it."""
    if not {"policy", "policies"} & set(words) or "declare" not in words:
        return
    said = {key.lstrip("-"): value for word in words for key, found, value in [word.partition("=")] if found}
    for option, value in pairwise(words):
        if option.startswith("--") and "=" not in option:
            said.setdefault(option.lstrip("-"), value)
    if said.get("pattern"):
        name, text = said.get("name", ""), said.get("definition", "")
        yield _policy(place, name, said["pattern"], text, said.get("apply-to", "all"))


def _policy(place: Place, name: str, pattern: str, text: str, apply_to: str = "all") -> Policy:
    try:
        definition = json.loads(text.strip("'"))
    except (ValueError, RecursionError):
        definition = {}
    return Policy(place, name, pattern, definition if isinstance(definition, dict) else {}, text, apply_to)


_IMAGE = re.compile(r"(?:^|[\s/])rabbitmq:v?(\d{1,2})(?![\d])", re.MULTILINE)


def read_images(source: Source) -> Iterator[BrokerVersion]:
    """``FROM rabbitmq:4.0-management``, and the images that a compose file starts."""
    for match in _IMAGE.finditer(source.text):
        yield BrokerVersion(source.at_character(match.start(1)), int(match.group(1)))


COMMANDS = Reader("script", read_commands)
BUILT = Reader("Dockerfile", read_images)
STARTED = Reader("containers", read_images)

"""Ansible's modules and Salt's states as the commands that do the same: ``rabbitmq_policy`` and its kin."""

from __future__ import annotations

import json
import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from fournines.audit.pages.containers import containers
from fournines.audit.pages.draft import Draft
from fournines.audit.pages.playbook import LONGEST, child, items, pairs, text_of
from fournines.kit.audit.script import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SPEAKS = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:[\w.]{1,60}\.)?(?:rabbitmq_(?:policy|user|cluster)|mysql_user|lineinfile|"
    r"ini_file|systemd|systemd_service|service)(?:\.\w{1,20})?[ \t]*:",
    re.MULTILINE,
)
_STATEMENT = re.compile(r"\{%[^%\n]{1,300}%\}|\{#[^#\n]{0,300}#\}")
_EXPRESSION = re.compile(r"\{\{[^{}\n]{1,300}\}\}")
_BARE = re.compile(
    r"^([ \t]*(?:-[ \t]+)?[\w.\-]{1,60}:[ \t]+)(\{\{[^{}\n]{1,300}\}\}[^\n]{0,200})$", re.MULTILINE
)
"""A value that begins with what a template puts in, and is no YAML before that."""
_MOST = 2000
"""Nodes of a file that are looked at."""
_OFF = frozenset({"no", "false", "0", "off"})
_ON = frozenset({"yes", "true", "1", "on"})


def declared(path: str, text: str) -> list[Draft]:
    """What a file of YAML asks for and programs carry out: its modules' commands, its containers."""
    if not path.endswith((".yml", ".yaml", ".sls")):
        return []
    return [*modules(text), *containers(text)]


def modules(text: str) -> list[Draft]:
    """The commands that the modules and states of a text amount to; none where nothing speaks of such."""
    if len(text) > LONGEST or not _SPEAKS.search(text):
        return []
    try:
        root = yaml.compose(_BARE.sub(_quoted, _STATEMENT.sub("", text)), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return []
    found = [pair for node in islice(_mappings(root), _MOST) for pair in _of(node)] if root else []
    if not found:
        return []
    said = "\n".join(command for _, command in found)
    return [Draft("", COMMANDS, said, tuple(line for line, _ in found), excerpt=True)]


def _quoted(match: re.Match[str]) -> str:
    return f"{match.group(1)}{json.dumps(match.group(2))}"


def _mappings(root: yaml.Node) -> Iterator[yaml.Node]:
    """Every mapping of a tree, each once."""
    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        below = items(node)
        if isinstance(node, yaml.MappingNode):
            yield node
            below = [value for _, value in pairs(node)]
        for inner in reversed(below):
            if id(inner) not in seen:
                seen.add(id(inner))
                waiting.append(inner)


def _of(task: yaml.Node) -> Iterator[tuple[int, str]]:
    for key, value in pairs(task):
        make = _STATES.get(key) or _MODULES.get(key.rpartition(".")[2])
        said = _arguments(value) if make else {}
        if make and said:
            looped = [text_of(one) for name in ("loop", "with_items") for one in items(child(task, name))]
            for command in make(said, looped):
                yield value.start_mark.line + 1, command


def _arguments(node: yaml.Node) -> dict[str, str]:
    """What a module is told: a mapping, a list of them (Salt), ``name=value`` in one line."""
    if isinstance(node, yaml.ScalarNode):
        try:
            words = shlex.split(_EXPRESSION.sub(lambda put: "".join(put.group().split()), str(node.value)))
        except ValueError:
            return {}
        return {name: value for name, equals, value in (word.partition("=") for word in words) if equals}
    told = [pair for one in items(node) for pair in pairs(one)] or list(pairs(node))
    return {
        name: text_of(value)
        if isinstance(value, yaml.ScalarNode)
        else json.dumps({key: text_of(inner) for key, inner in pairs(value)})
        for name, value in told
    }


def _policy(said: Mapping[str, str], _looped: list[str]) -> Iterator[str]:
    tags = said.get("definition") or said.get("tags", "")
    if said.get("state", "present") != "present" or not said.get("pattern"):
        return
    if not tags.startswith("{"):
        tags = json.dumps(dict(part.split("=", 1) for part in re.split(r"[,\s]+", tags) if "=" in part))
    yield shlex.join(("rabbitmqctl", "set_policy", said.get("name", "policy"), said["pattern"], tags))


def _joins(said: Mapping[str, str], _looped: list[str]) -> Iterator[str]:
    host = _EXPRESSION.sub("$host", said.get("host", ""))
    if host:
        ram = ("--ram",) if said.get("ram_node", "").lower() in _ON else ()
        yield " ".join(("rabbitmqctl", "join_cluster", *ram, f"{said.get('user', 'rabbit')}@{host}"))


def _user(said: Mapping[str, str], _looped: list[str]) -> Iterator[str]:
    name, password = said.get("user") or said.get("name"), said.get("password")
    if name and password and said.get("state", "present") == "present":
        yield shlex.join(("rabbitmqctl", "add_user", name, password))


def _account(said: Mapping[str, str], looped: list[str]) -> Iterator[str]:
    everything = said.get("priv", "").replace(" ", "").upper().startswith("*.*:ALL")
    host = said.get("host", "localhost")
    every = host == "%" or (_EXPRESSION.fullmatch(host) and "%" in looped) or said.get("host_all", "") in _ON
    if everything and every and said.get("state", "present") == "present":
        sql = f"GRANT ALL PRIVILEGES ON *.* TO '{said.get('name', 'root')}'@'%'"
        password = said.get("password", "")
        secret = f" IDENTIFIED BY '{password}'" if password and "'" not in password else ""
        yield shlex.join(("mysql", "-e", sql + secret))


def _line(said: Mapping[str, str], _looped: list[str]) -> Iterator[str]:
    path, line = said.get("path") or said.get("dest"), said.get("line", "")
    if path and line and "|" not in line and said.get("state", "present") == "present":
        yield shlex.join(("sed", "-i", f"s|{said.get('regexp', '^.*$').replace('|', '.')}|{line}|", path))


def _option(said: Mapping[str, str], _looped: list[str]) -> Iterator[str]:
    path, value = said.get("path") or said.get("dest"), said.get("value")
    if path and value is not None and said.get("option") and said.get("state", "present") == "present":
        yield shlex.join(("crudini", "--set", path, said.get("section", "DEFAULT"), said["option"], value))


def _service(said: Mapping[str, str], looped: list[str]) -> Iterator[str]:
    verb = "disable" if said.get("enabled", "").lower() in _OFF else "enable"
    name = said.get("name", "")
    if said.get("enabled", "").lower() in _OFF | _ON and name:
        for one in looped if _EXPRESSION.fullmatch(name) else [name]:
            yield f"systemctl {verb} {shlex.quote(one)}"


_MODULES: dict[str, Callable[[Mapping[str, str], list[str]], Iterator[str]]] = {
    "rabbitmq_policy": _policy, "rabbitmq_user": _user, "mysql_user": _account, "lineinfile": _line,
    "ini_file": _option, "systemd": _service, "systemd_service": _service, "service": _service,
}  # fmt: skip
_STATES: dict[str, Callable[[Mapping[str, str], list[str]], Iterator[str]]] = {
    "rabbitmq_policy.present": _policy, "rabbitmq_cluster.join": _joins, "rabbitmq_cluster.joined": _joins,
    "rabbitmq_user.present": _user,
}  # fmt: skip

"""The scripts that decide: what they run, whether they can fail, how fast they notice."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import (
    SyncGroup,
    VrrpInstance,
    VrrpScript,
)
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Place

_MAN = "keepalived.conf(5)"
_SHELL = re.compile(r"(?:^|/)(?:ba|da|k|z)?sh$")
_OPERATOR = re.compile(r"[|;<>`]|&&|&>|\$\?|\$\(|&\s*$")
_INTERPRETER = re.compile(r"(?:^|/)(?:python[\d.]*|perl)$")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")

_STATUS_SCRIPT = "#!/bin/sh\ncurl -fs --max-time 1 http://127.0.0.1:8404/health >/dev/null || exit 1\n"
_CHECKED = script(script='"/etc/keepalived/check_haproxy.sh"')


def given(site: Evidence, host: str, command: str) -> Script | None:
    """The script a command line runs, if it is among the files given."""
    words = [word for word in command.split() if not word.startswith("-")]
    if words and (_SHELL.search(words[0]) or _INTERPRETER.search(words[0])):
        words = words[1:]
    if not words:
        return None
    found = called(site, host, words[0])
    own = [s for s in found if s.at.host == host]
    shared = [s for s in found if s.at.host == ""]
    return next(iter((*own, *shared)), None)


def called(site: Evidence, host: str, path: str) -> list[Script]:
    """The scripts of a host that a configuration may mean by this path (``Script.named``)."""
    found = site.derived(_scripts).get(path.rpartition("/")[2], []) if path else []
    return [script_ for script_ in found if not host or script_.at.host in (host, "")]


def _scripts(site: Evidence) -> dict[str, list[Script]]:
    """The scripts by the last part of their paths: what a configuration calls may lie elsewhere here."""
    found: dict[str, list[Script]] = defaultdict(list)
    for script_ in site.all(Script):
        found[script_.path.rpartition("/")[2]].append(script_)
    return found


def _is_path(command: str) -> bool:
    first = command.split(maxsplit=1)[0] if command.split() else ""
    return "/" in first and not first.startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"))


def _bare(node: Node) -> list[str]:
    words = [word.rsplit("/", 1)[-1] for word in node.words]
    while (words and words[0] in ("sudo", "nohup", "exec", "timeout")) or (words and words[0].isdigit()):
        words = words[1:]
    if words and node.words[0].startswith("/etc/init.d/"):
        words = ["service", *words]
    return words


_SPARES = frozenset({"-0", "-HUP", "-1", "-USR1", "-USR2", "-SIGHUP", "-SIGUSR1", "-SIGUSR2", "-s"})
"""Signals that end nothing."""
_PID_OF = re.compile(r"(?:^|/|pidof (?:-\w+ )?|pgrep (?:-\w+ )?)([a-z][\w\-]*?)(?:\.pid)?(?:[)`]|$)")
"""Whose process it is that a substitution finds: ``$(cat /run/keepalived.pid)``, ``$(pidof nginx)``."""


def orders(node: Node) -> tuple[str, str] | None:
    """``("stop", "keepalived")`` for any of the ways to order a service about."""
    words = _bare(node)
    if len(words) < 2:  # noqa: PLR2004
        return None
    verbs = ("start", "stop", "restart", "reload", "kill")
    if words[0] == "systemctl":
        rest = [word for word in words[1:] if not word.startswith("-")]
        if len(rest) > 1 and rest[0] in verbs:
            return rest[0], rest[1].removesuffix(".service")
    if words[0] in ("service", "rc-service") and len(words) > 2 and words[2] in verbs:  # noqa: PLR2004
        return words[2], words[1]
    if words[0] == "kill" and not _SPARES.intersection(words):
        by = next((match[1] for word in words[1:] if (match := _PID_OF.search(word))), "")
        return ("stop", by) if by else None
    if words[0] in ("killall", "pkill") and "-0" not in words:
        return "stop", next((w for w in reversed(words[1:]) if not w.startswith("-")), "")
    return None


@rule(
    "KA021",
    Severity.ERROR,
    "The check stops keepalived instead of failing",
    consequence=Consequence.NO_RETURN,
    why="a keepalived that was stopped does not come back by itself: when the service is well again the host "
    "stays out "
    "until somebody notices, and after a second failure nobody holds the VIP",
    fix="return a status: exit 1 when the service is dead, and let keepalived move the VIP",
    source="keepalived.conf(5) vrrp_script: a script answers by its exit status",
    bad={
        "keepalived.conf": keepalived(check=_CHECKED),
        "check_haproxy.sh": "#!/bin/sh\nif ! pidof haproxy >/dev/null; then\n    systemctl stop "
        "keepalived\nfi\n",
    },
    good={"keepalived.conf": keepalived(check=_CHECKED), "check_haproxy.sh": _STATUS_SCRIPT},
    points_at="systemctl stop keepalived",
)
def stops_keepalived(site: Evidence) -> Iterator[Hit | Unknown]:
    used: dict[Place, Place] = {}
    for check in site.all(VrrpScript):
        found = given(site, check.at.host, check.command)
        if found:
            used.setdefault(found.at, check.place("script"))
    for found in site.all(Script):
        name = found.path.rsplit("/", 1)[-1].lower()
        if found.at not in used and not re.search(r"ch(?:ec)?k|keepalived|health", name):
            continue
        ordered = [
            (verb, place)
            for node, place in zip(found.commands, found.places, strict=True)
            if any("keepalived" in word for word in node.words)
            for verb, service in [orders(node) or ("", "")]
            if "keepalived" in service
        ]
        related = (used[found.at],) if found.at in used else ()
        for verb, place in ordered:
            if verb in ("stop", "kill"):
                yield Hit(place, "the check stops keepalived instead of returning a status", related=related)
        if ordered:
            yield from _asks_the_vip(site, found)
    for check in site.all(VrrpScript):
        if re.search(
            r"\b(?:stop\s+keepalived|keepalived\s+stop|kill(?:all)?\s+(?:-\w+\s+)*keepalived)", check.command
        ):
            yield Hit(check.place("script"), f"{check.name} stops keepalived instead of returning a status")


def _asks_the_vip(site: Evidence, found: Script) -> Iterator[Hit]:
    """A ping of the VIP inside a check that stops keepalived: it asks the other host, not this one."""
    vips = {vip.address for i in site.on(found.at.host, VrrpInstance) for vip in i.vips if vip.address}
    names = {
        f"${name}"
        for node in found.commands
        for name, equals, value in [node.key.partition("=")]
        if equals and value in vips
    }
    for node, place in zip(found.commands, found.places, strict=True):
        if "ping" in node.key and (vips | names) & {
            word.replace("{", "").replace("}", "") for word in node.args
        }:
            yield Hit(place, "this host stops keepalived when it cannot ping the VIP, wherever the VIP is")
            return


@rule(
    "KA024",
    Severity.ERROR,
    "Shell syntax in a command that is run without a shell",
    consequence=Consequence.NO_FAILOVER,
    why="since 1.3.0 keepalived runs scripts without a shell: pipes and redirections are passed as "
    "arguments, and the "
    "status says nothing about the service",
    fix="put the commands into a script of their own, or write sh -c '...'",
    source="acassen/keepalived #601",
    bad={"keepalived.conf": keepalived(check=script(script='"pidof haproxy | grep -q ."'))},
    good={"keepalived.conf": keepalived(check=script(script="\"/bin/sh -c 'pidof haproxy | grep -q .'\""))},
    points_at='script "pidof haproxy | grep -q ."',
)
def shell_syntax(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        words = check.command.split()
        if not words or _SHELL.search(words[0]):
            continue
        operator = _OPERATOR.search(_QUOTED.sub("", check.command))
        if operator and "$" in operator.group() and check.at.path in site.derived(_filled):
            continue  # the shell that writes the file puts the answer there
        if operator and "<" not in words[0][:1]:
            yield Hit(
                check.place("script"),
                f"{check.name} needs a shell for {operator.group().strip()!r} and gets none",
            )


def _filled(site: Evidence) -> frozenset[str]:
    """Where files of keepalived stand that something fills in before keepalived reads them."""
    return frozenset(source.path for source in site.kinds("keepalived.conf") if source.template)


_NOTIFIED = keepalived('notify "/etc/keepalived/notify.sh"')
_CASE = (
    '#!/bin/sh\ncase "$3" in\n    MASTER) systemctl start app ;;\n    BACKUP) systemctl stop app ;;\nesac\n'
)
_STATE = 3
"""Which of the arguments that keepalived adds is the state."""
_STATES = frozenset({"MASTER", "BACKUP", "FAULT"})
_ARGUMENT = re.compile(r"\$\{?(\d)\}?")


@rule(
    "KA060",
    Severity.ERROR,
    "A notify script looks for the state in the wrong argument",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived calls it with INSTANCE or GROUP, the name, the state and the priority: this comparison "
    "never holds, and what should happen when the state changes does not",
    fix='case "$3" in, or notify_master, notify_backup and notify_fault with arguments of your own',
    source=f"{_MAN}, notify: '4 additional arguments after the configured arguments'",
    bad={"keepalived.conf": _NOTIFIED, "notify.sh": _CASE.replace("$3", "$1")},
    good={"keepalived.conf": _NOTIFIED, "notify.sh": _CASE},
    points_at='case "$1" in',
)
def wrong_argument(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    owners: tuple[VrrpInstance | SyncGroup, ...] = (*site.all(VrrpInstance), *site.all(SyncGroup))
    for notify, others in [(n, o.notifies) for o in owners for n in o.notifies if n.event == "notify"]:
        found = given(site, notify.at.host, notify.command)
        if found is None or any(
            found.named(word) for other in others if other.event != "notify" for word in other.command.split()
        ):
            continue
        words = notify.command.split()
        own = len(words) - 1 - next((i for i, word in enumerate(words) if found.named(word)), len(words) - 1)
        for number, place in _compared(found, own + _STATE):
            if number > own and place not in seen:
                seen.add(place)
                what = f"argument {number} is compared with a state, and the state is argument {own + _STATE}"
                yield Hit(place, what, related=(notify.at,))


def _compared(found: Script, state: int) -> list[tuple[int, Place]]:
    """The arguments that a script compares with a state; none where it looks at that of the state, too.

    Functions have arguments of their own, and ``shift`` and ``set --`` change them: nothing is said then.
    """
    names: dict[str, str] = {}
    compared: list[tuple[str, Place]] = []
    subject: list[tuple[str, Place]] = []
    for node, place in zip(found.commands, found.places, strict=True):
        words = tuple(word.replace("{", "").replace("}", "") for word in node.words)
        name, _, value = node.key.partition("=")
        if f"${state}" in " ".join(words) or node.key in ("shift", "function", "(") or "--" in words[1:2]:
            return []
        if _ARGUMENT.fullmatch(value):
            names[f"${name}"] = value
        if words[1:2] == ("in",):
            subject = [(words[0], place)]
        elif node.key == "esac":
            subject = []
        if _STATES & set(words):
            tests = node.key in ("[", "[[", "test")
            compared += [(word, place) for word in words] if tests else subject
    told = [(_ARGUMENT.fullmatch(names.get(word, word)), place) for word, place in compared]
    return [(int(argument[1]), place) for argument, place in told if argument]

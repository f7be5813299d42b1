"""Checks whose exit status is lost: scripts that can never fail, and probes whose answer nobody uses."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.rules.deciding import decisions
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.status.cause import cause
from fournines.kit.audit.status.habits import bare, output_files, program
from fournines.kit.audit.status.pool import UNKNOWN
from fournines.kit.audit.status.walk import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.rules.deciding import Decision
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place
    from fournines.kit.audit.status.ask import Question

_CHECKED = script(script='"/etc/keepalived/check_haproxy.sh"')
_STATUS_SCRIPT = "#!/bin/sh\ncurl -fs --max-time 1 http://127.0.0.1:8404/health >/dev/null || exit 1\n"


def _is_path(command: str) -> bool:
    first = command.split(maxsplit=1)[0] if command.split() else ""
    return "/" in first and not first.startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"))


@rule(
    "KA022",
    Severity.ERROR,
    "The check script can never fail",
    consequence=Consequence.NO_FAILOVER,
    why="keepalived looks at the exit status only, and every way through this script ends in 0: the check "
    "always passes",
    fix="exit 1 when the service is not well: let the probe be the last command, or keep its status in a "
    "variable and exit with it (sys.exit in Python)",
    source="keepalived.conf(5) vrrp_script; acassen/keepalived #2103, #1197",
    bad={
        "keepalived.conf": keepalived(check=_CHECKED),
        "check_haproxy.sh": "#!/bin/sh\nif ! pidof haproxy >/dev/null; then\n    echo 1\nfi\n",
    },
    good={"keepalived.conf": keepalived(check=_CHECKED), "check_haproxy.sh": _STATUS_SCRIPT},
    points_at="echo 1",
)
def never_fails(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for found in decisions(site):
        check = found.check
        if found.steps is None:
            yield from _not_known(found)
        elif found.script is None and _is_path(check.command):
            path = check.command.split()[0]
            yield Unknown(check.place("script"), f"{path} was not given: whether it can fail is not known")
        elif found.ends.failure is None:
            at = _last(found)
            name = found.script.path.rsplit("/", 1)[-1] if found.script else check.name
            if at not in seen:
                seen.add(at)
                related = (check.place("script"),) if found.script else ()
                shell = found.script is None or bool(found.script.commands)
                why = cause(found.steps) if shell else ""
                what = f"no way through {name} ends in a status other than 0"
                yield Hit(at, f"{what}: {why}" if why else what, related=related)


def _not_known(found: Decision) -> Iterator[Unknown]:
    if found.script is not None:
        yield Unknown(
            found.script.at,
            f"{found.script.path} is not a script that can be read: whether it can fail is not known",
        )
    elif found.check.command:
        yield Unknown(
            found.check.place("script"), "the command was not understood: whether it can fail is not known"
        )


def _last(found: Decision) -> Place:
    """The last line that does something."""
    script = found.script
    if script is None:
        return found.check.place("script")
    acting = [
        place
        for node, place in zip(script.commands, script.places, strict=True)
        if len(node.key) > 1 and node.key not in ("fi", "done", "esac")
    ]
    return acting[-1] if acting else script.lines[-2] if len(script.lines) > 1 else script.at


_SILENT = frozenset(
    ["pidof", "pgrep", "killall", "pkill", "kill", "ping", "ping6", "systemctl", "service", "nc"]
)
"""Probes that answer by their status alone."""
_TALKING = frozenset(["curl", "wget", "mysqladmin", "mysql", "redis-cli", "pg_isready", "ncat", "telnet"])
"""Probes whose output may be used: only without one is their status all there is."""


def _probe(question: Question) -> bool:
    """Whether a question is a probe that answers by its status and by nothing else."""
    words = tuple(question.text.split())
    name, args = program(bare(words))
    if question.aspect or "|" in words or "[" in words[:1]:
        return False
    if name in _SILENT:
        return name != "nc" or "-z" in args
    return name in _TALKING and "-o" in args and "/dev/null" in args and "-w" not in args


@rule(
    "KA045",
    Severity.WARNING,
    "A probe whose answer decides nothing",
    consequence=Consequence.NO_FAILOVER,
    why="the status of a script is that of its last command: this probe may fail, and the script ends the "
    "same way",
    fix="write || exit 1 behind it, or keep $? in a variable before the next command",
    source="POSIX shell, 2.8.2 Exit Status for Commands; acassen/keepalived #1197",
    bad={
        "keepalived.conf": keepalived(check=_CHECKED),
        "check_haproxy.sh": "#!/bin/sh\nping -c1 -W1 10.0.0.1 >/dev/null\npidof haproxy\n",
    },
    good={
        "keepalived.conf": keepalived(check=_CHECKED),
        "check_haproxy.sh": "#!/bin/sh\nping -c1 -W1 10.0.0.1 >/dev/null || exit 1\npidof haproxy\n",
    },
    points_at="ping -c1 -W1 10.0.0.1 >/dev/null",
)
def lost_answer(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for found in decisions(site):
        check = found.check
        if found.script is None or found.steps is None or found.ends.failure is None or found.ends == UNKNOWN:
            continue
        for question in [q for q in found.asked if _probe(q)][:20]:
            at = found.at(question)
            if at not in seen and not _matters(found, question) and not _kept(found, question):
                seen.add(at)
                name = program(tuple(question.text.split()))[0]
                related = (check.place("script"),)
                yield Hit(
                    at, f"{check.name} runs {name} and ends the same whatever it answers", related=related
                )


def _kept(found: Decision, question: Question) -> bool:
    """Whether the output of the command in this line goes into a file or a name, or is asked for itself."""
    if found.steps is not None and any(
        other.aspect and (other.text, other.line) == (question.text, question.line) for other in found.asked
    ):
        return True
    commands = found.script.commands if found.script else ()
    return any(
        node.line == question.line
        and (
            any(f != "/dev/null" for f in output_files(node.words))
            or "$(" in " ".join(node.words)
            or "=" in node.key
        )
        for node in commands
    )


def _matters(found: Decision, question: Question) -> bool:
    if found.steps is None:
        return True
    ends = []
    for answer in (True, False):
        one = outcome(found.steps, forced=(question, answer))
        kept = [
            None if facts is None else {f for f in facts if f[0] != question}
            for facts in (one.success, one.failure)
        ]
        ends.append(kept)
    return ends[0] != ends[1]


_NO_FAIL = "/usr/bin/curl -s --max-time 1 http://127.0.0.1:8404/health"
_FAILS = re.compile(r"-[a-zA-Z]*f[a-zA-Z]*|--fail|--fail-with-body")
_OUTPUT = re.compile(r"-[a-zA-Z]*o|--output")
_JUDGED = re.compile(r"-[a-zA-Z]*[wKoO]\S*|--(?:write-out|config|output|remote-name)\S*")
"""Options that keep the answer, so that something else may judge it, or that say what is not written here."""
_UNSEEN = re.compile(r"\$[@*{]?\w*(?:opt|arg|flag|param|curl)\w*\}?|\$\{?[@*]\S*", re.IGNORECASE)


@rule(
    "KA059",
    Severity.WARNING,
    "curl takes an error of the server for an answer",
    consequence=Consequence.NO_FAILOVER,
    why="without -f curl ends in 0 for any answer, 500 and 503 too: the check passes while the service "
    "refuses everybody",
    fix="curl -f (--fail): 22 for every status from 400 on",
    source="curl(1) --fail; run on curl 7.88.1: 0 for a 503, 22 with -f",
    bad={"keepalived.conf": keepalived(check=script(script=f'"{_NO_FAIL}"'))},
    good={"keepalived.conf": keepalived(check=script(script=f'"{_NO_FAIL.replace("-s", "-fs")}"'))},
    points_at=f'script "{_NO_FAIL}"',
)
def any_answer_will_do(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for found in decisions(site):
        check = found.check
        if found.steps is None or found.ends == UNKNOWN:
            continue
        for question in [q for q in found.asked if _takes_any_answer(q)][:20]:
            at = found.at(question)
            if at not in seen and not _kept(found, question) and _matters(found, question):
                seen.add(at)
                related = (check.place("script"),) if found.script else ()
                yield Hit(at, f"{check.name} passes when curl gets a 503", related=related)


def _takes_any_answer(question: Question) -> bool:
    """Whether a question is the bare status of a curl over HTTP that no error status makes fail."""
    words = tuple(question.text.split())
    name, args = program(bare(words))
    if question.aspect or "|" in words or name != "curl":
        return False
    if any("://" in arg and not arg.lower().startswith("http") for arg in args):
        return False
    kept = [
        arg
        for arg, following in pairwise((*args, ""))
        if _JUDGED.fullmatch(arg) and not (_OUTPUT.fullmatch(arg) and following == "/dev/null")
    ]
    return not kept and not any(_FAILS.fullmatch(arg) or _UNSEEN.fullmatch(arg) for arg in args)

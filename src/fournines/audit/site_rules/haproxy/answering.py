"""Health responders: scripts that answer a balancer's request, and what they answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.rules.example import galera, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import PERL, PYTHON, Script
from fournines.kit.audit.status.habits import bare, program
from fournines.kit.audit.status.python.answers import responders
from fournines.kit.audit.status.said import to_output
from fournines.kit.audit.status.walk import answers, questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Source
    from fournines.kit.audit.status.steps import Step

_LINE = re.compile(r"HTTP/\d(?:\.\d)?\s+(?:\d{3}|[$%])")
_FOREIGN = re.compile(
    r"HTTP/\d(?:\.\d)? +[\d%{'\"]|\.send_response\(|\.(?:route|get)\([\"']/\w*(?:health|check|alive|status)"
)
_PERL = re.compile(r"^[^#\n]*\b(?:print|printf|say)\b[^\n]{0,80}HTTP/\d", re.MULTILINE)
_PRINTING = frozenset({"echo", "printf", "print", "cat"})
_WELL = re.compile(r"[23]\d\d")
"""Statuses a balancer takes for healthy (HAProxy's option httpchk)."""
_CHECK = """\
    #!/bin/bash
    if mysql -Nse "SHOW STATUS LIKE 'wsrep_local_state'" | grep -qw 4; then
        echo -en "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\nsynced\\r\\n"
        exit 0
    fi
    echo -en "HTTP/1.1 {}\\r\\nConnection: close\\r\\n\\r\\nnot synced\\r\\n"
    exit 1
    """
_AT = 'echo -en "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\nnot synced\\r\\n"'


@rule(
    "HA055",
    Severity.ERROR,
    "A health responder answers 200 whatever it finds",
    consequence=Consequence.NO_FAILOVER,
    why="the balancer reads the status line only, never the text behind it nor the script's exit status: a "
    "server that is not well keeps its clients",
    fix="print HTTP/1.1 503 Service Unavailable where the question was answered with no",
    source="HAProxy configuration manual option httpchk (2xx and 3xx are valid); olafz/percona-clustercheck",
    bad={"haproxy.cfg": haproxy(galera()), "clustercheck": _CHECK.format("200 OK")},
    good={"haproxy.cfg": haproxy(galera()), "clustercheck": _CHECK.format("503 Service Unavailable")},
    points_at=_AT,
)
def always_well(site: Evidence) -> Iterator[Hit | Unknown]:
    for script in site.all(Script):
        if script.steps is not None and script.commands:
            yield from _judged(script, script.steps)
    for source in site.kinds(PYTHON.name):
        yield from _in_python(source)
    perl = {script.at: script for script in site.all(Script)}
    for source in site.kinds(PERL.name):
        found = _FOREIGN.search(source.text)
        told = perl.get(source.top)
        if found and told is not None:
            line = source.text.count("\n", 0, found.start()) + 1
            printing = frozenset(
                source.text.count("\n", 0, m.start()) + 1 for m in _PERL.finditer(source.text)
            )
            yield from _followed(source, told.path, line, told.steps, printing)


_NOT_FOLLOWED = "what this program answers when all is not well was not followed"


def _in_python(source: Source) -> Iterator[Hit | Unknown]:
    found = _FOREIGN.search(source.text)
    if not found:
        return
    known = responders(source.text)
    if not known:
        yield Unknown(source.at(source.text.count("\n", 0, found.start()) + 1), _NOT_FOLLOWED)
    for one in known or ():
        yield from _followed(source, one.name or source.path, one.line, one.steps, one.answering)


def _followed(
    source: Source, path: str, line: int, steps: Step | None, answering: frozenset[int]
) -> Iterator[Hit | Unknown]:
    """What is said of a responder in another language; ``answering`` are the lines that answer."""
    if steps is None:
        yield Unknown(source.at(line), _NOT_FOLLOWED)
        return
    asked = any(not question.text.startswith(("[", "$")) for question in questions(steps))
    codes, met = answers(steps)
    if not asked or any(code.isdigit() and not _WELL.fullmatch(code) for code in codes):
        return
    if not codes or "?" in codes or not met.issuperset(answering):
        yield Unknown(source.at(line), _NOT_FOLLOWED)
    elif "" not in codes:
        name = path.rpartition("/")[2]
        yield Hit(
            source.at(max(met, default=line)),
            f"every way through {name} answers {' or '.join(sorted(codes))}",
        )


def _judged(script: Script, steps: Step) -> Iterator[Hit | Unknown]:
    printing = [node.line for node in script.commands if _prints(node)]
    kept = any("=" in node.key and _LINE.search(node.key) for node in script.commands)
    if not (printing or kept) or not questions(steps):
        return  # no responder, or one that promises nothing
    codes, met = answers(steps)
    if any(code.isdigit() and not _WELL.fullmatch(code) for code in codes):
        return
    name = script.path.rsplit("/", 1)[-1]
    silent = "" in codes
    if not codes or "?" in codes or not met.issuperset(printing) or (silent and kept):
        at = script.line(printing[0]) if printing else script.at
        yield Unknown(at, f"whether {name} ever answers anything but 200 was not made out")
    elif not silent:  # who prints nothing is no healthy server for the balancer
        at = script.line(max(printing, default=max(met)))
        yield Hit(at, f"every way through {name} answers {' or '.join(sorted(codes))}")


def _prints(node: Node) -> bool:
    """Whether a command prints a line with a status of HTTP, or what stands in its here-document."""
    if not to_output(node.words):
        return False
    texts = (*node.words, *(child.rest for child in node.children))
    return program(bare(node.words))[0] in _PRINTING and any(_LINE.search(text) for text in texts)

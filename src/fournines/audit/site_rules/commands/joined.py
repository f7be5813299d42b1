"""Commands that the shell reads otherwise than they were meant: joined, cut short, assigning nothing."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node
    from fournines.kit.audit.source import Source

_KINDS = ("script", "commands", "cluster commands")
"""Kinds of text that a shell reads."""
_PROGRAMS = frozenset({"pcs", "crm", "rabbitmqctl", "systemctl", "firewall-cmd", "ufw", "drbdadm"})
"""Programs that nobody hands their own name (openstack is the name of many an account)."""
_VIP = "pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20{}\n"
_PROXY = "pcs resource create proxy systemd:haproxy op monitor interval=10s\n"


def _joined(source: Source) -> Iterator[tuple[Node, str]]:
    """The commands that take the next one for their own words, each with those words."""
    for node in source.nodes if source.kind in _KINDS else ():
        if node.key in _PROGRAMS and node.key in node.args:
            yield node, " ".join(node.args[node.args.index(node.key) :])


@rule(
    "SY034",
    Severity.ERROR,
    "A backslash that makes one command of two",
    consequence=Consequence.DOWN,
    why="the first command gets the second as its own words: it is refused or does something else, and the "
    "second is never carried out",
    fix="no backslash at the end of a command's last line",
    source="sh(1), line continuation; pcs 0.11.5, parse_args.split_option: \"missing value of 'pcs' option\"",
    bad={"setup.sh": "#!/bin/sh\n" + _VIP.format(" \\") + _PROXY},
    good={"setup.sh": "#!/bin/sh\n" + _VIP.format("") + _PROXY},
    points_at="pcs resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.20 \\",
)
def one_of_two(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.sources:
        for node, rest in _joined(source):
            yield Hit(source.at(node), f"this command goes on with '{rest[:60]}', which is never carried out")


_ENDPOINT = "openstack endpoint create --region one --{0} {1} --publicurl http://10.0.0.20:5000\n"


@rule(
    "SY035",
    Severity.WARNING,
    "A shell variable whose name has a hyphen",
    consequence=Consequence.DOWN,
    why="a name ends before the hyphen: the shell puts in the variable named so far, most often nothing, and "
    "the command gets the rest of the name as its value",
    fix="the value itself, or a variable with _ in its name",
    source="POSIX.1-2017, Shell Command Language 2.6.2, 3.235 Name: letters, digits and underscores",
    bad={"setup.sh": "#!/bin/sh\n" + _ENDPOINT.format("service-id", "$service-id")},
    good={"setup.sh": "#!/bin/sh\n" + _ENDPOINT.format("service-id", "$service_id")},
    points_at="openstack endpoint create --region one --service-id $service-id --publicurl http://10.0.0.20:5000",
)
def cut_short(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.sources:
        if source.kind not in _KINDS or not _HYPHENED.search(source.text):
            continue
        lines = source.text.split("\n")
        for node in source.commands:
            for name in _hyphened(node):
                if f"{name.partition('-')[0]}=" not in source.text:
                    start = next(
                        (n for n, text in enumerate(lines[node.line - 1 :], node.line) if name in text), 0
                    )
                    what = f"${name} is ${name.partition('-')[0]} and then '-{name.partition('-')[2]}'"
                    yield Hit(source.at(start or node.line), what)


_HYPHENED = re.compile(r"\$\{?\w++-")


def _hyphened(node: Node) -> Iterator[str]:
    """The names behind a dollar that are those of the option before them, ``--service-id $service-id``."""
    words = [part for word in node.words for part in word.split("=", 1)]
    for option, value in pairwise(words):
        name = value.removeprefix("$").removeprefix("{").removesuffix("}")
        if value.startswith("$") and "-" in name and option == f"--{name}":
            yield name


_JOIN = "#!/bin/sh\n{}\nrabbitmqctl stop_app\nrabbitmqctl join_cluster rabbit@$first\nrabbitmqctl start_app\n"


@rule(
    "SY047",
    Severity.ERROR,
    "An assignment that the shell takes for a command",
    consequence=Consequence.DOWN,
    why="blanks around = make a command of the name: 'not found', the script goes on, and the variable stays "
    "empty wherever it is used",
    fix="NAME=VALUE without blanks",
    source="POSIX.1-2017, Shell Command Language 2.9.1, 2.10.2: an assignment is one word",
    bad={"join.sh": _JOIN.format("first = $1")},
    good={"join.sh": _JOIN.format("first=$1")},
    points_at="first = $1",
)
def assigns_nothing(site: Evidence) -> Iterator[Hit | Unknown]:
    for source in site.sources:
        if source.kind not in _KINDS or not _BLANKS.search(source.text):
            continue
        lines = source.text.split("\n")
        assigned = {name for pair in _ASSIGNED.findall(source.text) for name in pair}
        for node in source.commands:
            if _NAME.fullmatch(node.key) and node.args[:1] and node.args[0].startswith("="):
                used = re.search(rf"\$\{{?{node.key}\b", source.text)
                reckoned = "((" in lines[node.line - 1]  # there blanks are free
                if used and not reckoned and node.key not in assigned and node.args[0] not in ("==", "=~"):
                    yield Hit(source.at(node), f"{node.key} is run as a command: ${node.key} gets no value")


_NAME = re.compile(r"[A-Za-z_]\w*+")
_BLANKS = re.compile(r"(?<!\w)[A-Za-z_]\w*+[ \t]++=")
_ASSIGNED = re.compile(r"(?:^|[\s;({&|])(\w++)\+?=|\b(?:for|read(?:[ \t]+-\w+)*)[ \t]+(\w++)", re.MULTILINE)
"""Names that get a value some other way, and so are variables that may have one here."""

"""Services that are started when a host is set up, and by nothing when it starts the next time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.script import COMMANDS, SCRIPT
from fournines.kit.audit.wrapped import program_of, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_UNITS = frozenset(
    {"mariadb", "mysql", "mysqld", "haproxy", "keepalived", "rabbitmq-server", "memcached", "etcd", "nginx"}
)
_BEFORE = frozenset({"sudo", "exec", "command"})
_INSTALLERS = frozenset({"yum", "dnf", "microdnf", "zypper"})
"""Package managers of distributions that start nothing of what they install; apt's enable it."""
_STARTING = frozenset({"start", "restart", "reload-or-restart"})
_STAYING = frozenset({"enable", "preset", "reenable", "disable", "mask", "on", "off", "--now"})
"""Words behind which it has been decided whether a unit starts with its host."""
_CLUSTER = frozenset({"pcs", "crm", "cibadmin"})
_SETUP = "#!/bin/sh\nyum install -y mariadb-server galera\nsystemctl {} mariadb\n"


@rule(
    "SY060",
    Severity.WARNING,
    "A service that is started and does not start with its host",
    consequence=Consequence.NO_RETURN,
    why="packages of this distribution enable nothing: after a power loss or a reboot the host comes back "
    "without it, and nobody is told",
    fix="systemctl enable --now, where it is started",
    source="systemctl(1): enable, preset; Red Hat, Managing system services: disabled by preset",
    bad={"setup.sh": _SETUP.format("start")},
    good={"setup.sh": _SETUP.format("enable --now")},
    points_at="systemctl start mariadb",
)
def started_once(site: Evidence) -> Iterator[Hit | Unknown]:
    started: dict[str, Place] = {}
    decided: set[str] = set()
    installs = False
    for source in site.kinds(SCRIPT.name, COMMANDS.name):
        for node in source.commands:
            words = without(node.words, _BEFORE)
            program = program_of(words)
            if program in _CLUSTER:
                return  # what a cluster manager runs must not start with its host
            installs = installs or (program in _INSTALLERS and "install" in words)
            for unit in _units(program, words):
                if _STAYING.isdisjoint(words):
                    started.setdefault(unit, source.at(node))
                else:
                    decided.add(unit)
    for unit, place in started.items() if installs else ():
        if unit not in decided and not _elsewhere(site, unit):
            yield Hit(place, f"{unit} is started here, and nothing enables it")


def _units(program: str, words: Sequence[str]) -> Iterator[str]:
    """The services that a command starts, or of which it says whether they start with the host."""
    if program not in ("systemctl", "service", "chkconfig"):
        return
    if _STARTING.isdisjoint(words) and _STAYING.isdisjoint(words):
        return
    yield from (name for word in words[1:] if (name := word.removesuffix(".service")) in _UNITS)


def _elsewhere(site: Evidence, unit: str) -> bool:
    """Whether some other text of the site speaks of enabling this unit, by a module or in a loop."""
    return any(
        unit in line
        for source in site.sources
        if "enable" in source.text
        for line in source.text.split("\n")
        if "enable" in line or "$" in line
    )

"""Daemons that a page starts from a shell, past their units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of, without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.node import Node

_DAEMONS = {
    "mysqld": ("mysql", "mariadb"), "mysqld_safe": ("mysql", "mariadb"), "mariadbd": ("mysql", "mariadb"),
    "mariadbd-safe": ("mysql", "mariadb"), "garbd": ("garb",), "haproxy": ("haproxy",),
    "keepalived": ("keepalived",), "corosync": ("corosync",), "pacemakerd": ("pacemaker",),
    "rabbitmq-server": ("rabbitmq",), "memcached": ("memcached",),
}  # fmt: skip
"""Programs, and the beginnings of the names their units have."""
_DETACHED = frozenset({"-d", "-D", "-detached", "--daemon", "--daemonize"})
_BEFORE = frozenset({"sudo", "nohup", "setsid", "exec", "env"})
_ASKING = frozenset(
    {"-c", "-t", "-v", "-V", "-vv", "--version", "--help", "--validate-config", "--config-test", "status"}
)
_PAGE = "Start it:\n\n    sudo {}\n"
_STARTERS = frozenset({"systemctl", "service", "rc-service", "start", "galera_new_cluster"})


@rule(
    "SY031",
    Severity.WARNING,
    "A daemon that is started from a shell",
    consequence=Consequence.NO_RETURN,
    why="nobody starts it again when it dies or the host reboots, and the unit knows nothing of it: a second "
    "one may be started beside it",
    fix="systemctl start and enable; galera_new_cluster for the first member of a cluster",
    source="systemd.service(5) Restart=; mysqld_safe(8); haproxy management guide, Starting HAProxy",
    bad={"howto.md": _PAGE.format("nohup haproxy -f /etc/haproxy/haproxy.cfg &")},
    good={"howto.md": _PAGE.format("systemctl enable --now haproxy")},
    points_at="sudo nohup haproxy -f /etc/haproxy/haproxy.cfg &",
)
def by_hand(site: Evidence) -> Iterator[Hit | Unknown]:
    typed = [(source, node) for source in site.kinds("commands") for node in source.commands]
    for index, (source, node) in enumerate(typed):
        program = _detached(node)
        if program and not _dressed(node):
            later = any(_starts(other, _DAEMONS[program]) for _, other in typed[index + 1 :])
            yield Hit(
                source.at(node),
                f"{program} is started from a shell{', until its unit is started' if later else ''}",
                severity=Severity.INFO if later else None,
            )


def _detached(node: Node) -> str:
    """The daemon this command leaves running behind the shell; empty for any other."""
    words = without(node.words, _BEFORE)
    program = program_of(words)
    if program not in _DAEMONS or set(words[1:]) & _ASKING:
        return ""
    behind = node.rest == "&" or "nohup" in node.words or bool(set(words[1:]) & _DETACHED)
    return program if behind else ""


def _dressed(node: Node) -> bool:
    """Whether it is no server but its rescue: a start without grant tables or only to recover."""
    return any(
        word.startswith(("--skip-grant", "--wsrep-recover", "--wsrep_recover", "--bootstrap"))
        for word in node.words
    )


def _starts(node: Node, units: tuple[str, ...]) -> bool:
    """Whether a command starts one of these units."""
    words = without(node.words, _BEFORE)
    if program_of(words) not in _STARTERS:
        return False
    if words[0] == "galera_new_cluster":
        return "mysql" in units
    return bool({"start", "restart", "enable"} & set(words)) and any(
        word.startswith(units) for word in words[1:]
    )

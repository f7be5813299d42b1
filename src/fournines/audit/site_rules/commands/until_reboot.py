"""Settings that a page makes in the running kernel or firewall only: the next reboot forgets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.wrapped import program_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_KEEPS = re.compile(
    r"iptables-save|ip6tables-save|netfilter-persistent|iptables-persistent|service ip6?tables save|"
    r"ip6?tables\.init save|iptables-apply|/etc/sysconfig/ip6?tables|rules\.v[46]|runtime-to-permanent|"
    r"rc\.local"
)
_STEPS = "Let the database in:\n\n    iptables -I INPUT -p tcp --dport 3306 -j ACCEPT\n{}"


@rule(
    "SY032",
    Severity.WARNING,
    "A setting that the next reboot forgets",
    consequence=Consequence.NO_RETURN,
    why="it counts until the host is started again: the host that comes back after a failure is the one "
    "that lets nobody in, or may not bind the VIP",
    fix="iptables-save to the distribution's file (netfilter-persistent save, service iptables save), "
    "firewall-cmd --permanent, a file in /etc/sysctl.d",
    source="iptables-save(8); firewall-cmd(1) --permanent, --runtime-to-permanent; sysctl.d(5)",
    bad={"howto.md": _STEPS.format("")},
    good={"howto.md": _STEPS.format("    # netfilter-persistent save\n")},
    points_at="iptables -I INPUT -p tcp --dport 3306 -j ACCEPT",
)
def forgotten(site: Evidence) -> Iterator[Hit | Unknown]:
    pages = {source.path for source in site.kinds("commands")}
    for path in sorted(pages):
        typed = [
            (source.at(node), [word for word in node.words if word != "sudo"])
            for source in site.kinds("commands")
            if source.path == path
            for node in source.commands
        ]
        if not any(_KEEPS.search(source.text) for source in site.sources if source.path == path):
            yield from _told(_iptables(typed), "iptables")
            yield from _told(_firewalld(typed), "firewall-cmd without --permanent")
    kept = {setting.name for setting in site.all(Sysctl) if setting.lasting}
    lost = [s for s in site.all(Sysctl) if not s.lasting and s.name not in kept and s.at.path in pages]
    if lost:
        names = ", ".join(dict.fromkeys(setting.name for setting in lost))
        yield Hit(lost[0].at, f"{names}: set in the running kernel only", tuple(s.at for s in lost[1:]))


def _told(places: Sequence[Place], how: str) -> Iterator[Hit]:
    if places:
        rules = "this rule is" if len(places) == 1 else f"these {len(places)} rules are"
        yield Hit(
            places[0],
            f"{rules} in the running firewall only ({how}), and nothing here saves it",
            tuple(places[1:]),
        )


def _iptables(typed: Sequence[tuple[Place, list[str]]]) -> list[Place]:
    adding = {"-A", "-I", "--append", "--insert"}
    return [
        at for at, words in typed if program_of(words) in ("iptables", "ip6tables") and adding & set(words)
    ]


def _firewalld(typed: Sequence[tuple[Place, list[str]]]) -> list[Place]:
    """Rules that are added to the running firewalld and not to its files as well."""
    said = [(at, words) for at, words in typed if program_of(words) == "firewall-cmd"]
    lasting = {word for _, words in said if "--permanent" in words for word in words}
    return [
        at
        for at, words in said
        if "--permanent" not in words and any(w.startswith("--add-") and w not in lasting for w in words)
    ]

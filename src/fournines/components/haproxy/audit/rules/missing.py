"""What a section names or needs and the file does not have, and servers that were left switched off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import HaproxyFile, configurations
from fournines.components.haproxy.audit.rules.checks import backs
from fournines.components.haproxy.audit.rules.example import GLOBAL, TWO, api, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy
    from fournines.kit.audit.evidence import Evidence

_FRONT = "frontend in\n    bind 10.0.0.20:80\n    default_backend {}\n"
_BACK = "backend web\n    option httpchk GET /\n    server c1 10.0.0.11:80 check\n"


@rule(
    "HA047",
    Severity.ERROR,
    "Something is named that the file does not have",
    consequence=Consequence.DOWN,
    why="HAProxy does not start with this file ('unable to find required'), and a reload keeps the old one "
    "until the next reboot",
    fix="the name as it is defined; external-check in the global section",
    source="HAProxy 2.6: 'unable to find required default_backend', 'unable to find required "
    "global.external-check'",
    bad={"haproxy.cfg": haproxy(_FRONT.format("wbe"), _BACK)},
    good={"haproxy.cfg": haproxy(_FRONT.format("web"), _BACK)},
    points_at="default_backend wbe",
)
def nowhere(site: Evidence) -> Iterator[Hit | Unknown]:
    yield from _bases(site)
    for conf in configurations(site):
        whole = not conf.excerpt and not conf.fragment
        sections = site.derived_on(conf.at.host, _sections)
        for proxy in conf.proxies if whole else ():
            yield from _backends(conf, proxy)
            yield from _others(proxy, sections)
            wanted = proxy.option("external-check")
            if wanted and proxy.servers and not conf.setting("external-check"):
                what = f"{proxy.name} has option external-check, and global has no external-check"
                yield Hit(wanted.at, what)


def _bases(site: Evidence) -> Iterator[Hit]:
    """``backend app from base`` where no defaults section has that name."""
    for file in site.all(HaproxyFile):
        sections = site.derived_on(file.at.host, _sections)
        for node in file.source.nodes if not file.fragment and not file.source.excerpt else ():
            words = node.words
            name = words[words.index("from") + 1] if "from" in words[2:-1] else ""
            if name and name not in sections.get("defaults", ()):
                what = f"{node.key} {node.value} is made from {name}, which is no defaults section"
                yield Hit(file.source.at(node), what)


def _sections(site: Evidence, host: str) -> dict[str, set[str]]:
    """The names of the sections of every kind in the files of a host."""
    found: dict[str, set[str]] = {"resolvers": {"default"}}
    for file in site.on(host, HaproxyFile):
        for node in file.source.nodes:
            found.setdefault(node.key, set()).add(node.value)
    return found


def _others(proxy: Proxy, sections: Mapping[str, set[str]]) -> Iterator[Hit]:
    """Resolvers and peers that are named and not there."""
    named = [(server.at, "resolvers", server.settings.get("resolvers", "")) for server in proxy.servers]
    for said in proxy.own.all(("stick-table",)):
        words = said.words
        named.append((said.at, "peers", words[words.index("peers") + 1] if "peers" in words[:-1] else ""))
    told = set()
    for at, kind, name in named:
        if re.fullmatch(r"[\w.:\-]+", name) and name not in sections.get(kind, ()) and name not in told:
            told.add(name)
            yield Hit(at, f"{proxy.name} uses the {kind} {name}, which this file does not have")


def _backends(conf: HaproxyConf, proxy: Proxy) -> Iterator[Hit]:
    for said in (*proxy.all("default_backend"), *proxy.all("use_backend")):
        name = said.value
        if re.fullmatch(r"[\w.:\-]+", name) and not conf.backend(name) and not said.inherited:
            yield Hit(said.at, f"{proxy.name} sends to {name}, which is no backend of this file")


_OFF = TWO + " disabled"


@rule(
    "HA048",
    Severity.WARNING,
    "The only other server is switched off",
    consequence=Consequence.SINGLE,
    why="a server with the word disabled starts in maintenance and stays there until somebody enables it by "
    "hand: when the one that is left is lost, nobody takes over",
    fix="leave disabled out; set server ... state maint for the time of the work",
    source="HAProxy configuration manual 5.2 disabled",
    bad={"haproxy.cfg": haproxy(api(_OFF))},
    good={"haproxy.cfg": haproxy(api(TWO))},
    points_at="server c2 10.0.0.12:5000 check inter 1s fall 2 disabled",
)
def switched_off(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        off = [server for server in proxy.servers if server.has("disabled")]
        if (
            off
            and len(proxy.servers) - len(off) == 1
            and not any(server.template for server in proxy.servers)
        ):
            names = ", ".join(server.name for server in off)
            what = f"{names} of {proxy.name} in maintenance: one server is left"
            yield Hit(off[0].at, what, tuple(server.at for server in off[1:]))


_AGENT = (
    "option tcp-check\nserver c1 10.0.0.11:5000 {0}agent-check agent-port 81\n"
    "server c2 10.0.0.12:5000 {0}agent-check agent-port 81"
)


@rule(
    "HA049",
    Severity.ERROR,
    "Servers that only an agent speaks for",
    consequence=Consequence.NO_FAILOVER,
    why="an agent that does not answer is no failure to HAProxy: when the host dies its agent dies with it, "
    "and the server stays up and gets its share of the requests",
    fix="check beside agent-check",
    source="HAProxy configuration manual 5.2 agent-check: 'Failure to connect to the agent is not considered "
    "an error as connectivity is tested by the regular health check'",
    bad={"haproxy.cfg": haproxy(listen(_AGENT.format("")))},
    good={"haproxy.cfg": haproxy(listen(_AGENT.format("check ")))},
    points_at="server c1 10.0.0.11:5000 agent-check agent-port 81",
)
def agent_alone(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        told = [
            s for s in proxy.servers if s.has("agent-check") and not s.has("check") and not s.has("track")
        ]
        if told:
            yield Hit(told[0].at, f"servers of {proxy.name} have no check", tuple(s.at for s in told[1:]))


@rule(
    "HA028",
    Severity.INFO,
    "Nothing is logged",
    consequence=Consequence.FRAGILE,
    why="'log global' refers to log lines of the global section, and there are none: after the night nobody "
    "can say what was up",
    fix="log /dev/log local0 in global",
    source="HAProxy configuration manual log",
    bad={"haproxy.cfg": haproxy(api(), head="maxconn 20480")},
    good={"haproxy.cfg": haproxy(api(), head=GLOBAL)},
    points_at="log global",
)
def no_log(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        said = next((s for p in conf.proxies for s in p.all("log", "global")), None)
        if said and not conf.setting("log") and not conf.excerpt and not conf.fragment:
            yield Hit(said.at, "'log global', and no log line in global")

"""Whether nginx notices that a server behind it is dead, and how long its clients wait meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.nginx.audit.facts import NginxDefault, Passing, Upstream, seconds
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.nginx.audit.facts import UpstreamServer
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2
_DEFAULT, _LONG = 60.0, 10.0
"""Seconds: proxy_connect_timeout when nothing is said; and from which on clients feel it."""
_DATABASE = frozenset({"3306", "33060"})
_HTTP = """
events { worker_connections 1024; }
http {
    upstream nova {
        server 10.0.0.11:8774;
        server 10.0.0.12:8774;
    }
    server {
        listen 8774;
        location / {
            proxy_pass http://nova;
            %s
        }
    }
}
"""
_STREAM = """
events { worker_connections 1024; }
stream {
    upstream db {
        server 10.0.0.11:3306;
        server 10.0.0.12:3306%s;
    }
    server {
        listen 3306;
        proxy_connect_timeout 2s;
        proxy_pass db;
    }
}
"""


def _passings(site: Evidence) -> Iterator[tuple[Passing, Upstream, list[UpstreamServer]]]:
    """Where requests go to a group of servers on other hosts, with those that share them."""
    for passing in site.all(Passing):
        for group in site.named(passing.at.host, Upstream, passing.target):
            shared = [s for s in group.servers if s.active and not s.loopback]
            if len({s.host for s in shared}) >= _PAIR:
                yield passing, group, shared


def _said(site: Evidence, passing: Passing, name: str) -> tuple[str, Place] | None:
    """What a directive is at this place; the ``http`` block of another file counts too."""
    directive = f"proxy_{name}" if passing.stream else f"{passing.protocol}_{name}"
    if directive in passing.said or passing.stream:
        return passing.said.get(directive)
    found = [d for d in site.on(passing.at.host, NginxDefault) if d.name == directive]
    return (found[-1].value, found[-1].at) if found else None


@rule(
    "NG001",
    Severity.WARNING,
    "nginx waits a minute for a host that is dead",
    consequence=Consequence.SLOW,
    why="a host without power answers nothing at all: each request that falls to it waits for "
    "proxy_connect_timeout, 60 s by default, before the next server is asked, and every ten seconds "
    "(fail_timeout) another one tries again",
    fix="proxy_connect_timeout 2s; in the http or server block",
    source="nginx.org, ngx_http_proxy_module proxy_connect_timeout; ngx_http_upstream_module fail_timeout",
    bad={"nginx.conf": _HTTP % "proxy_set_header Host $host;"},
    good={"nginx.conf": _HTTP % "proxy_connect_timeout 2s;"},
    points_at="proxy_pass http://nova;",
)
def waits(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[Place] = set()
    for passing, group, _ in _passings(site):
        said = _said(site, passing, "connect_timeout")
        if group.at in told or (said is None and not passing.whole):
            continue
        time, at = (seconds(said[0]), said[1]) if said else (_DEFAULT, passing.at)
        if time is not None and time > _LONG:
            told.add(group.at)
            unsaid = "" if said else ", which nothing shortens"
            people = all(server.port in _FOR_PEOPLE for server in group.servers)
            severity = Severity.INFO if people else None
            what = f"{group.name} is given {time:g} s to take a connection{unsaid}"
            yield Hit(at, what, (group.at,), severity=severity)


_FOR_PEOPLE = frozenset({"15671", "15672"})
"""Ports of RabbitMQ's management pages: a person waits there, and no service."""


@rule(
    "NG002",
    Severity.WARNING,
    "nginx never takes a dead server out",
    consequence=Consequence.ERRORS,
    why="nginx has no checks: it notices a dead server by the requests that fail there, leaves it out for a "
    "while and asks the next one. Switched off, every client whose turn it is gets an error for as long as "
    "the server is dead",
    fix="leave max_fails and fail_timeout as they are (1 in 10 s), and proxy_next_upstream error timeout",
    source="nginx.org, ngx_http_upstream_module max_fails; ngx_http_proxy_module proxy_next_upstream",
    bad={"nginx.conf": _HTTP % "proxy_connect_timeout 2s; proxy_next_upstream off;"},
    good={"nginx.conf": _HTTP % "proxy_connect_timeout 2s; proxy_next_upstream error timeout;"},
    points_at="proxy_connect_timeout 2s; proxy_next_upstream off;",
)
def never_out(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[Place] = set()
    for passing, group, shared in _passings(site):
        again = _said(site, passing, "next_upstream")
        if again and again[0].split() == ["off"] and again[1] not in told:
            told.add(again[1])
            yield Hit(
                again[1], f"a request that fails at a server of {group.name} goes to no other", (group.at,)
            )
        forever = [s for s in shared if {"max_fails=0", "fail_timeout=0", "fail_timeout=0s"} & set(s.flags)]
        if len(forever) == len(shared) and group.at not in told:
            told.add(group.at)
            what = f"no failure takes a server of {group.name} out"
            yield Hit(forever[0].at, what, tuple(s.at for s in forever[1:]))


@rule(
    "NG003",
    Severity.WARNING,
    "nginx shares out the connections to a database",
    consequence=Consequence.ERRORS,
    why="by turns, one connection to each server: two hosts of a Galera cluster that change the same rows "
    "roll one of the transactions back, and of a primary and its replica one refuses writes; nginx asks "
    "neither who is synced nor who may write",
    fix="one server, and 'backup' behind the others; or HAProxy, which asks each server for its state",
    source="nginx.org, ngx_stream_upstream_module backup; OpenStack HA guide, database",
    bad={"nginx.conf": _STREAM % ""},
    good={"nginx.conf": _STREAM % " backup"},
    points_at="server 10.0.0.11:3306;",
)
def shares_writes(site: Evidence) -> Iterator[Hit | Unknown]:
    told: set[Place] = set()
    for passing, group, shared in _passings(site):
        if passing.stream and group.at not in told and all(s.port in _DATABASE for s in shared):
            told.add(group.at)
            what = f"{len(shared)} servers of {group.name} take connections by turns"
            yield Hit(shared[0].at, what, tuple(s.at for s in shared[1:]))


@rule(
    "NG004",
    Severity.INFO,
    "Everything behind nginx is one server",
    consequence=Consequence.SINGLE,
    why="nginx answers as long as that one server does: the other hosts take nothing over",
    fix="an upstream with every host that runs the service",
    source="nginx.org, Using nginx as HTTP load balancer",
    bad={"nginx.conf": _HTTP.replace("        server 10.0.0.12:8774;\n", "") % "proxy_connect_timeout 2s;"},
    good={"nginx.conf": _HTTP % "proxy_connect_timeout 2s;"},
    points_at="server 10.0.0.11:8774;",
)
def one_server(site: Evidence) -> Iterator[Hit | Unknown]:
    for group in site.all(Upstream):
        servers = [s for s in group.servers if not s.loopback]
        usable = [s for s in servers if "down" not in s.flags]
        if len(servers) == len(group.servers) and len(usable) == 1:
            off = [s for s in servers if s is not usable[0]]
            what = f"{group.name} has one server" + (", the others are marked down" if off else "")
            yield Hit(usable[0].at, what, tuple(s.at for s in off))

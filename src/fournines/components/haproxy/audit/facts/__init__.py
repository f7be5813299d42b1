"""haproxy.cfg as facts: proxies with their inherited settings, and the services they make of one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts.lines import assemble
from fournines.components.haproxy.audit.facts.model import (
    Bind,
    HaproxyConf,
    HaproxyFile,
    Proxy,
    Server,
    Service,
    Statement,
    seconds,
)
from fournines.kit.audit.source import Kind, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

__all__ = [
    "HAPROXY",
    "Bind",
    "HaproxyConf",
    "HaproxyFile",
    "Proxy",
    "Server",
    "Service",
    "Statement",
    "configurations",
    "read",
    "seconds",
    "services",
]


def configurations(site: Evidence) -> tuple[HaproxyConf, ...]:
    """Every HAProxy configuration of the site: complete files, each with the fragments of its host."""
    return site.derived(_configurations)


def services(site: Evidence) -> tuple[Service, ...]:
    """Every pair of frontend and backend of the site's configurations, a listen with itself."""
    return site.derived(_services)


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    yield HaproxyFile(source.top, source)


def _configurations(site: Evidence) -> tuple[HaproxyConf, ...]:
    files = site.all(HaproxyFile)
    complete = [file for file in files if not file.fragment]
    found = []
    for file in complete:
        beside = [f for f in files if f.fragment and f.at.host == file.at.host]
        found.append(assemble(file, beside if file is _first(complete, file.at.host) else []))
    homes = {file.at.host for file in complete}
    orphans = [file for file in files if file.fragment and file.at.host not in homes]
    return (*found, *(assemble(file, [], fragment=True) for file in orphans))


def _first(files: list[HaproxyFile], host: str) -> HaproxyFile | None:
    return next((file for file in files if file.at.host == host), None)


def _services(site: Evidence) -> tuple[Service, ...]:
    found = []
    for conf in configurations(site):
        for proxy in conf.proxies:
            if proxy.kind == "backend":
                continue
            if proxy.servers:
                found.append(Service(proxy, proxy))
            for name in proxy.targets:
                back = conf.backend(name)
                if back and back is not proxy:
                    found.append(Service(proxy, back))
    return tuple(found)


HAPROXY = Kind(
    name="haproxy.cfg",
    syntax=Syntax.HAPROXY,
    names=(
        "haproxy.cfg",
        "haproxy*.cfg",
        "*haproxy*.cfg*",
        "haproxy/*.cfg",
        "haproxy/*/*.cfg",
        "*haproxy*.conf",
    ),
    marks=(
        r"^\s*(?:listen|frontend|backend)\s+\S+\s*(?:\S+:\d+)?\s*$",
        r"^\s*server\s+\S+\s+\S+:\d+",
        r"^\s*bind\s+\S*:\d+",
        r"^\s*(?:defaults|global)\s*(?:#.*)?$",
        r"^\s*option\s+(?:httpchk|tcplog|httplog|tcpka|redispatch|mysql-check|tcp-check)\b",
        r"^\s*(?:default_backend|use_backend)\s+\S+",
        r"^\s*timeout\s+(?:client|server|connect)\s+\d+",
    ),
    read=read,
)

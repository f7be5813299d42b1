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
    table = site.by_host(HaproxyFile)
    found = []
    for files in table.values():
        complete = [file for file in files if not file.fragment]
        pieces = [file for file in files if file.fragment]
        found += [assemble(file, pieces if number == 0 else []) for number, file in enumerate(complete)]
        if not complete:
            found += [assemble(file, [], fragment=True) for file in pieces]
    return tuple(found)


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

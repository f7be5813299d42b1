"""What HAProxy shows or opens to people who should not have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import HaproxyFile, configurations, services
from fournines.components.haproxy.audit.facts.purpose import Purpose, purpose
from fournines.components.haproxy.audit.rules.example import api, galera, haproxy, listen
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Proxy
    from fournines.kit.audit.evidence import Evidence

_MANUAL = "HAProxy configuration manual"

_GUESSED = re.compile(
    r"^(\w+):\1\d*$|"
    r"^\w+:(?:admin|root|haproxy|stats|password|passw0rd|pass|test|redhat|secret|changeme|1234\d*)$"
)
_REMOTE = re.compile(
    r"(?:ipv4@|ipv6@|tcp@)?+(?!/|unix@|abns|fd@|sockpair@|\$|127\.|localhost|\[?::1)[^/]*:\d+$"
)
"""The address of a socket that other hosts reach."""
_OPEN_MODE = re.compile(r"^0?\d?\d[67]$|^[67]{3}$|^0[67]{3}$")


@rule(
    "HA031",
    Severity.WARNING,
    "Anybody can switch servers off",
    consequence=Consequence.EXPOSED,
    why="who reaches the statistics page with admin rights, or the admin socket, can take every backend out "
    "of service",
    fix="no stats admin, or on 127.0.0.1 behind a real password; stats socket mode 660",
    source=f"{_MANUAL} stats admin, stats socket",
    bad={
        "haproxy.cfg": haproxy(
            listen(
                "stats enable\nstats uri /\nstats admin if TRUE\nstats auth admin:admin",
                name="stats",
                bind="*:8404",
            )
        )
    },
    good={"haproxy.cfg": haproxy(listen("stats enable\nstats uri /", name="stats", bind="127.0.0.1:8404"))},
    points_at="stats admin if TRUE",
)
def exposed(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        for said in conf.globals:
            words = said.words
            mode = words[words.index("mode") + 1] if "mode" in words[:-1] else ""
            if (
                words[:2] == ("stats", "socket")
                and _OPEN_MODE.match(mode)
                and mode[-1] in "67"
                and "admin" in words
            ):
                yield Hit(
                    said.at, f"the admin socket has mode {mode}: every user of the host may write to it"
                )
            elif words[:2] == ("stats", "socket") and "admin" in words and _REMOTE.match(words[2]):
                yield Hit(said.at, f"the admin socket is open to whoever reaches {words[2]}")
        for proxy in conf.proxies:
            yield from _page(proxy)


def _page(proxy: Proxy) -> Iterator[Hit]:
    admin, auth = proxy.find("stats", "admin"), proxy.find("stats", "auth")
    local = bool(proxy.binds) and all(b.address in ("127.0.0.1", "::1", "localhost") for b in proxy.binds)
    guessed = bool(auth and len(auth.words) > 2 and _GUESSED.match(auth.words[2].lower()))  # noqa: PLR2004
    if admin and not local and (guessed or not auth) and not admin.inherited:
        how = "with a password that everybody tries" if guessed else "without a password"
        yield Hit(
            admin.at,
            f"{proxy.name} lets its visitors disable servers, {how}",
            related=(auth.at,) if auth else (),
        )
    elif guessed and auth and not local and not auth.inherited:
        yield Hit(auth.at, f"{proxy.name} has a password that everybody tries", severity=Severity.INFO)


@rule(
    "HA039",
    Severity.ERROR,
    "A web port leads to a database",
    consequence=Consequence.EXPOSED,
    why="a copied frontend: the database is offered on a port that every firewall opens, and the page that "
    "belongs there "
    "cannot listen",
    fix="the backend that was meant, or no such frontend",
    source="HAProxy configuration manual default_backend",
    bad={
        "haproxy.cfg": haproxy(
            "frontend web\n    mode tcp\n    bind *:80\n    default_backend mysql_servers",
            "backend mysql_servers\n    mode tcp\n    option httpchk\n    server db1 10.0.0.11:3306 check "
            "port 9200\n    server db2 10.0.0.12:3306 check port 9200 backup",
        )
    },
    good={"haproxy.cfg": haproxy(galera())},
    points_at="default_backend mysql_servers",
)
def web_to_database(site: Evidence) -> Iterator[Hit | Unknown]:
    stores = (Purpose.DATABASE, Purpose.AMQP, Purpose.MEMCACHED, Purpose.REDIS)
    for service in services(site):
        web = [bind for bind in service.binds if bind.port in (80, 443)]
        ports = {server.port for server in service.servers}
        if web and purpose(service) in stores and not ports & {80, 443, 8080, None}:
            said = service.front.find("default_backend")
            yield Hit(
                said.at if said else service.front.at,
                f"port {web[0].port} of {service.front.name} leads to a {purpose(service).value}",
                related=(web[0].at, service.at) if service.front is not service.back else (web[0].at,),
            )


@rule(
    "HA040",
    Severity.WARNING,
    "A credential in clear text",
    consequence=Consequence.EXPOSED,
    why="Basic authentication is base64, not encryption: who reads this file, or a copy in a ticket, can log "
    "in",
    fix="a user that may do nothing but be asked, or a check that needs none; the file readable by root only",
    source="RFC 7617 1",
    bad={"haproxy.cfg": haproxy(api(extra='http-check send hdr Authorization "Basic Zm9vOmJhcmJheg=="'))},
    good={"haproxy.cfg": haproxy(api(extra="http-check send hdr Host localhost"))},
    points_at='http-check send hdr Authorization "Basic ***"',
)
def credential(site: Evidence) -> Iterator[Hit | Unknown]:
    for file in site.all(HaproxyFile):
        for section in file.source.nodes:
            for node in section.children:
                text = " ".join(node.words)
                if (
                    re.search(r"Authorization\W+Basic\s+[\w+/=]{8,}", text, re.IGNORECASE)
                    and "%[" not in text
                ):
                    yield Hit(
                        file.source.at(node), f"{section.value or section.key} sends a password in a header"
                    )

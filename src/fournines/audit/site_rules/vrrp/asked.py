"""Which service a check asks for: by its name, by its process, or on the port where it answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.vrrp.holders import asks
from fournines.components.haproxy.audit.facts import configurations
from fournines.kit.audit.status.habits import bare, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.audit.site_rules.vrrp.holders import Use
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.status.ask import Question

_KNOWN = (
    ("postfix", (25, 465, 587), ("master",)),
    ("exim4 exim sendmail", (25, 465, 587), ("exim4", "exim", "sendmail")),
    ("nginx apache2 httpd lighttpd caddy", (80, 443), ()),
    ("postgresql", (5432,), ("postgres", "postmaster")),
    ("mysql mysqld mariadb", (3306,), ("mysqld", "mariadbd")),
    ("redis redis-server valkey valkey-server", (6379,), ("redis-server", "valkey-server")),
    ("rabbitmq-server", (5672, 15672), ("beam.smp",)),
    ("named bind9", (53,), ("named",)),
    ("unbound dnsmasq", (53,), ()),
    ("slapd", (389, 636), ()),
    ("dovecot", (110, 143, 993, 995), ()),
    ("memcached", (11211,), ()),
    ("squid", (3128,), ()),
    ("vsftpd proftpd", (21,), ()),
    ("etcd", (2379,), ()),
    ("mongod", (27017,), ()),
)
"""Units, the ports where they answer by default, and processes of names of their own."""
_SERVICES = {unit: (ports, processes) for units, ports, processes in _KNOWN for unit in units.split()}
_CLIENTS = {
    "psql": 5432, "pg_isready": 5432, "mysql": 3306, "mysqladmin": 3306, "mariadb": 3306,
    "mariadb-admin": 3306, "redis-cli": 6379,
}  # fmt: skip
"""Clients that ask this host at this port unless they are told another."""
_INSTANCE = re.compile(r"@.*|-\d+(?:\.\d+)?(?:-main)?$")
"""What stands behind a unit's name: ``postgresql@15-main``, ``postgresql-15``."""
_HERE = r"(?:127\.0\.0\.1|localhost|\[::1\])"
_LOCAL = re.compile(rf"\b{_HERE}\b:?\s?/?(\d{{1,5}})\b")
_URL = re.compile(rf"\b(https?)://{_HERE}(?=[/?\s'\"]|$)")
_ELSEWHERE = re.compile(
    rf"(?:^|\s)(?:-h\s*|--host[=\s])(?!{_HERE}(?:\s|$))\S|(?:^|\s)(?:-[pP]\s*\d|--port\b)|://"
)


def asked(site: Evidence, use: Use, service: str) -> str:
    """How the check asks for a service: ``checks nginx``, ``asks port 25, ...``; empty if it does not."""
    if not service:
        return ""
    named = re.compile(rf"(?<![A-Za-z0-9]){re.escape(service)}(?![A-Za-z0-9])")  # curl_nginx names it, too
    texts = (use.check.command, *(question.text for question, _ in use.needed()))
    if any(named.search(text) for text in texts):
        return f"checks {service}"
    ports, processes = _SERVICES.get(_INSTANCE.sub("", service), ((), ()))
    for process in processes:
        seeks = re.compile(
            rf"\b(?:pidof|pgrep|killall|pkill|ps)\b.*(?<![\w\-]){re.escape(process)}(?![\w\-])"
        )
        if any(seeks.search(text) for text in texts):
            return f"looks for {process}, a process of {service}"
    proxied = _proxied(site, use)
    own = proxied if service == "haproxy" else {*ports} - proxied
    port = next((p for q, answer in use.needed() if answer for p in _ports(q) if p in own), 0)
    return f"asks port {port}, where {service} answers" if port else ""


def _proxied(site: Evidence, use: Use) -> set[int]:
    """The ports at which HAProxy serves on the host of a check."""
    return {
        bind.port
        for found in configurations(site)
        if found.at.host in (use.check.at.host, "")
        for proxy in found.proxies
        for bind in proxy.binds
        if bind.port
    }


def _ports(question: Question) -> Iterator[int]:
    """The ports of this host that a question asks."""
    text = asks(question)
    yield from (int(port) for port in _LOCAL.findall(text))
    yield from (443 if scheme == "https" else 80 for scheme in _URL.findall(text))
    client = program(bare(text.split()))[0] if text else ""
    if client in _CLIENTS and not _ELSEWHERE.search(text):
        yield _CLIENTS[client]

"""Horizon on several hosts: what it reads, and where it keeps who is logged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.roles import LOOPBACK, copies, proxied_here
from fournines.components.haproxy.audit.facts.purpose import Purpose
from fournines.components.horizon.audit.facts import DjangoSettings, Unquoted
from fournines.components.oslo.audit.facts import host_port
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PAIR = 2


@rule(
    "OS024",
    Severity.ERROR,
    "A setting of Horizon that Python cannot read",
    consequence=Consequence.DOWN,
    why="local_settings is Python: a text without quotes is a syntax error or a name nobody has defined, and "
    "the dashboard answers 500 on every page",
    fix='quotes around it: OPENSTACK_HOST = "10.0.0.20"',
    source="Horizon, Settings Reference; Python reference, Literals",
    bad={"ctl1/local_settings.py": "OPENSTACK_HOST = 10.0.0.20\n"},
    good={"ctl1/local_settings.py": 'OPENSTACK_HOST = "10.0.0.20"\n'},
    points_at="OPENSTACK_HOST = 10.0.0.20",
)
def unquoted(site: Evidence) -> Iterator[Hit | Unknown]:
    for said in site.all(Unquoted):
        yield Hit(said.at, f"{said.name} is {said.value}, without quotes")


_SESSIONS = 'SESSION_ENGINE = "django.contrib.sessions.backends.cache"\n'
_CACHE = """CACHES = {{
    "default": {{
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": {},
    }},
}}
"""


def _pair(location: str) -> dict[str, str]:
    return {f"ctl{n}/local_settings.py": _SESSIONS + _CACHE.format(location) for n in (1, 2)}


@rule(
    "OS025",
    Severity.WARNING,
    "Logins that one dashboard keeps to itself",
    consequence=Consequence.ERRORS,
    why="the session lies in this host's own memory or files: whoever the balancer sends to another "
    "dashboard, or whose host is lost, is logged out",
    fix="list the memcached of every controller in CACHES, the same list on every host, or keep sessions in "
    "signed cookies or the database",
    source="Horizon, Configure session storage; Django sessions: using cached sessions",
    bad=_pair('"127.0.0.1:11211"'),
    good=_pair('["10.0.0.11:11211", "10.0.0.12:11211"]'),
    points_at='SESSION_ENGINE = "django.contrib.sessions.backends.cache"',
)
def own_sessions(site: Evidence) -> Iterator[Hit | Unknown]:
    settings = site.all(DjangoSettings)
    if max(copies(site), len({conf.at.host for conf in settings if conf.at.host})) < _PAIR:
        return
    for conf in settings:
        engine = conf.text("SESSION_ENGINE").rpartition(".")[2]
        where = ""
        if engine == "file":
            where = "files of this host"
        elif engine == "cache":
            where = _own_cache(site, conf)
        if where:
            yield Hit(
                conf.places["SESSION_ENGINE"],
                f"sessions are kept in {where}",
                related=(conf.places["CACHES"],) if "CACHES" in conf.places else (),
            )


def _own_cache(site: Evidence, conf: DjangoSettings) -> str:
    """What of this host the default cache is; empty when it is shared, or not said."""
    cache = conf.cache
    if cache is None:
        whole = "CACHES" not in conf.values and not conf.excerpt and conf.text("SESSION_ENGINE")
        return "the memory of each process (no CACHES is said)" if whole else ""
    backend, places = cache
    if backend.endswith(("LocMemCache", "DummyCache")):
        return f"{backend.rpartition('.')[2]}, the memory of each process"
    hosts = [host_port(place.rpartition("//")[2])[0] for place in places]
    if hosts and all(host in LOOPBACK for host in hosts) and "emcache" in backend:
        balanced = proxied_here(site, conf.at.host, Purpose.MEMCACHED)
        return "" if balanced else f"the memcached of this host ({hosts[0]})"
    return ""


_IN_CACHE = _CACHE.format('["10.0.0.11:11211", "10.0.0.12:11211"]')
_PATIENT = _IN_CACHE.replace(
    "    },\n", '        "OPTIONS": {"connect_timeout": 1, "timeout": 1, "ignore_exc": True},\n    },\n'
)


@rule(
    "OS035",
    Severity.WARNING,
    "A dashboard that waits for a dead memcached without end",
    consequence=Consequence.ERRORS,
    why="pymemcache has no timeout of its own: what falls to a memcached whose host is without power waits "
    "for the kernel, two minutes for a new connection, and every page asks the cache for its session",
    fix='"OPTIONS": {"connect_timeout": 1, "timeout": 1, "ignore_exc": True} beside LOCATION',
    source="Django, Memcached: OPTIONS are handed to the client; pymemcache, Client: connect_timeout and "
    "timeout default to None",
    bad={"ctl1/local_settings.py": _IN_CACHE},
    good={"ctl1/local_settings.py": _PATIENT},
    points_at="CACHES = {",
)
def endless(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(DjangoSettings):
        cache = conf.cache
        caches = conf.values.get("CACHES")
        default = caches.get("default") if isinstance(caches, dict) else None
        if cache is None or not isinstance(default, dict) or not cache[0].endswith("PyMemcacheCache"):
            continue
        hosts = {host_port(place.rpartition("//")[2])[0] for place in cache[1]} - LOOPBACK
        options = default.get("OPTIONS", {})
        if "OPTIONS" in default and not isinstance(options, dict):
            continue  # worked out when it runs
        if len(hosts) >= _PAIR and not {"timeout", "connect_timeout"} & set(options):
            yield Hit(conf.places["CACHES"], f"{len(hosts)} memcacheds, and no timeout for any of them")


def _keyed(key: str) -> str:
    return f'SECRET_KEY = "{key}"\n{_SESSIONS}{_PATIENT}'


@rule(
    "OS037",
    Severity.ERROR,
    "Dashboards that do not know each other's signatures",
    consequence=Consequence.ERRORS,
    why="what one dashboard has signed with its SECRET_KEY (cookies, logins, forms) the next one refuses: "
    "users are thrown out whenever the balancer, or the loss of a host, sends them there",
    fix="one SECRET_KEY on every host",
    source="Horizon, Settings Reference: SECRET_KEY is the same on all instances behind a load balancer; "
    "Django, Cryptographic signing",
    bad={f"ctl{n}/local_settings.py": _keyed(f"q{n}Zr7vQp1x") for n in (1, 2)},
    good={f"ctl{n}/local_settings.py": _keyed("q1Zr7vQp1x") for n in (1, 2)},
    points_at='SECRET_KEY = "***"',
)
def keys_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    said = [conf for conf in site.all(DjangoSettings) if conf.text("SECRET_KEY") and conf.at.host]
    if not said:
        return
    first = said[0]
    for conf in said[1:]:
        if conf.text("SECRET_KEY") != first.text("SECRET_KEY") and conf.at.host != first.at.host:
            signed = conf.text("SESSION_ENGINE").endswith("signed_cookies")
            yield Hit(
                conf.places["SECRET_KEY"],
                f"another SECRET_KEY than on {first.at.host}",
                (first.places["SECRET_KEY"],),
                "a session is nothing but a signed cookie here: every user is logged out" if signed else "",
            )


_OWN = re.compile(
    r"(?:\{\{|`|\$\(|\$\{?|<%=)[^{}`]{0,40}?"
    r"(?:hostname|ansible_(?:host|fqdn|nodename|default_ipv4|all_ipv4|eth|ens|br)|grains\[)",
    re.IGNORECASE,
)
"""A template's or a shell's word for the host the file is made for."""


@rule(
    "OS045",
    Severity.WARNING,
    "Each dashboard asks the Keystone of its own host",
    consequence=Consequence.ERRORS,
    why="the balancer goes on sending users to a dashboard whose own Keystone is down: they cannot log in "
    "there, although the others could answer",
    fix="the VIP, or the name that leads to it, in OPENSTACK_HOST",
    source="OpenStack HA guide, Stateless services: services find one another through the load balancer",
    bad={f"ctl{n}/local_settings.py": f'OPENSTACK_HOST = "127.0.0.1"\n{_SESSIONS}' for n in (1, 2)},
    good={f"ctl{n}/local_settings.py": f'OPENSTACK_HOST = "10.0.0.20"\n{_SESSIONS}' for n in (1, 2)},
    points_at='OPENSTACK_HOST = "127.0.0.1"',
)
def own_keystone(site: Evidence) -> Iterator[Hit | Unknown]:
    settings = site.all(DjangoSettings)
    if max(copies(site), len({conf.at.host for conf in settings if conf.at.host})) < _PAIR:
        return
    for conf in settings:
        said = conf.identity
        own = _OWN.match(said) or said.lower() in LOOPBACK or (conf.at.host and said.lower() == conf.at.host)
        if own and not proxied_here(site, conf.at.host, Purpose.OPENSTACK):
            where = conf.places.get("OPENSTACK_HOST", conf.at)
            yield Hit(where, f"OPENSTACK_HOST is {said}, this host itself")

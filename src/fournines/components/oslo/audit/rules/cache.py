"""How a service uses its memcacheds, when one of them goes and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_POOL = "oslo_cache.memcache_pool"
_CACHE = (
    f"[cache]\nenabled = true\nbackend = {_POOL}\nmemcache_servers = ctl1:11211,ctl2:11211\n"
    "memcache_pool_flush_on_reconnect = {}\nexpiration_time = 120\n"
)


@rule(
    "OS023",
    Severity.ERROR,
    "A cache that gives one key the value of another",
    consequence=Consequence.ERRORS,
    why="a memcached that comes back is told to throw everything away; when it does not answer that in time "
    "(memcache_socket_timeout), the connection stays in use with the answer still to come, and from then on "
    "every answer on it belongs to the question before: valid tokens are answered 404, users get what was "
    "kept for others. It also empties the cache once for each connection of each process",
    fix="memcache_pool_flush_on_reconnect = false, and a short expiration_time (120, also as cache_time of "
    "[identity]): so long at most counts what a memcached that was cut off still holds",
    source="python-memcached 1.60 to 1.62, _Host._get_socket and flush (the timeout leaves the socket open), "
    "_expectvalue (no key is compared); its issue 179; Launchpad bug 1888394",
    bad={"ctl1/keystone.conf": _CACHE.format("true")},
    good={"ctl1/keystone.conf": _CACHE.format("false")},
    points_at="memcache_pool_flush_on_reconnect = true",
)
def flushes_on_reconnect(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        said = conf.get("cache", "memcache_pool_flush_on_reconnect")
        if said is None or not said.on or not said.section:
            continue
        enabled, backend = conf.get("cache", "enabled"), conf.get("cache", "backend")
        other_client = conf.get(
            "cache", "memcache_sasl_enabled"
        )  # python-binary-memcached, which never flushes
        if (enabled and enabled.off) or (other_client and other_client.on):
            continue
        if backend is None and not conf.excerpt:
            continue  # nothing is cached without
        if backend is None or backend.value.strip() == _POOL:
            yield Hit(
                said.at, f"{conf.service or 'the service'} empties a memcached whenever it reconnects to it"
            )


_SERVERS = ("memcache_servers", "memcached_servers")
_PAIR = 2
_LONG = 3.0
"""Seconds a dead memcached is waited for by python-memcached and auth_token when nothing is said."""
_THREADS = (
    "each thread has a client of its own and waits 3 s for a memcached that is dead, and again every 30 s: "
    "an API with a hundred of them answers each request seconds late for as long as one host is down"
)


def _dead(option: str, backend: str, timeout: str = "") -> str:
    return f"[cache]\nenabled = true\nbackend = {backend}\n{option} = ctl1:11211,ctl2:11211\n{timeout}"


@rule(
    "OS034",
    Severity.WARNING,
    "A memcached that died is waited for again and again",
    consequence=Consequence.SLOW,
    why=_THREADS,
    fix=f"backend = {_POOL} with memcache_socket_timeout = 1 and memcache_dead_retry = 300 in [cache]; in "
    "[keystone_authtoken] memcache_use_advanced_pool = true and memcache_pool_socket_timeout = 1",
    source="sqlalchemy/dogpile.cache #223, Launchpad bug 1723133 (oslo.cache: socket_timeout and dead_retry "
    "are not handed on); keystonemiddleware, memcache_pool_socket_timeout",
    bad={"ctl1/nova.conf": _dead("memcache_servers", "dogpile.cache.memcached")},
    good={"ctl1/nova.conf": _dead("memcache_servers", _POOL, "memcache_socket_timeout = 1\n")},
    points_at="backend = dogpile.cache.memcached",
)
def waited_for(evidence: Evidence) -> Iterator[Hit | Unknown]:
    unsaid: list[tuple[Place, str]] = []
    for conf in evidence.all(OsloConf):
        who = conf.service or "the service"
        for section, timeout in (
            ("cache", "memcache_socket_timeout"),
            ("keystone_authtoken", "memcache_pool_socket_timeout"),
        ):
            servers = conf.get(section, *_SERVERS)
            if (
                not servers
                or servers.section != section
                or len(servers.items) < _PAIR
                or not _used(conf, section)
            ):
                continue
            said, kind = conf.get(section, timeout), _per_thread(conf, section)
            time = _time(said) if said and said.section == section else None
            if kind:
                lesser = Severity.INFO if time is not None else None  # newer ones take it from oslo.cache
                yield Hit(
                    kind.at, f"{who} has a memcached client for each thread", (servers.at,), severity=lesser
                )
            elif said and time is not None and time >= _LONG:
                what = f"{who} waits {time:g} s for a memcached that is dead"
                yield Hit(said.at, what, (servers.at,), why=_POOLED)
            elif time is None:
                unsaid.append((servers.at, f"{section}: {timeout}"))
    if unsaid:
        names = ", ".join(dict.fromkeys(name for _, name in unsaid))
        what = f"how long a dead memcached is waited for is left to the release (1 to 3 s): [{names}]"
        others = tuple(at for at, _ in unsaid[1:])
        yield Hit(unsaid[0][0], what, others, why=_POOLED, severity=Severity.INFO)


_POOLED = (
    "each process waits so long for a memcached that is dead, once in memcache_dead_retry, and the requests "
    "that want the same connection wait with it"
)


def _used(conf: OsloConf, section: str) -> bool:
    enabled = conf.get("cache", "enabled")
    return section != "cache" or not (enabled and enabled.off)


def _per_thread(conf: OsloConf, section: str) -> Option | None:
    """The option by which each thread has a client of its own, python-memcached's."""
    if section == "cache":
        backend = conf.get("cache", "backend")
        return backend if backend and backend.value.strip() == "dogpile.cache.memcached" else None
    pooled = conf.get(section, "memcache_use_advanced_pool")
    return pooled if pooled and pooled.section == section and pooled.off else None


def _time(option: Option) -> float | None:
    try:
        return float(option.value)
    except ValueError:
        return None

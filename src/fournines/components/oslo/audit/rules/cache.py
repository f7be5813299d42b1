"""How a service uses its memcacheds, when one of them goes and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

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

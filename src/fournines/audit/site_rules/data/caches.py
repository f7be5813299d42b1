"""Caches that services are told of, and whether they can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, vips
from fournines.audit.site_rules.roles import LOOPBACK, resolved
from fournines.components.horizon.audit.facts import DjangoSettings
from fournines.components.memcached.audit.facts import MemcachedConf
from fournines.components.oslo.audit.facts import OsloConf, host_port
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_PAIR = 2
_OPTIONS = ("memcached_servers", "memcache_servers", "memcached_server")
_LISTED = (
    "[DEFAULT]\nmy_ip = 10.0.0.1{}\n[keystone_authtoken]\n"
    "memcached_servers = 10.0.0.11:11211,10.0.0.12:11211\n"
)


def _site(listen: str) -> dict[str, str]:
    confs = {f"ctl{n}/nova.conf": _LISTED.format(n) for n in (1, 2)}
    return {**confs, "ctl1/etc/memcached.conf": f"-m 64\n-u memcache\n-l {listen}\n"}


@rule(
    "SY021",
    Severity.WARNING,
    "A cache that the other hosts cannot reach",
    consequence=Consequence.ERRORS,
    why="the distribution's memcached listens on the loopback only, and the services of the other hosts list "
    "it: every look-up that falls to it fails, so each token is asked of Keystone anew, and slowly",
    fix="-l with the host's own address in the cluster's network",
    source="memcached(1) -l; OpenStack install guide, Memcached",
    bad=_site("127.0.0.1"),
    good=_site("10.0.0.11"),
    points_at="-l 127.0.0.1",
)
def cache_of_its_own(site: Evidence) -> Iterator[Hit | Unknown]:
    meant = _meant(site)
    for conf in site.all(MemcachedConf):
        users = (_users(site, conf.at.host) or meant) if conf.loopback else []
        if users:
            at, name = users[0]
            text, place = conf.listens[0]
            whose = "its host's own address" if conf.at.host else name
            yield Hit(place, f"the cache listens on {text}, and other hosts ask it at {whose}", related=(at,))


def _meant(site: Evidence) -> list[tuple[Place, str]]:
    """Who lists as many caches as there are hosts, each with one on its loopback and no address."""
    caches = [conf for conf in site.all(MemcachedConf) if conf.at.host]
    hosts = {conf.at.host for conf in caches}
    own = addresses(site)
    if len(hosts) < _PAIR or not all(conf.loopback for conf in caches) or any(map(own.get, site.hosts)):
        return []
    return [
        (at, min(names))
        for at, listed in _lists(site)
        if len(names := set(listed) - LOOPBACK) == len(hosts)
        and hosts == set(site.hosts)
        and names.isdisjoint(vips(site))
    ]


def _users(site: Evidence, host: str) -> list[tuple[Place, str]]:
    """Who lists the cache of a host, or several caches where the file is every host's."""
    own = addresses(site).get(host, frozenset()) | {host.lower()}
    found = []
    for at, listed in _lists(site):
        names = [name for name in listed if name not in LOOPBACK]
        if host == EVERY_HOST:
            found += [(at, names[0])] if len(names) >= _PAIR else []
        elif at.host != host:
            found += [(at, n) for n in names if n in own or resolved(site, at.host, n) in own][:1]
    return found


def _lists(site: Evidence) -> Iterator[tuple[Place, list[str]]]:
    for conf in site.all(OsloConf):
        for option in conf.all(*_OPTIONS):
            if not option.placeholder:
                yield option.at, [host_port(item.rpartition("//")[2])[0] for item in option.items]
    for settings in site.all(DjangoSettings):
        cache = settings.cache
        if cache and "emcache" in cache[0]:
            yield settings.places["CACHES"], [host_port(place)[0] for place in cache[1]]

"""Who knows that a browser may see a console: nova-consoleauth, until Train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.roles import copies
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.systemd.audit.facts import Enabled, Unit
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_DAEMON = "nova-consoleauth.service"
_SERVERS = "memcache_servers = ctl1:11211,ctl2:11211\n"
_NOVA = "[DEFAULT]\nmy_ip = 10.0.0.1{}\n\n[consoleauth]\ntoken_ttl = 600\n\n[keystone_authtoken]\n"
_NOVA += "memcached_servers = ctl1:11211,ctl2:11211\n"
_CACHE = f"\n[cache]\nenabled = true\nbackend = oslo_cache.memcache_pool\n{_SERVERS}"


@rule(
    "OS038",
    Severity.ERROR,
    "A console's token is known on one host only",
    consequence=Consequence.ERRORS,
    why="nova-consoleauth keeps its tokens in its own memory unless Nova has a cache: with several of them "
    "a console opens only when the question reaches the one that made its token",
    fix="[cache] enabled = true, backend and memcache_servers of all hosts in nova.conf; that of "
    "[keystone_authtoken] is for Keystone's tokens",
    source="Nova, Configure remote console access: nova-consoleauth; rcbops/ansible-lxc-rpc #52",
    bad={f"ctl{n}/nova.conf": _NOVA.format(n) for n in (1, 2)},
    good={f"ctl{n}/nova.conf": _NOVA.format(n) + _CACHE for n in (1, 2)},
    points_at="memcached_servers = ctl1:11211,ctl2:11211",
)
def own_tokens(site: Evidence) -> Iterator[Hit | Unknown]:
    daemons = {unit.at.host for unit in site.all(Unit) if unit.name == _DAEMON}
    asked = [
        conf
        for conf in site.all(OsloConf)
        if conf.service == "nova" and ("consoleauth" in conf.sections or conf.at.host in daemons)
    ]
    if len({conf.at.host for conf in asked if conf.at.host}) < _PAIR:
        yield from _started(site)
        return
    for conf in asked:
        if conf.excerpt or _shared(conf):
            continue
        other = conf.get("keystone_authtoken", "memcached_servers")
        place = other.at if other else conf.headings.get("consoleauth", conf.at)
        what = "nova-consoleauth keeps tokens in its memory: Nova has no cache"
        yield Hit(place, what + (", [keystone_authtoken] has one of its own" if other else ""))


def _started(site: Evidence) -> Iterator[Hit]:
    """The same where a page or a script starts the daemon on controllers that are there several times."""
    begun = [one for one in site.all(Enabled) if one.starts and one.service.endswith("nova-consoleauth")]
    confs = [conf for conf in site.all(OsloConf) if conf.service == "nova"]
    if begun and confs and copies(site) >= _PAIR and not any(map(_shared, confs)):
        part = all(conf.excerpt for conf in confs)
        yield Hit(
            begun[0].at,
            "nova-consoleauth keeps tokens in its memory: nothing here gives Nova a cache",
            severity=Severity.WARNING if part else None,
        )


def _shared(conf: OsloConf) -> bool:
    """Whether Nova has a cache that all its processes share; ``[DEFAULT]`` is its place until Mitaka."""
    enabled = conf.get("cache", "enabled")
    old = [option for option in conf.all("memcached_servers") if option.section in ("DEFAULT", "")]
    return bool(old) or (enabled is not None and enabled.on)

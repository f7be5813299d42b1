"""Stick tables that hold clients where they should not be, or hold nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.facts.purpose import Purpose, is_postgres, purpose
from fournines.components.haproxy.audit.rules.checks import backs, first_of
from fournines.components.haproxy.audit.rules.example import TWO, api, galera, haproxy
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import HaproxyConf, Proxy, Statement
    from fournines.kit.audit.evidence import Evidence

_MANUAL = "HAProxy configuration manual"
_TABLE = "stick-table type ip size 100k expire 10m\n"
_SPARE = f"{TWO}\nserver spare 10.0.0.13:5000 check inter 1s fall 2 backup"


def _stored(proxy: Proxy) -> Statement | None:
    """The line by which a section remembers who went where."""
    for words in (("stick", "store-request"), ("stick", "on"), ("stick", "store-response")):
        said = proxy.find(*words)
        if said:
            return said
    return None


@rule(
    "HA041",
    Severity.WARNING,
    "The stick table keeps clients on the backup",
    consequence=Consequence.ERRORS,
    why="who came while the servers were down, or not yet resolved after a start, is remembered with the "
    "backup, and every request renews the entry: these clients stay there although the servers are well",
    fix="non-stick on the backup's server line, or a backend of its own behind use_backend ... if { "
    "nbsrv(web) eq 0 }",
    source=f"{_MANUAL} 5.2 non-stick; haproxy #2729",
    bad={"haproxy.cfg": haproxy(api(_SPARE, extra=f"{_TABLE}stick on src"))},
    good={"haproxy.cfg": haproxy(api(f"{_SPARE} non-stick", extra=f"{_TABLE}stick on src"))},
    points_at="stick on src",
)
def stuck_on_the_backup(site: Evidence) -> Iterator[Hit | Unknown]:
    for service in first_of(site):
        said = _stored(service.back)
        spare = next((s for s in service.servers if s.backup and not s.has("non-stick")), None)
        regular = [s for s in service.servers if not s.backup]
        one_writer = purpose(service) in (Purpose.DATABASE, Purpose.REDIS) or "dst" in (
            said.words if said else ()
        )
        if is_postgres(service):  # what is held back is a standby, unless only the primary passes the check
            one_writer = service.back.checks_http
        if said and spare and regular and not one_writer:
            yield Hit(
                said.at,
                f"{service.back.name} remembers clients of its backup {spare.name} too",
                related=(spare.at,),
            )


@rule(
    "HA042",
    Severity.WARNING,
    "A stick table that is filled and never asked",
    consequence=Consequence.ERRORS,
    why="stick store-request only writes: without stick match (or stick on, which is both) nobody reads the "
    "entries, and clients are balanced as if there were no table",
    fix="stick on src instead",
    source=f"{_MANUAL} stick store-request, stick match",
    bad={"haproxy.cfg": haproxy(api(extra=f"{_TABLE}stick store-request src"))},
    good={"haproxy.cfg": haproxy(api(extra=f"{_TABLE}stick on src"))},
    points_at="stick store-request src",
)
def never_matched(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        for proxy in conf.proxies:
            said = proxy.find("stick", "store-request") or proxy.find("stick", "store-response")
            if said and not _matched(conf, proxy, said):
                yield Hit(
                    said.at,
                    f"{proxy.name} stores {said.words[2] if said.words[2:] else 'keys'} and matches nothing",
                )


def _matched(conf: HaproxyConf, proxy: Proxy, said: Statement) -> bool:
    """Whether some section reads the table this line writes."""
    words = said.words
    table = words[words.index("table") + 1] if "table" in words[:-1] else proxy.name
    for other in conf.proxies:
        for reading in (*other.all("stick", "match"), *other.all("stick", "on")):
            named = (
                reading.words[reading.words.index("table") + 1]
                if "table" in reading.words[:-1]
                else other.name
            )
            if named == table:
                return True
    return False


@rule(
    "HA037",
    Severity.INFO,
    "A stick table with little room",
    consequence=Consequence.ERRORS,
    why="when more keys come than fit, entries are evicted and clients are sent to another server: the "
    "writer moves",
    fix="size 1000 or more",
    source="redhat-openstack/astapor #518; HAProxy configuration manual stick-table",
    bad={"haproxy.cfg": haproxy(galera(extra="stick-table type ip size 2\nstick on dst"))},
    good={"haproxy.cfg": haproxy(galera(extra="stick-table type ip size 1000\nstick on dst"))},
    points_at="stick-table type ip size 2",
)
def small_table(site: Evidence) -> Iterator[Hit | Unknown]:
    for proxy in backs(site):
        said = proxy.find("stick-table")
        words = said.words if said else ()
        size = words[words.index("size") + 1] if "size" in words[:-1] else ""
        if said and size.isdecimal() and int(size[:9]) < _ROOM:
            yield Hit(said.at, f"the stick table of {proxy.name} holds {size} keys")


_ROOM = 100
"""Keys below which evictions are likely: one for each client, or for each VIP with ``stick on dst``."""

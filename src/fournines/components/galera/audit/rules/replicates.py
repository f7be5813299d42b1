"""Whether a member replicates at all, by what its files say and what they leave to the server's version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import members
from fournines.components.galera.audit.rules.example import galera
from fournines.components.galera.audit.rules.settings import mariadb
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.galera.audit.facts import GaleraHost
    from fournines.kit.audit.evidence import Evidence


@rule(
    "GA009",
    Severity.ERROR,
    "Replication is off",
    consequence=Consequence.DATA,
    why="MariaDB since 10.1 does not replicate unless wsrep_on says so: the host starts alone and takes "
    "writes "
    "nobody else gets",
    fix="wsrep_on = ON, and wsrep_provider with the path of libgalera_smm.so",
    source="MariaDB knowledge base, wsrep_on",
    bad={"db1/galera.cnf": galera(wsrep_on="OFF")},
    good={"db1/galera.cnf": galera()},
    points_at="wsrep_on = OFF",
)
def replication_off(evidence: Evidence) -> Iterator[Hit | Unknown]:
    yield from _never_said(evidence)
    for member in members(evidence):
        conf, said = member.conf, member.conf.get("wsrep_on")
        provider = conf.get("wsrep_provider")
        if not member.raw_address or (conf.get("wsrep_cluster_address") is None):
            continue
        if provider and provider.value.strip().lower() in ("none", ""):
            yield Hit(provider.at, "no replication library is loaded")
        if said and said.value and said.off:
            yield Hit(said.at, f"wsrep_on is {said.value}")
        elif said is None and not conf.excerpt and not conf.includes:
            yield from _left_out(member)


_SAYS = re.compile(r"wsrep[_-]on\s*=\s*(?:on|1|yes)\b", re.IGNORECASE)
_BEFORE = re.compile(r"mariadb/repo/(?:5\.5|10\.0)\b")
"""A repository of MariaDB whose server replicates without being told so."""


def _never_said(evidence: Evidence) -> Iterator[Hit]:
    """A page that shows a member's file and nowhere, in no file and no command, says wsrep_on."""
    if any(_SAYS.search(source.text) for source in evidence.sources):
        return
    old = any(_BEFORE.search(source.text) for source in evidence.kinds("commands", "script"))
    for member in members(evidence):
        conf, provider = member.conf, member.conf.get("wsrep_provider")
        known = mariadb(member)
        told = (
            conf.get("wsrep_on")
            or conf.looped
            or (known is not None and known < (10, 1))
            or (old and conf.name.startswith("/etc/mysql/"))
        )
        joins = provider and _SHARED.search(provider.value) and conf.get("wsrep_cluster_address")
        if conf.excerpt and joins and not told:
            what = "nothing here sets wsrep_on: MariaDB since 10.1 does not replicate then"
            what += "" if known else ", older ones do"
            yield Hit(conf.at, what, severity=Severity.WARNING)


_SHARED = re.compile(r"/galera(?:-\d)?/libgalera")
"""The library's path in the packages of MariaDB (and Codership); Percona's is ``lib*/galera4/``."""


def _left_out(member: GaleraHost) -> Iterator[Hit | Unknown]:
    """wsrep_on is not said: what that means depends on the server, which few files name."""
    at = member.place("wsrep_cluster_address", "wsrep_provider")
    version, provider = mariadb(member), member.conf.get("wsrep_provider")
    method = member.conf.get("wsrep_sst_method")
    if version is not None and version >= (10, 1):
        yield Hit(at, "wsrep_on is not said; MariaDB's default is OFF")
    elif version is not None or (method and method.value.strip() == "xtrabackup-v2"):
        return
    elif provider and _SHARED.search(provider.value):
        yield Hit(
            at,
            "wsrep_on is not said: MariaDB since 10.1 does not replicate then, MySQL with wsrep does",
            severity=Severity.WARNING,
        )
    else:
        yield Unknown(at, "whether this host replicates: MariaDB since 10.1 would need wsrep_on = ON")

"""Whether a host that was away long gets its copy of the data: the method, and the user it logs in as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.galera.audit.facts import clusters, members
from fournines.components.galera.audit.rules.cluster import name_of, odd
from fournines.components.galera.audit.rules.example import galera, site
from fournines.components.galera.audit.rules.settings import mariadb
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.galera.audit.facts import GaleraHost
    from fournines.kit.audit.evidence import Evidence

_ROOT = "the user of a state transfer needs a password and rights: with root and none it is refused, and a "
_BACKUPS = ("mariabackup", "mariadb-backup", "xtrabackup", "xtrabackup-v2", "mysqldump", "clone")


@rule(
    "GA011",
    Severity.WARNING,
    "A state transfer cannot work",
    consequence=Consequence.NO_RETURN,
    why="a host that was away longer than the write-set cache lasts needs a full copy (SST): without a "
    "method "
    "that works on both ends it does not come back",
    fix="the same wsrep_sst_method everywhere, mariabackup with a user of its own",
    source="Galera documentation, State Snapshot Transfers; MariaDB knowledge base, mariabackup SST Method",
    bad=site(db2=galera(number=2, wsrep_sst_method="mariabackup")),
    good=site(),
    points_at="wsrep_sst_method = mariabackup",
)
def transfer(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for cluster in clusters(evidence):
        said = [m for m in cluster.members if m.conf.get("wsrep_sst_method") and m.at.host]
        methods = [_method(m) for m in said]
        for member, usual in odd(said, methods):
            yield Hit(
                member.place("wsrep_sst_method"),
                f"{name_of(member)} copies by {_method(member)}, {name_of(usual)} by {_method(usual)}",
                related=(usual.place("wsrep_sst_method"),),
            )
        for member in cluster.members:
            yield from _credentials(member)
    yield from _nobody(evidence)


def _method(member: GaleraHost) -> str:
    setting = member.conf.get("wsrep_sst_method")
    return setting.value.strip().lower() if setting else ""


def _credentials(member: GaleraHost) -> Iterator[Hit]:
    said = member.conf.get("wsrep_sst_auth")
    user, _, password = said.value.strip().partition(":") if said else ("", "", "")
    if not said or not user:
        return
    method = _method(member) or "rsync"
    if user == "root" and not password and _method(member) != "rsync":
        yield Hit(
            said.at,
            f"the state transfer ({method}) is to log in as root without a password",
            why=_ROOT + "host that needs a full copy never comes back" if method in _BACKUPS else "",
            fix="a user of its own with a password; no wsrep_sst_auth at all for rsync",
        )
    elif method == "rsync" and (_method(member) or not member.conf.excerpt):
        yield Hit(
            said.at,
            "wsrep_sst_auth does nothing for rsync",
            severity=Severity.INFO,
        )


_SINCE = (10, 4)
"""MariaDB's installer makes 'mysql'@'localhost', who may log in by the socket with every right."""
_SOCKET = re.compile(
    r"['`\"]?mysql['`\"]?@['`\"]?localhost['`\"]?\s{1,9}IDENTIFIED\s{1,9}(?:VIA|WITH)\s{1,9}['`\"]?(?:unix|auth)_socket",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"^[^#;\n]*\bwsrep[_-]sst[_-]auth\b", re.IGNORECASE | re.MULTILINE)
_NOBODY = (
    "the program that copies has to log in to the donor: without wsrep_sst_auth it does so as the server's "
    "own account (mysql) by the socket, which MariaDB's installer makes since 10.4 only, and not where the "
    "data came from an older server"
)


def _nobody(site: Evidence) -> Iterator[Hit | Unknown]:
    """Members that copy by a program which logs in, and that nowhere say as whom."""
    for member in members(site):
        conf = member.conf
        asked = conf.get("wsrep_sst_method")
        provider = conf.get("wsrep_provider")
        old = _method(member).startswith("xtrabackup") and provider and "galera3" in provider.value
        if not asked or not (_method(member) in ("mariabackup", "mariadb-backup") or old):
            continue
        if conf.get("wsrep_sst_auth") or conf.backup_user or _elsewhere(site, member):
            continue
        if conf.excerpt and not _page_of_a_member(site, member):
            continue
        what = f"the state transfer ({_method(member)}) has no user: nothing here sets wsrep_sst_auth"
        if conf.includes:
            yield Unknown(asked.at, f"{what}; {', '.join(conf.includes[:3])} was not given")
            continue
        release = re.match(r"(\d{1,3})\.(\d{1,3})", site.versions.get("mariadb", ""))
        known = max((int(release[1]), int(release[2])) if release else (0, 0), mariadb(member) or (0, 0))
        yield Hit(
            asked.at,
            what,
            why=_NOBODY,
            fix="wsrep_sst_auth = mysql: (by the socket, MariaDB 10.4 and later), or a user and a password"
            if not old
            else "",
            severity=Severity.INFO if known >= _SINCE else None,
        )


def _elsewhere(site: Evidence, member: GaleraHost) -> bool:
    """Whether another text of the site names the user: a file beside it, a command, an account made."""
    return bool({"", member.at.host} & site.derived(_named))


def _named(site: Evidence) -> frozenset[str]:
    """The hosts for which some text names the user; the empty name stands for all of them."""
    return frozenset(
        "" if source.kind in _TYPED else source.host
        for source in site.sources
        if _BY_NAME.search(source.text) or _SOCKET.search(source.text)
    )


def _page_of_a_member(site: Evidence, member: GaleraHost) -> bool:
    """Whether a page shows how a member is set up, and not a line or two of its file."""
    joins = member.conf.get("wsrep_cluster_address") and member.conf.get("wsrep_provider")
    return bool(joins) and any(source.path == member.at.path and source.lines for source in site.sources)


_TYPED = frozenset({"sql", "script", "commands"})

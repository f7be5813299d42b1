"""Whether two hosts can ever write, and whether what was acknowledged survives."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fournines.components.drbd.audit.facts import FENCING, DrbdResource, common, setting
from fournines.components.drbd.audit.rules.example import FENCED, res
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_GUIDE = "DRBD user's guide"
_UNCALLED = (
    "without a fencing policy DRBD never runs the handler: when the replication link breaks nobody marks the "
    "peer's copy as outdated, both sides may become primary, and one side's writes have to be thrown away"
)
_FROZEN = (
    "resource-and-stonith stops all writes when the peer is lost, until the handler says that it is fenced; "
    "without one nobody ever says so, and the surviving side hangs instead of taking over"
)
_UNASKED = (
    "the policy asks the handler to mark the lost peer's copy as outdated; without one nobody does, both "
    "sides may become primary, and one side's writes have to be thrown away"
)
_ADDED = (
    'handlers { fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh"; unfence-peer '
    '"/usr/lib/drbd/crm-unfence-peer.9.sh"; } (before DRBD 9: crm-fence-peer.sh)'
)


@rule(
    "DR001",
    Severity.ERROR,
    "Nothing keeps a lost peer from writing on",
    consequence=Consequence.DATA,
    why="when the replication link breaks both sides may become primary: split brain, and one side's writes "
    "have to be thrown away by hand",
    fix="fencing resource-and-stonith with crm-fence-peer and crm-unfence-peer handlers, or with DRBD 9 on "
    "three hosts quorum majority and on-no-quorum io-error",
    source=f"{_GUIDE}, Pacemaker integration: resource-level fencing; drbd.conf(5) fencing, quorum",
    bad={"mysql.res": res(""), "global_common.conf": "common {\n  net { protocol C; }\n}\n"},
    good={"mysql.res": res()},
    points_at="resource mysql {",
)
def no_fencing(site: Evidence) -> Iterator[Hit | Unknown]:
    for resource in site.all(DrbdResource):
        if not resource.name or resource.excerpt or len(resource.hosts) < 2:  # noqa: PLR2004 - nothing is copied
            continue
        policy, place = setting(site, resource, "fencing")
        quorum, _ = setting(site, resource, "quorum")
        shared = common(site, resource)
        handlers = {**(shared.handlers if shared else {}), **resource.handlers}
        handler = handlers.get("fence-peer") or handlers.get("outdate-peer")
        if quorum not in ("", "off"):
            continue
        if policy not in FENCING and handler:
            what = f"{resource.name} has a fence-peer handler that nothing calls: fencing is dont-care"
            yield Hit(handler, what, why=_UNCALLED, fix="fencing resource-and-stonith beside it")
        elif policy not in FENCING and shared is None and resource.at.path.endswith(".res"):
            what = f"whether {resource.name} has a fencing policy: global_common.conf was not given"
            yield Unknown(place, what)
        elif policy not in FENCING:
            yield Hit(place, f"{resource.name} has no fencing policy, no fence-peer handler and no quorum")
        elif not handler:
            what = f"{resource.name} has fencing {policy} and no fence-peer handler: there is nothing to call"
            why = _FROZEN if policy == "resource-and-stonith" else _UNASKED
            yield Hit(place, what, why=why, fix=_ADDED)


@rule(
    "DR003",
    Severity.ERROR,
    "The hosts' definitions of a resource differ",
    consequence=Consequence.NO_FAILOVER,
    why="the hosts do not connect, or behave differently when the link breaks",
    fix="one .res file, copied to both hosts, then drbdadm adjust",
    source=f"{_GUIDE}, configuring your resource: the file must be identical on all hosts",
    bad={
        "node1/mysql.res": res(),
        "node2/mysql.res": res().replace("10.0.2.11:7789", "10.0.2.11:7790"),
    },
    good={"node1/mysql.res": res(), "node2/mysql.res": res()},
    points_at="address 10.0.2.11:7790;",
)
def copies_differ(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[str, DrbdResource] = {}
    for resource in site.all(DrbdResource):
        if not resource.name or resource.excerpt or not resource.at.host:
            continue
        other = first.setdefault(resource.name, resource)
        if other.at.host == resource.at.host or {h.name for h in other.hosts}.isdisjoint(
            h.name for h in resource.hosts
        ):
            continue
        told = [sorted(text for _, text in one.tree) for one in (resource, other)]
        if told[0] != told[1]:
            here, there = _odd(resource, other), _odd(other, resource)
            what = f"{resource.name} is defined differently on {resource.at.host} and {other.at.host}"
            yield Hit(_line(resource, here), what, related=(_line(other, there),))


def _odd(one: DrbdResource, other: DrbdResource) -> int:
    """The first line of one that the other does not have."""
    known = {text for _, text in other.tree}
    return next((line for line, text in one.tree if text not in known), one.at.line)


def _line(resource: DrbdResource, line: int) -> Place:
    return replace(resource.at, line=line)


_DATA = re.compile(
    r"sql|maria|postgres|pg|db|data|rabbit|mongo|oracle|ldap|mail|nfs|redis|var/lib", re.IGNORECASE
)


@rule(
    "DR004",
    Severity.WARNING,
    "Writes are acknowledged before the other host has them",
    consequence=Consequence.DATA,
    why="with protocol A or B what was acknowledged last is lost with the primary: a database says "
    "committed, and it is gone",
    fix="protocol C",
    source=f"{_GUIDE}, replication modes",
    bad={"mysql.res": res(protocol="A")},
    good={"mysql.res": res(protocol="C")},
    points_at="protocol A;",
)
def asynchronous(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for resource in site.all(DrbdResource):
        protocol, place = setting(site, resource, "protocol")
        if not resource.name or protocol.upper() not in ("A", "B") or place in seen:
            continue
        seen.add(place)
        told = " ".join((resource.name, *(text for _, text in resource.tree if text.startswith("disk "))))
        remote = "proxy" in resource.sections or any(h.name == "" for h in resource.hosts)
        severe = bool(_DATA.search(told)) and not remote
        yield Hit(
            place,
            f"{resource.name} is copied with protocol {protocol.upper()}",
            severity=None if severe else Severity.INFO,
        )


@rule(
    "DR005",
    Severity.WARNING,
    "Written for an older DRBD",
    consequence=Consequence.DOWN,
    why="DRBD 9 has no syncer section and no become-primary-on: drbdadm refuses the file, or leaves it out",
    fix="resync-rate in disk instead of syncer { rate }, and let Pacemaker promote",
    source="drbdadm 9.22: parse error; DRBD user's guide, upgrading from 8.4",
    bad={"mysql.res": res(f"{FENCED}\nsyncer {{\n    rate 110M;\n}}\noptions {{\n    quorum off;\n}}")},
    good={"mysql.res": res(f"{FENCED}\ndisk {{\n    resync-rate 110M;\n}}\noptions {{\n    quorum off;\n}}")},
    points_at="syncer {",
)
def old_words(site: Evidence) -> Iterator[Hit | Unknown]:
    for resource in site.all(DrbdResource):
        severity = None if resource.nine else Severity.INFO
        if "syncer" in resource.sections:
            what = "syncer went with DRBD 8.4" + (", and the rest is written for 9" if resource.nine else "")
            yield Hit(resource.sections["syncer"], what, severity=severity)
        if "become-primary-on" in resource.said:
            who = resource.said["become-primary-on"].strip()
            what = f"become-primary-on {who}: the host decides, not the cluster"
            severity = None if who == "both" else Severity.INFO
            yield Hit(resource.place("become-primary-on"), what, severity=severity, why=_AT_BOOT)


_AT_BOOT = "DRBD 8 promotes at boot, whether or not it hears the other side, which writes too; 9 has none"


@rule(
    "DR007",
    Severity.ERROR,
    "One resource, defined twice",
    consequence=Consequence.DOWN,
    why="drbdadm reads every file of drbd.d: a name that is used twice is refused, and no resource comes up; "
    "before that it is chance which definition a host runs with",
    fix="one file for each resource, without copies beside it",
    source="drbdadm: conflicting use of resource name; drbd.conf(5): include drbd.d/*.res",
    bad={"node1/etc/drbd.d/mysql.res": res(), "node1/etc/drbd.d/mysql-new.res": res(protocol="A")},
    good={"node1/etc/drbd.d/mysql.res": res(), "node1/etc/drbd.d/other.res": res(name="other")},
    points_at="resource mysql {",
)
def twice(site: Evidence) -> Iterator[Hit | Unknown]:
    first: dict[tuple[str, str, str], DrbdResource] = {}
    for resource in site.all(DrbdResource):
        folder = resource.at.path.rpartition("/")[0]
        if not resource.name or resource.excerpt:
            continue
        other = first.setdefault((resource.at.host, folder, resource.name), resource)
        same = _told(other) == _told(resource)
        if other.at.path == resource.at.path or (same and not resource.at.host):
            continue  # a page that shows it once for each host; samples without a host
        how = "" if same else ", and differently"
        yield Hit(resource.at, f"{resource.name} is defined in two files{how}", related=(other.at,))


def _told(resource: DrbdResource) -> list[str]:
    return sorted(text for _, text in resource.tree)


_THROWN = {
    "after-sb-0pri": ("discard-younger-primary", "discard-older-primary", "discard-least-changes",
                      "discard-local", "discard-remote", "discard-node-"),
    "after-sb-1pri": ("discard-secondary", "violently-as0p", "call-pri-lost-after-sb"),
    "after-sb-2pri": ("violently-as0p", "call-pri-lost-after-sb"),
}  # fmt: skip
"""Policies that choose a loser among hosts that both have written; drbd.conf(5) after-sb-*."""


@rule(
    "DR008",
    Severity.WARNING,
    "After a split brain one side's writes are thrown away unseen",
    consequence=Consequence.DATA,
    why="the policy picks a loser by itself and overwrites it: writes that clients were told of are gone, "
    "and nobody was asked",
    fix="after-sb-0pri discard-zero-changes, after-sb-1pri consensus, after-sb-2pri disconnect, and fencing",
    source=f"{_GUIDE}, automatic split brain recovery policies: potential data loss",
    bad={"mysql.res": res(f"net {{\n    after-sb-0pri discard-least-changes;\n}}\n{FENCED}")},
    good={"mysql.res": res(f"net {{\n    after-sb-0pri discard-zero-changes;\n}}\n{FENCED}")},
    points_at="after-sb-0pri discard-least-changes;",
)
def thrown_away(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for resource in site.all(DrbdResource):
        found = [
            (key, resource.said[key])
            for key, refused in _THROWN.items()
            if resource.said.get(key, "").startswith(refused)
        ]
        places = [resource.places[key] for key, _ in found]
        if not found or places[0] in seen:
            continue
        seen.add(places[0])
        policy, _ = setting(site, resource, "fencing")
        common_way = all(value == "discard-secondary" for _, value in found)
        said = ", ".join(f"{key} {value}" for key, value in found)
        severity = Severity.INFO if common_way and policy in FENCING else None
        yield Hit(
            places[0], f"{resource.name or 'every resource'}: {said}", tuple(places[1:]), severity=severity
        )


@rule(
    "DR010",
    Severity.WARNING,
    "Nothing takes the fence off again",
    consequence=Consequence.NO_RETURN,
    why="crm-fence-peer leaves a rule that forbids the peer its promotion, and it stays after the peer "
    "has caught up: at the next failure no host may take over",
    fix="unfence-peer crm-unfence-peer.9.sh (DRBD 9), after-resync-target crm-unfence-peer.sh (DRBD 8.4)",
    source=f"{_GUIDE}, resource-level fencing using the Pacemaker cluster information base",
    bad={"mysql.res": res(FENCED.replace("    unfence-peer", "    # unfence-peer"))},
    good={"mysql.res": res()},
    points_at='fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh";',
)
def fence_stays(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for resource in site.all(DrbdResource):
        shared = common(site, resource)
        both = [one for one in (shared, resource) if one]
        handlers = {key: place for one in both for key, place in one.handlers.items()}
        fence = handlers.get("fence-peer")
        crm = any("crm-fence-peer" in text for one in both for _, text in one.tree)
        if not resource.name or resource.excerpt or not fence or not crm or fence in seen:
            continue
        if not any(_lifts(text) for one in both for _, text in one.tree):
            seen.add(fence)
            yield Hit(fence, f"{resource.name} has no handler that calls crm-unfence-peer")


def _lifts(text: str) -> bool:
    """Whether a line is a handler that takes the fence off; the one that drops a snapshot does not."""
    handler = text.startswith(("unfence-peer", "after-resync-target"))
    return handler and ("unfence" in text or "unsnapshot" not in text)

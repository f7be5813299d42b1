"""What a resource does after a split brain, at the boot and at a power cut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.drbd.audit.facts import FENCING, DrbdResource, common, setting
from fournines.components.drbd.audit.rules.example import FENCED, res
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_CALLS = "call-pri-lost-after-sb"
_LOSER = FENCED.replace("net {", f"net {{\n    after-sb-2pri {_CALLS};") + "{}"
_HANDLER = 'handlers {\n    pri-lost-after-sb "echo b > /proc/sysrq-trigger";\n}'


def _handlers(site: Evidence, resource: DrbdResource) -> Mapping[str, Place]:
    shared = common(site, resource)
    return {**(shared.handlers if shared else {}), **resource.handlers}


@rule(
    "DR021",
    Severity.WARNING,
    "The loser of a split brain is told to nobody",
    consequence=Consequence.NO_RETURN,
    why="the policy calls pri-lost-after-sb on the side that has to give up its data, and there is no such "
    "handler: it stays primary, the sides stay apart, and both go on writing",
    fix='handlers { pri-lost-after-sb "/usr/lib/drbd/notify-pri-lost-after-sb.sh; echo b > '
    '/proc/sysrq-trigger"; }, or after-sb-1pri consensus and after-sb-2pri disconnect',
    source="drbd.conf(5) call-pri-lost-after-sb, pri-lost-after-sb",
    bad={"mysql.res": res(_LOSER.replace("{}", ""))},
    good={"mysql.res": res(_LOSER.replace("{}", f"\n{_HANDLER}"))},
    points_at=f"after-sb-2pri {_CALLS};",
)
def nobody_called(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for resource in site.all(DrbdResource):
        if not resource.name or resource.excerpt or "pri-lost-after-sb" in _handlers(site, resource):
            continue
        said = {key: setting(site, resource, key) for key in ("after-sb-1pri", "after-sb-2pri")}
        found = [(key, at) for key, (value, at) in said.items() if value == _CALLS]
        if found and found[0][1] not in seen:
            seen.add(found[0][1])
            what = f"{found[0][0]} calls a handler that {resource.name} has not"
            yield Hit(found[0][1], what, tuple(at for _, at in found[1:]))


_STARTUP = "startup {{\n    wfc-timeout {};\n}}"
_PATIENT = 120


@rule(
    "DR022",
    Severity.INFO,
    "After a start nobody waits long for the peer",
    consequence=Consequence.SPLIT,
    why="when the time is over a host goes on without having heard its peer: it is promoted with what it "
    "has, be it older than the peer's, and nothing fences the other",
    fix="fencing resource-and-stonith with its handlers; or a longer wfc-timeout (0 waits for ever)",
    source="drbd.conf(5) wfc-timeout, degr-wfc-timeout: the default of wfc-timeout is unlimited",
    bad={"mysql.res": res(_STARTUP.format(15))},
    good={"mysql.res": res(_STARTUP.format(15) + "\n" + FENCED)},
    points_at="wfc-timeout 15;",
)
def impatient(site: Evidence) -> Iterator[Hit | Unknown]:
    seen = set()
    for resource in site.all(DrbdResource):
        value, at = setting(site, resource, "wfc-timeout")
        short = re.fullmatch(r"\d{1,5}", value) and 0 < int(value) < _PATIENT
        if not resource.name or resource.excerpt or not short or at in seen:
            continue
        seen.add(at)
        quorum = setting(site, resource, "quorum")[0] not in ("", "off")
        if setting(site, resource, "fencing")[0] not in FENCING and not quorum:
            what = f"{resource.name} waits {value} s for its peer at the start, and has no fencing"
            yield Hit(at, what)


_UNSAFE = {
    "disk-barrier": ("no", "off", "false"),
    "disk-flushes": ("no", "off", "false"),
    "md-flushes": ("no", "off", "false"),
}
_TURNED = {"no-disk-barrier", "no-disk-flushes", "no-md-flushes"}
"""How DRBD up to 8.3 says it."""


@rule(
    "DR023",
    Severity.INFO,
    "The disks are not told to write down",
    consequence=Consequence.DATA,
    why="without flushes what the disk has in its cache counts as written: after a power cut of both hosts "
    "it is gone, unless the controller's cache has a battery",
    fix="leave disk-flushes and md-flushes on where the cache has no battery",
    source="DRBD user's guide, optimizing throughput: disabling barriers and disk flushes only with BBWC",
    bad={"mysql.res": res(f"{FENCED}\ndisk {{\n    disk-flushes no;\n}}")},
    good={"mysql.res": res(f"{FENCED}\ndisk {{\n    disk-flushes yes;\n}}")},
    points_at="disk-flushes no;",
)
def unflushed(site: Evidence) -> Iterator[Hit | Unknown]:
    for resource in site.all(DrbdResource):
        off = [key for key, values in _UNSAFE.items() if resource.said.get(key, "") in values]
        off += [key for key in resource.said if key in _TURNED and resource.said[key] in ("", "yes")]
        told = [key for key in off if "flush" in key]
        if told:
            at = resource.places[told[0]]
            what = f"{resource.name or 'every resource'}: {', '.join(off)}"
            yield Hit(at, what, tuple(resource.places[key] for key in off if key != told[0]))

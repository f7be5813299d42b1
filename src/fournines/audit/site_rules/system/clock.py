"""One time for all hosts: tokens, certificates and quorum timers live on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import addresses, names
from fournines.components.chrony.audit.facts import ClockStep, Stray, TimeConf, TimeSource
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_LEAST = 3
"""Sources a host needs to see that one of them lies: two can only disagree (chrony FAQ 2.4)."""


@rule(
    "SY005",
    Severity.WARNING,
    "The clocks hang on one source, or are stepped",
    consequence=Consequence.ERRORS,
    why="when the only source is lost or wrong nobody notices, and a clock that jumps breaks tokens, "
    "certificates, Galera "
    "and quorum timers at once",
    fix="chrony on every host with three sources or a pool; no ntpdate in cron",
    source="chrony FAQ: 'three sources is the minimum needed to identify a falseticker'; ntpdate(8); NTP "
    "documentation, Undisciplined Local Clock: use orphan mode instead",
    bad={"node1/cron.d/sync": "*/5 * * * * root /usr/sbin/ntpdate time1\n"},
    good={"node1/chrony.conf": "pool pool.ntp.org iburst\nmakestep 1 3\ndriftfile /var/lib/chrony/drift\n"},
    points_at="*/5 * * * * root /usr/sbin/ntpdate time1",
)
def clock(site: Evidence) -> Iterator[Hit | Unknown]:
    for step in site.all(ClockStep):
        if step.cron:
            yield Hit(step.at, "cron sets the clock in jumps")
    for conf in site.all(TimeConf):
        if conf.includes:
            continue
        yield from _own_clock(conf)
        far = {source.name: source for source in conf.sources if not source.local}
        if not far and conf.sources:
            yield Hit(conf.sources[0].at, "the only time source is the host's own clock")
        elif far and len(far) < _LEAST and not any(s.kind == "pool" for s in far.values()):
            first = next(iter(far.values()))
            # the loss of a host of the site lets the others drift, slowly and together
            lesser = len(far) > 1 or conf.excerpt or _of_the_site(site, first)
            yield Hit(
                first.at,
                f"{len(far)} time source{'s' if len(far) > 1 else ''} only ({', '.join(far)})",
                severity=Severity.INFO if lesser else Severity.WARNING,
            )


_ORPHAN = "tos orphan 10 instead of the local clock, and three sources"
_BELIEVED = (
    "when the other sources are out of reach the host takes its own drifting clock for the time and hands it "
    "to whoever asks: all hosts follow it, and jump back together"
)


def _own_clock(conf: TimeConf) -> Iterator[Hit]:
    """The undisciplined local clock of ntpd as one source among others."""
    far = {source.name for source in conf.sources if not source.local}
    for own in (source for source in conf.sources if source.local and source.name.startswith("127.127.")):
        if far:
            what = f"the host's own clock is a source beside {', '.join(sorted(far)[:3])}"
            lesser = Severity.INFO if len(far) >= _LEAST else None
            yield Hit(own.at, what, why=_BELIEVED, fix=_ORPHAN, severity=lesser)
        return


def _of_the_site(site: Evidence, source: TimeSource) -> bool:
    """Whether a source is a host of this site whose own clock is configured among the files given."""
    address = names(site).address(source.at.host, source.name)
    holders = [h for h, mine in addresses(site).items() if address in mine or h == source.name]
    return any(conf.at.host in holders for conf in site.all(TimeConf))


@rule(
    "SY033",
    Severity.ERROR,
    "A line that the time daemon does not know",
    consequence=Consequence.FRAGILE,
    why="chronyd ends with 'Invalid directive' and the clock runs free; ntpd logs a syntax error and goes on "
    "without the line: what it was to do is not done",
    fix="the directive as the manual spells it; what the distribution's start script reads (SYNC_HWCLOCK) "
    "goes below /etc/sysconfig or /etc/default",
    source="chrony.conf(5); chrony conf.c: 'Invalid directive'; ntp.conf(5); ntp_parser.y: syntax error",
    bad={"node1/chrony.conf": "pool pool.ntp.org iburst\nmakesteps 1 3\n"},
    good={"node1/chrony.conf": "pool pool.ntp.org iburst\nmakestep 1 3\n"},
    points_at="makesteps 1 3",
)
def stray(site: Evidence) -> Iterator[Hit | Unknown]:
    for line in site.all(Stray):
        meant = f": {line.meant} is meant" if line.meant else ""
        lesser = None if line.program == "chrony" else Severity.WARNING
        yield Hit(line.at, f"{line.word} is no directive of {line.program}{meant}", severity=lesser)

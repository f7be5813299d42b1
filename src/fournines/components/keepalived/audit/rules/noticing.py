"""How soon a check notices, how easily it is deceived, and by whom: itself among others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.keepalived.audit.facts import (
    DOWN_TIMER_ADVERTS,
    VirtualServer,
    VrrpInstance,
    VrrpScript,
)
from fournines.components.keepalived.audit.rules.deciding import decisions
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.status.habits import bare, program
from fournines.kit.audit.status.pool import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.rules.deciding import Decision
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place
    from fournines.kit.audit.status.ask import Question

_MAN = "keepalived.conf(5)"
_SLOW_DETECTION = 5.0
_SLOW_TAKEOVER = 15.0
"""Seconds; four times what the defaults (interval 1, fall 1, advert_int 1) need."""


@rule(
    "KA029",
    Severity.WARNING,
    "The failure is noticed late",
    consequence=Consequence.SLOW,
    why="a takeover lasts fall x interval, then 3 x advert_int and the skew: clients wait that long",
    fix="interval 1 and fall 2 or 3, advert_int 1 or less; track_process notices a death at once",
    source=f"{_MAN}: 3 x advert_int + skew_time; acassen/keepalived #2599",
    bad={"keepalived.conf": keepalived(check=script(interval=10))},
    good={"keepalived.conf": keepalived(check=script(interval=1))},
    points_at="interval 10",
)
def slow(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        detection = check.detection
        adverts = [i.advert_int for i in site.on(check.at.host, VrrpInstance) if i.advert_int is not None]
        if detection is None or detection <= _SLOW_DETECTION:
            continue
        takeover = detection + DOWN_TIMER_ADVERTS * max(adverts, default=1.0)
        yield Hit(
            check.place("interval", "fall"),
            f"{check.name} needs {detection:g} s to notice (interval {check.interval:g} x fall "
            f"{check.fall}); "
            f"a takeover lasts about {takeover:g} s",
            severity=Severity.WARNING if takeover > _SLOW_TAKEOVER else Severity.INFO,
        )
    yield from _rarely_looked_at(site)
    for instance in site.all(VrrpInstance):
        if instance.advert_int is not None and instance.advert_int > 1:
            down = DOWN_TIMER_ADVERTS * instance.advert_int
            yield Hit(
                instance.place("advert_int"),
                f"a dead host is noticed after {down:g} s (3 x advert_int {instance.advert_int:g})",
                severity=Severity.WARNING if down > _SLOW_DETECTION else Severity.INFO,
            )


def _rarely_looked_at(site: Evidence) -> Iterator[Hit]:
    """Real servers that keepalived looks at once a minute, or not much more often."""
    for server in site.all(VirtualServer):
        if server.servers > 1 and server.delay_loop is not None and server.delay_loop > _SLOW_TAKEOVER:
            said = "" if server.has("delay_loop") else ", which is what it is when nothing is said"
            yield Hit(
                server.place("delay_loop"),
                f"the real servers of {server.name} are looked at every {server.delay_loop:g} s "
                f"(delay_loop{said})",
                why="until then the clients that are sent to a dead one wait",
                fix="delay_loop 3, and a connect_timeout that is no longer",
            )


@rule(
    "KA030",
    Severity.INFO,
    "One slow answer moves the VIP",
    consequence=Consequence.SLOW,
    why="fall is 1 unless it is said: a single timeout under load moves the VIP, and every connection with "
    "it",
    fix="fall 2 or 3, rise 2",
    source=f"{_MAN}, vrrp_script fall and rise (default 1)",
    bad={"keepalived.conf": keepalived(check=script(fall="", rise=""))},
    good={"keepalived.conf": keepalived()},
    points_at="vrrp_script check_haproxy {",
)
def no_hysteresis(site: Evidence) -> Iterator[Hit | Unknown]:
    for check in site.all(VrrpScript):
        if not check.has("fall") and check.command:
            yield Hit(check.at, f"{check.name} has no fall: one failed run is enough")


_PRESENCE = re.compile(r"^(?:/\S*/)?(?:killall5?|pidof|pgrep|ps|pkill)\b")


def _presence_only(site: Evidence, check: VrrpScript) -> bool:
    if _PRESENCE.match(check.command):
        return True
    found = given(site, check.at.host, check.command)
    if found is None:
        return False
    text = " ".join(word for node in found.commands for word in node.words)
    asks = re.search(
        r"\b(?:curl|wget|nc|socat|mysql\w*|clustercheck|rabbitmq\w*|redis-cli|psql|telnet|ping|ncat)\b", text
    )
    return (
        bool(re.search(r"\b(?:ps|pidof|pgrep|killall)\b|is-active", text))
        and not asks
        and "/dev/tcp" not in text
    )


@rule(
    "KA037",
    Severity.INFO,
    "The check only looks for a process",
    consequence=Consequence.NO_FAILOVER,
    why="a process that hangs is still there: the check passes and nothing answers",
    fix="ask the proxy itself (its monitor-uri on 127.0.0.1), beside track_process for the quick death",
    source="openshift/machine-config-operator #3339; acassen/keepalived #2599",
    bad={"keepalived.conf": keepalived(check=script(script='"/usr/bin/killall -0 haproxy"'))},
    good={
        "keepalived.conf": keepalived(check=script(script='"/usr/bin/curl -fs http://127.0.0.1:8404/health"'))
    },
    points_at='script "/usr/bin/killall -0 haproxy"',
)
def looks_for_a_process(site: Evidence) -> Iterator[Hit | Unknown]:
    for found in decisions(site):
        check = found.check
        if not isinstance(check, VrrpScript) or found.ends.failure is None or _deceived(found):
            continue  # it passes without the process, too: another rule says so
        if site.derived_on(check.at.host, _nobody_asks) and not _ANY_LINE.match(check.command):
            yield Hit(check.place("script"), f"{check.name} passes as long as the process exists")


_ANY_LINE = re.compile(r"^(?:/\S*/)?pgrep(?:\s+-[a-z]+)*?\s+-[a-z]*f[a-z]*\s+([a-z][\w\-]*)$")
"""A search through whole command lines for a bare name: without ``-x``, a path or an anchor."""
_MATCHED = (
    "pgrep -f looks through whole command lines: an editor or a log reader with the name in its arguments, a "
    "notify script of that name, are found too, and the check passes although the service is dead"
)


def _nobody_asks(site: Evidence, host: str) -> bool:
    """Whether every check of a host only looks for a process."""
    return all(_presence_only(site, check) for check in site.on(host, VrrpScript))


_NAMED = script(script='"/etc/keepalived/check_haproxy.sh"')


@rule(
    "KA061",
    Severity.ERROR,
    "A search for a process that finds itself",
    consequence=Consequence.NO_FAILOVER,
    why="pgrep and ps | grep look at the names of running programs, and the script that runs them (or the "
    "grep) is one with the name in it: the check passes although the service is dead",
    fix="pidof haproxy, pgrep -x haproxy or track_process; better, ask the service itself",
    source="pgrep(1): only pgrep itself is left out; run with procps 4.0.2: check_haproxy.sh is found, "
    "and so is 'grep haproxy'",
    bad={
        "keepalived.conf": keepalived(check=_NAMED),
        "check_haproxy.sh": "#!/bin/bash\npgrep -f haproxy >/dev/null || exit 1\n",
    },
    good={
        "keepalived.conf": keepalived(check=_NAMED),
        "check_haproxy.sh": "#!/bin/bash\npgrep -x haproxy >/dev/null || exit 1\n",
    },
    points_at="pgrep -f haproxy >/dev/null || exit 1",
)
def finds_itself(site: Evidence) -> Iterator[Hit | Unknown]:
    seen: set[Place] = set()
    for found in decisions(site):
        check = found.check
        loose = _ANY_LINE.match(check.command) if isinstance(check, VrrpScript) else None
        if isinstance(check, VrrpScript) and loose:
            what = f"{check.name} passes as long as any command line has {loose.group(1)} in it"
            yield Hit(check.place("script"), what, why=_MATCHED, severity=Severity.WARNING)
            continue
        for question, whom in _deceived(found):
            at = found.at(question)
            if at not in seen:
                seen.add(at)
                what = f"this finds {whom}, whether the service lives or not"
                yield Hit(at, what, (found.check.place("script"),))


def _deceived(found: Decision) -> list[tuple[Question, str]]:
    """The searches of a check that find something of their own, and what."""
    if found.script is None or found.steps is None or found.ends == UNKNOWN or not found.script.commands:
        return []
    path = found.check.command.split()[0].strip("\"'")
    every = ((question, _itself(question, path)) for question in found.asked)
    return [(question, whom) for question, whom in every if whom]


_ARGUMENTS = re.compile(r"-?(?:a[uxw]+|x[aw]+)|-[A-Za-z]*[fF][A-Za-z]*")
"""Options with which ps shows the arguments of programs, not only their names."""
_COMM = 15
"""Characters of its name that the kernel keeps of a program; proc(5) comm."""


def _itself(question: Question, path: str) -> str:
    """What of its own a search for a process finds always; empty for any other question."""
    parts = [tuple(part.split()) for part in question.text.split("|")]
    if question.aspect not in ("", "filled"):
        return ""  # whoever compares with another number has counted himself
    name, args = program(bare(parts[0]))
    if name == "pgrep":
        pattern = next((arg for arg in args if not arg.startswith("-")), "").strip("\"'")
        options = "".join(arg for arg in args if re.fullmatch(r"-[a-zA-Z]+", arg))
        shown = path if "f" in options else path.rpartition("/")[2][:_COMM]
        return (
            "the script that asks" if not set("xvtuUPgGs") & set(options) and _within(pattern, shown) else ""
        )
    if name != "ps" or not any(_ARGUMENTS.fullmatch(arg) for arg in args):
        return ""
    greps = [rest for name, rest in (program(bare(part)) for part in parts[1:]) if name.endswith("grep")]
    wanted = [_pattern(rest) for rest in greps if not _inverted(rest)]
    left_out = [_pattern(rest) for rest in greps if _inverted(rest)]
    if len(wanted) != 1 or any("$" in pattern for pattern in (*wanted, *left_out)):
        return ""
    finds = {"the grep": f"grep {wanted[0]}", "the script that asks": path}
    always = [whom for whom, line in finds.items() if _within(wanted[0], line)]
    return next((w for w in always if not any(_within(p, finds[w]) for p in left_out)), "")


def _inverted(args: tuple[str, ...]) -> bool:
    return any(re.fullmatch(r"-[a-zA-Z]*v[a-zA-Z]*|--invert-match", arg) for arg in args)


def _pattern(args: tuple[str, ...]) -> str:
    return next((arg for arg in args if not arg.startswith("-")), "").strip("\"'")


def _within(pattern: str, text: str) -> bool:
    """Whether a pattern of plain characters is found in a text; of any other nothing is said."""
    return bool(re.fullmatch(r"[\w./\-]+", pattern)) and pattern in text

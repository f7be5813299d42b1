"""Checks that only the holder of the VIP can pass, or that ask whoever holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import names
from fournines.audit.site_rules.system.kernel import NONLOCAL
from fournines.components.haproxy.audit.facts import configurations
from fournines.components.keepalived.audit.facts import VrrpInstance, VrrpScript
from fournines.components.keepalived.audit.facts.groups import synchronized
from fournines.components.keepalived.audit.facts.trackers import trackers_of_scripts, weight_of
from fournines.components.keepalived.audit.rules.deciding import decisions
from fournines.components.keepalived.audit.rules.example import keepalived, script
from fournines.components.keepalived.audit.rules.scripts import given
from fournines.components.sysctl.audit.facts import Sysctl
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.keepalived.audit.rules.deciding import Decision
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place
    from fournines.kit.audit.status.ask import Question

_SHOWS = re.compile(
    r"\bip\b(?:\s++-\w++){0,9}\s+a(?:d|dd|ddr|ddress)?\b|\bifconfig\b|\bhostname\s+(?:-I|--all-ip|-i)"
    r"|/proc/net/fib_trie|\bnet_if_addrs\b|\bnetifaces\.|\bifaddresses\b|\bget_adapters\b|\bip\b(?:\s++-\w++){0,9}\s+r\w*\s++"
    r"(?:get\b(?:(?!\bip\b).)*\b(?:local|lo)\b|(?:(?!\bip\b).)*\btable\s+local)"
)
_ASKS = re.compile(
    r"(?:^|[\s|/'\"(])(?:curl|wget|nc|ncat|netcat|telnet|f?ping6?|mysql|mysqladmin|mariadb|psql|pg_isready|"
    r"redis-cli|openssl|http|socat|nmap|ssh|amqp\S*|ldapsearch|dig|nslookup|check_\w+|tcping|hping3?)\b"
    r"|urlopen|requests\.|\.connect(?:_ex)?\b|create_connection|HTTPS?Connection|/dev/tcp/"
)
_FROM = re.compile(
    r"(?:\bping6?\b(?:(?!\bping).)*?\s-I|\bcurl\b(?:(?!\bcurl\b).)*?\s--interface"
    r"|\bn(?:c|cat)\b(?:(?!\bn(?:c|cat)\b).)*?\s-s)\s+(\S+)"
)
_NAMED = re.compile(r"Host:\s*\S+|--(?:resolve|connect-to)\s+\S+", re.IGNORECASE)


_SOUGHT = re.compile(r"\bgrep\b|\s==?\s+\*")
"""Something is looked for in a text that was kept: by grep, or by a pattern with text before it."""
_BINDS = re.compile(r"\.bind\b|\b(?:ss|netstat|lsof|fuser|sockstat)\s|/proc/net/tcp\b")
"""A socket bound to an address, which the kernel allows to its holder, unless it allows it to everybody."""


def says(address: str, text: str) -> bool:
    """Whether a text names this very address, also escaped for a pattern."""
    plain = text.replace("\\", "").replace("[.]", ".")
    return bool(re.search(rf"(?<![\d.:]){re.escape(address)}(?![\d.])", plain))


def asks(question: Question) -> str:
    """The text of a question that is asked over the network, without names that lead nowhere; else empty."""
    text = _NAMED.sub("", question.text)
    return text if _ASKS.search(text) else ""


class Use:
    """A check of a host, with the trackers that act on it and the addresses that hang on it."""

    def __init__(self, site: Evidence, check: VrrpScript, found: Decision) -> None:
        self.check = check
        self.decision = found
        self.instances: list[VrrpInstance] = []
        host = check.at.host
        tracked = trackers_of_scripts(site, host).get(check.name, ())
        self.trackers = [tracker for _, tracker in tracked]
        for owner in {owner.at: owner for owner, _ in tracked}.values():
            moved = (owner,) if isinstance(owner, VrrpInstance) else synchronized(site, host, owner)
            self.instances += moved
        self.faults = any(weight_of(site, tracker) == 0 for tracker in self.trackers)
        self.reverse = check.reverse or any(tracker.reverse for tracker in self.trackers)
        said = [q.text for q, _ in self.decision.ends.success or ()]
        script_ = self.decision.script
        said += [" ".join(node.words) for node in script_.commands] if script_ else []
        self.shows = any(_SHOWS.search(text) for text in said)
        """Whether it looks at the addresses of its host, whatever it does with them then."""
        self.kept = frozenset(path for moved in self.instances for path in _written(site, moved))
        """The files in which notify scripts keep who is MASTER."""
        done = [text for moved in self.instances for text in _on_master(site, moved)]
        self.made = tuple(
            (asked, what) for asked, made, what in _ROLES if any(made.search(text) for text in done)
        )
        """What keepalived itself brings about where it becomes MASTER, and how one asks for it."""

    @property
    def vips(self) -> list[str]:
        """The addresses that move when the check fails."""
        return list(dict.fromkeys(v.address for i in self.instances for v in i.vips if v.address))

    def needed(self) -> list[tuple[Question, bool]]:
        """What is asked, and answered so, on every way to success."""
        return sorted(self.decision.ends.success or ())

    def related(self) -> tuple[Place, ...]:
        """The line that names the script, if the finding is in a script."""
        return (self.check.place("script"),) if self.decision.script else ()


_PATH = re.compile(r"/(?:run|var|tmp|etc|dev/shm)/[\w./\-]+")
_STATE = re.compile(r"MASTER|master|(?:^|\s)-[efs]\s")
"""A question for what a file says of the state, or for a file that is there in one state only."""


def _written(site: Evidence, instance: VrrpInstance) -> set[str]:
    """The files that what runs on MASTER writes."""
    texts = [text for text in _on_master(site, instance) if _WRITES.search(text)]
    return {path for text in texts for path in _PATH.findall(text)}


def _on_master(site: Evidence, instance: VrrpInstance) -> Iterator[str]:
    """The commands that keepalived has run when an instance becomes MASTER, as far as they were given."""
    for notify in instance.notifies:
        if notify.event in ("master", "notify"):
            script_ = given(site, instance.at.host, notify.command)
            yield from [" ".join(node.words) for node in script_.commands] if script_ else [notify.command]


_ROLES = tuple(
    (re.compile(asked), re.compile(made, re.IGNORECASE), what)
    for asked, made, what in (
        (
            r"\bdrbdadm\s+role\b|/proc/drbd\b|\bdrbdsetup\b",
            r"\bdrbdadm\b.{0,80}\bprimary\b",
            "DRBD is primary",
        ),
        (
            r"\bmountpoint\b|\bfindmnt\b|/proc/(?:self/)?mounts\b|\bmount\s+\|",
            r"\bmount\s+[/-]",
            "the file system is mounted",
        ),
        (r"\bredis-cli\b", r"(?:slaveof|replicaof)\s+no\s+one", "Redis is master"),
        (
            r"\bpg_is_in_recovery\b",
            r"\bpg_ctl\b.{0,80}\bpromote\b|\bpg_promote\b|\bpg_ctlcluster\b",
            "PostgreSQL is primary",
        ),
        (r"\bread_only\b", r"\bread_only\s*=\s*(?:0|off)\b", "the database takes writes"),
    )
)
"""Roles that one host has: how a check asks for it, how a notify script brings it about, and its name."""
_LEADS = re.compile(r"master|[Pp]rimary|pg_is_in_recovery|read_only|mount")
"""The side of the role that is asked for; one that asks for ``slave`` is for the others."""


def _brought(use: Use, question: Question) -> str:
    """The role that a question asks for, and that keepalived brings about itself; else empty."""
    text = f"{question.text} {question.aspect}"
    return next((what for asked, what in use.made if asked.search(text) and _LEADS.search(text)), "")


_WRITES = re.compile(r">|\btouch\b|\btee\b")


def uses(site: Evidence) -> tuple[Use, ...]:
    """The checks of a site that some instance or group tracks, as they are meant to be read."""
    return site.derived(_all_uses)


def _all_uses(site: Evidence) -> tuple[Use, ...]:
    found = (Use(site, one.check, one) for one in decisions(site) if isinstance(one.check, VrrpScript))
    return tuple(use for use in found if use.trackers and not use.reverse)


def _own(use: Use, question: Question) -> str:
    """The VIP whose presence on this host a question asks for, or the empty string."""
    text = f"{question.text} {question.aspect}"
    for vip in use.vips:
        said = _FROM.search(question.text)
        if (said and says(vip, said.group(1))) or (_SHOWS.search(question.text) and says(vip, text)):
            return vip
        if _BINDS.search(question.text) and says(vip, text):
            return vip
        if _STATE.search(question.text) and use.kept & set(_PATH.findall(question.text)):
            return vip
        sought = question.aspect.startswith("= *") or ("$" in text and _SOUGHT.search(text))
        if use.shows and sought and says(vip, text) and not asks(question):
            return vip  # looked for in what was kept of them
    return ""


def _anybody_binds(site: Evidence, use: Use, question: Question) -> bool | None:
    """Whether the question is a bind that this host's kernel allows without the address; None: who knows."""
    if not _BINDS.search(question.text) or _SHOWS.search(question.text):
        return False
    host = use.check.at.host
    if not site.on(host, Sysctl) and ".bind" not in question.text:
        return None
    free = any(bind.transparent for conf in configurations(site) for p in conf.proxies for bind in p.binds)
    return free or any(s.number for s in site.on(host, Sysctl) if s.name == NONLOCAL)


_GREP = "#!/bin/sh\nip addr show dev eth0 | grep -q 10.0.0.20\n"
_FILE = script(script='"/usr/local/bin/check.sh"')


@rule(
    "KA042",
    Severity.ERROR,
    "A check that only the holder of the VIP can pass",
    consequence=Consequence.NO_FAILOVER,
    why="a host that does not hold the VIP fails the check, so it is in FAULT and never takes over; a host "
    "that loses the VIP cannot come back either",
    fix="ask the service on this host (127.0.0.1); keepalived watches its own addresses itself since 2.0",
    source="keepalived.conf(5) track_script: weight 0 is FAULT while the script fails",
    bad={"keepalived.conf": keepalived(check=_FILE), "check.sh": _GREP},
    good={
        "keepalived.conf": keepalived(check=_FILE),
        "check.sh": "#!/bin/sh\nif ip addr show dev eth0 | grep -q 10.0.0.20; then\n"
        "    curl -fs -m 1 http://127.0.0.1/ >/dev/null || exit 1\nfi\nexit 0\n",
    },
    points_at="ip addr show dev eth0 | grep -q 10.0.0.20",
)
def only_the_holder(site: Evidence) -> Iterator[Hit | Unknown]:
    for use in uses(site):
        for question, answer in use.needed() if use.faults else ():
            vip = _own(use, question)
            bound = _anybody_binds(site, use, question)
            role = _brought(use, question) if answer and not vip else ""
            if role:
                what = f"{use.check.name} passes only where {role}, and that is where the VIP is already"
                yield Hit(use.decision.at(question), what, related=use.related())
                break
            if not vip or bound:
                continue
            negated = bool(re.search(r"grep\s+(?:-\w{1,30}\s+){0,9}-\w{0,30}v", question.text))
            where = "the host holds" if answer is not negated else "the host does not hold"
            yield Hit(
                use.decision.at(question),
                f"{use.check.name} passes only while {where} {vip}",
                related=use.related(),
                severity=Severity.WARNING if bound is None else None,
                why=""
                if answer is not negated
                else "the host that takes the VIP fails its check at once and gives it "
                "away again: it is handed round, or held by nobody",
            )
            break


@rule(
    "KA043",
    Severity.ERROR,
    "A check that asks the VIP",
    consequence=Consequence.NO_FAILOVER,
    why="the answer comes from whichever host holds the VIP: when its service dies the check fails on every "
    "host at once, nobody is better than the others, and with the VIP released nobody can pass any more",
    fix="ask the service on this host (127.0.0.1, or the host's own address)",
    source="keepalived.conf(5) track_script: it judges the host it runs on; weight 0 is FAULT while it fails",
    bad={"keepalived.conf": keepalived(check=script(script='"/usr/bin/curl -fs -m 1 http://10.0.0.20/"'))},
    good={"keepalived.conf": keepalived(check=script(script='"/usr/bin/curl -fs -m 1 http://127.0.0.1/"'))},
    points_at='script "/usr/bin/curl -fs -m 1 http://10.0.0.20/"',
)
def asks_the_vip(site: Evidence) -> Iterator[Hit | Unknown]:
    for use in uses(site):
        for question, answer in use.needed():
            text = asks(question)
            vip = next((v for v in use.vips if says(v, text)), "") or _by_name(site, use, text)
            if answer and vip and not _own(use, question):
                yield Hit(
                    use.decision.at(question),
                    f"{use.check.name} asks {vip}, which is wherever the VIP is",
                    related=use.related(),
                )
                break


_NAME = re.compile(r"(?<![\w.\-/])[A-Za-z][\w\-]*+(?:\.[\w\-]++)*+(?![\w\-(=])|(?<=://)[A-Za-z][\w.\-]*+")
"""What may be a host's name in a command, also behind a scheme."""


def _by_name(site: Evidence, use: Use, text: str) -> str:
    """The name in a text that is a moving address where the check runs, by the host's own hosts file."""
    known, moving, host = names(site), set(use.vips), use.check.at.host
    said = _NAME.findall(text[:500]) if known.table and moving else []
    found = next((name for name in said if known.address(host, name) in moving), "")
    return f"{found} ({known.address(host, found)})" if found else ""

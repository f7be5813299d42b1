"""Commands that make one host the source of all data: carried out on several, each has data of its own."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.audit.gather.hosts import HOSTLIKE
from fournines.audit.site_rules.commands.everywhere import sent, spread
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from fournines.audit.site_rules.commands.everywhere import Sent
    from fournines.kit.audit.evidence import Evidence

BOOTSTRAP = re.compile(
    r"\bgalera_new_cluster\b|\b(?:mysqld?|mariadb)@bootstrap\b|\bbootstrap-pxc\b|--wsrep[-_]new[-_]cluster\b"
    r"|\bsafe_to_bootstrap:?[\\\s]*1\b|\bmysqld?\s+bootstrap\b|wsrep[-_]cluster[-_]address=[\"']?gcomm://(?:[\"'\s]|\Z)|\bpc\.bootstrap\s*=\s*(?i:1|yes|true|on)\b"
)
_LOOP = "for host in db1 db2 db3; do\n    ssh $host {}\ndone\n"
_SHELL = "#!/bin/bash\n"
_OTHERS = _LOOP.format("systemctl start mariadb")


@rule(
    "GA031",
    Severity.ERROR,
    "A new cluster is started on more than one host",
    consequence=Consequence.DATA,
    why="each host that bootstraps is a cluster of its own: all of them take writes, none hears of the "
    "others, and all but one's are thrown away when they are joined",
    fix="galera_new_cluster on one host (after a loss of all: the one with safe_to_bootstrap: 1), systemctl "
    "start mariadb on the others",
    source="Galera documentation, Starting the Cluster: --wsrep-new-cluster is for the first node only",
    bad={"start.sh": _SHELL + _LOOP.format("galera_new_cluster")},
    good={"start.sh": f"{_SHELL}ssh db1 galera_new_cluster\n{_OTHERS}"},
    points_at="ssh $host galera_new_cluster",
)
def bootstraps(site: Evidence) -> Iterator[Hit | Unknown]:
    for found in spread(site, lambda one: "" if BOOTSTRAP.search(one.text) else None):
        yield Hit(found.at, f"a cluster of its own is started on {found.who}", found.related)


def _behind(program: str, words: Sequence[str]) -> Sequence[str]:
    """What stands behind a program's name, whoever starts it; nothing where it is not named."""
    at = next((i for i, word in enumerate(words) if word.rpartition("/")[2] == program), len(words))
    return words[at + 1 :]


def _is_forced(one: Sent) -> str | None:
    return "" if "force_boot" in _behind("rabbitmqctl", one.words) else None


def _is_emptied(one: Sent) -> str | None:
    return "" if {"reset", "force_reset"} & set(_behind("rabbitmqctl", one.words)) else None


def _joined(one: Sent) -> str:
    """The broker that another is told to join; empty for any other command."""
    words = _behind("rabbitmqctl", one.words)
    target = next((word for word in words if "@" in word), "") if "join_cluster" in words else ""
    return target.rpartition("@")[2].lower()


_BOOT = "#!/bin/bash\nssh mq1 rabbitmqctl force_boot\n"


@rule(
    "RM028",
    Severity.ERROR,
    "Every broker is forced to start alone, or is emptied",
    consequence=Consequence.DATA,
    why="force_boot makes a broker start with what it has and not wait for those that went down after it, "
    "and reset makes it forget everything: done on all of them, nobody is left who has the newest messages, "
    "queues and accounts",
    fix="force_boot on one broker, the one that stopped last if it is known; reset only those that join",
    source="rabbitmqctl(8) force_boot, reset; RabbitMQ documentation, Clustering: restarting nodes",
    bad={"start.sh": _BOOT + "ssh mq2 rabbitmqctl force_boot\n"},
    good={"start.sh": _BOOT + "ssh mq2 systemctl start rabbitmq-server\n"},
    points_at="ssh mq2 rabbitmqctl force_boot",
)
def forced(site: Evidence) -> Iterator[Hit | Unknown]:
    for found in spread(site, _is_forced):
        yield Hit(found.at, f"force_boot is carried out on {found.who}", found.related)
    to = {_joined(one) for one in {one.words: one for one in sent(site)}.values()}
    for found in spread(site, _is_emptied):
        kept = to & {host.lower() for host in found.hosts}
        if kept:
            what = f"reset is carried out on {found.who}, also on {min(kept)}, whom the others are to join"
            yield Hit(found.at, what, found.related)


_FORCE = frozenset({"--force", "--overwrite-data-of-peer", "--clear-bitmap"})


def made_primary(one: Sent) -> str | None:
    """The resource of which this command makes its own side the good one; None for any other command."""
    words = _behind("drbdadm", one.words)
    verb = next((i for i, word in enumerate(words) if word in ("primary", "new-current-uuid")), len(words))
    if not _FORCE & set(words):
        return None
    return next((word for word in words[verb + 1 :] if not word.startswith("-")), None)


_FIRST = "#!/bin/bash\nssh node1 drbdadm primary --force data\n"


@rule(
    "DR011",
    Severity.ERROR,
    "Both hosts are told to overwrite the other",
    consequence=Consequence.DATA,
    why="each declares its own disk the good one: DRBD refuses to connect (split brain from the first "
    "minute), or one side's data is overwritten by the other's",
    fix="primary --force (--overwrite-data-of-peer before 8.4) on the one host whose data is to be kept",
    source="DRBD user's guide, Initial device synchronization: to be carried out on one host only",
    bad={"start.sh": _FIRST + "ssh node2 drbdadm primary --force data\n"},
    good={"start.sh": _FIRST + "ssh node2 drbdadm secondary data\n"},
    points_at="ssh node2 drbdadm primary --force data",
)
def overwritten(site: Evidence) -> Iterator[Hit | Unknown]:
    for found in spread(site, made_primary):
        yield Hit(found.at, f"{found.who} are each made primary by force", found.related)
    for found in spread(site, _is_thrown_away):
        why = "each takes the other's data for the good one and discards its own: nobody is left to copy from"
        what = f"{found.who} are each told to discard their own data"
        yield Hit(found.at, what, found.related, why=why, fix="on the one host whose data is to be replaced")


def _is_thrown_away(one: Sent) -> str | None:
    """The resource whose data this command discards on its own side; None for any other command."""
    words = [word for word in _behind("drbdadm", one.words) if word not in ("--", "-")]
    if "invalidate" in words[:-1]:
        return words[words.index("invalidate") + 1]
    return words[-1] if "--discard-my-data" in words else None


_KEYS = re.compile(
    r"(?P<authkey>\bcorosync-keygen\b)|(?P<fernet>\bkeystone-manage\s(?:\S+\s)?(?:fernet|credential)_setup\b)"
    r"|(?P<cookie>(?:\brand\b|\burandom\b|\buuidgen\b|\bpwgen\b).{0,120}\.erlang\.cookie)"
)
_COPIES = re.compile(r"\b(?:scp|rsync|synchronize|copy|tar|unison)\b(.*)")
_COPIED = re.compile(r"(?P<authkey>authkey)|(?P<fernet>fernet|credential-keys)|(?P<cookie>cookie)")
_MADE = "for host in ctl1 ctl2 ctl3; do\n    ssh $host {}\ndone\n"


@rule(
    "SY038",
    Severity.ERROR,
    "A key that all hosts share is made on each of them",
    consequence=Consequence.DOWN,
    why="each host makes a key of its own: members refuse one another's messages, and what one host has "
    "signed or encrypted the next does not know",
    fix="make it on one host, and copy it to the others with its owner and mode",
    source="corosync-keygen(8): copy the key to every node; Keystone administration guide, Fernet: the same "
    "key repository on every node; RabbitMQ clustering guide, Erlang cookie",
    bad={"keys.sh": _SHELL + _MADE.format("keystone-manage fernet_setup")},
    good={"keys.sh": _SHELL + "ssh ctl1 keystone-manage fernet_setup\n"},
    points_at="ssh $host keystone-manage fernet_setup",
)
def made_on_each(site: Evidence) -> Iterator[Hit | Unknown]:
    texts = [source.text for source in site.kinds("commands", "script")]
    lines = [line.group(1) for text in texts for line in _COPIES.finditer(text)]
    copied = {key.lastgroup for line in lines for key in _COPIED.finditer(line)}
    for found in spread(site, lambda one: _key(one, copied)):
        yield Hit(found.at, f"a key is made on {found.who}, on each another", found.related)
    made: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for one in sent(site):
        key = None if one.hosts or not _of_a_file(one) else _key(one, copied)
        if key:
            made[one.at.path.rpartition("/")[0], key].append(one)
    for several in made.values():
        first = {one.at.path: one for one in reversed(several)}
        paths = sorted(first)
        if _roles(paths):
            last = first[paths[-1]].at
            what = f"a key is made by {' and by '.join(path.rpartition('/')[2] for path in paths[:3])}"
            yield Hit(first[paths[0]].at, f"{what}, on each host another", (last,))


def _of_a_file(one: Sent) -> bool:
    """Whether a command stands in a script that was given as such."""
    return one.section[1] == "" and one.at.path.endswith((".sh", ".bash"))


def _roles(paths: Sequence[str]) -> bool:
    """Whether these scripts differ in a host's name or role: ``keystone-master.sh``, ``keystone-2.sh``."""
    words = [set(re.split(r"[._\-]+", path.rpartition("/")[2])) for path in paths]
    common = set.intersection(*words) if words else set()
    return len(words) > 1 and all(
        own and all(map(HOSTLIKE.search, own)) for own in (w - common for w in words)
    )


def _key(one: Sent, copied: Collection[str | None]) -> str | None:
    """The program that makes a key, where nothing copies what it makes."""
    match = _KEYS.search(one.text)
    return match.group().split()[0] if match and match.lastgroup not in copied else None

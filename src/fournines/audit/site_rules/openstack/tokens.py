"""Whether a token outlives the keys it can be read with, and whether every host has them."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING

from fournines.components.keystone.audit.facts import NICK, Rotation
from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.systemd.audit.facts import Unit, seconds, unit
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence

_EXPIRATION = 3600
"""Seconds a token lives, keystone.conf [token] expiration."""
_KEPT = 3
"""Keys kept, keystone.conf [fernet_tokens] max_active_keys."""
_CONF = "[token]\nprovider = fernet\nexpiration = 14400\n[fernet_tokens]\nmax_active_keys = {}\n"
_CRON = "0 * * * * keystone /usr/bin/keystone-manage fernet_rotate\n"


@rule(
    "OS020",
    Severity.ERROR,
    "Keys are rotated away while their tokens live",
    consequence=Consequence.ERRORS,
    why="each rotation deletes the oldest key: tokens made with it are refused (401) although they have not "
    "expired, in every service at once",
    fix="max_active_keys = token lifetime / rotation interval + 2, or a longer interval",
    source="Keystone documentation, Fernet FAQ: how to size max_active_keys",
    bad={"ctl1/keystone.conf": _CONF.format(3), "ctl1/etc/cron.d/keystone": _CRON},
    good={"ctl1/keystone.conf": _CONF.format(6), "ctl1/etc/cron.d/keystone": _CRON},
    points_at="max_active_keys = 3",
)
def rotated_away(site: Evidence) -> Iterator[Hit | Unknown]:
    rotations = (*site.all(Rotation), *_timed(site))
    fastest = min(rotations, key=lambda one: one.every, default=None)
    for conf in site.all(OsloConf) if fastest else ():
        if conf.service != "keystone" or not fastest or conf.excerpt:
            continue
        kept, lives = conf.get("fernet_tokens", "max_active_keys"), conf.get("token", "expiration")
        keys = kept.number if kept and kept.number is not None else _KEPT
        lasting = lives.number if lives and lives.number is not None else _EXPIRATION
        provider = conf.get("token", "provider")
        wanted = ceil(lasting / fastest.every) + 2
        if keys < wanted and not (provider and provider.value.strip() not in ("fernet", "")):
            at = kept.at if kept else lives.at if lives else fastest.at
            span = f"tokens live {lasting} s, a rotation every {fastest.every:g} s"
            what = f"{keys} keys where {wanted} are needed: {span}"
            yield Hit(at, what, related=tuple(p for p in (lives.at if lives else None, fastest.at) if p))


def _timed(site: Evidence) -> Iterator[Rotation]:
    """The rotations that a timer starts: its unit is Unit= or the service of its own name."""
    for timer in site.all(Unit):
        when = timer.last("Timer.OnCalendar")
        every = NICK.get(when[0].strip().lower()) if when else None
        said = timer.last("Timer.OnUnitActiveSec")
        every = every or (seconds(said[0]) if said else None)
        if every and timer.name.endswith(".timer"):
            other = timer.last("Timer.Unit")
            name = other[0] if other else timer.name.removesuffix("timer") + "service"
            service = unit(site, timer.at.host, name)
            jobs = service.settings.get("Service.ExecStart", ()) if service else ()
            if any("fernet_rotate" in job for job in jobs):
                yield Rotation((when or said or ("", timer.at))[1], every)


_BOTH = {f"ctl{n}/etc/cron.d/keystone": _CRON for n in (1, 2)}
_COPY = "#!/bin/sh\nrsync -a --delete /etc/keystone/fernet-keys/ ctl2:/etc/keystone/fernet-keys/\n"


@rule(
    "OS033",
    Severity.ERROR,
    "Every host rotates the keys by itself",
    consequence=Consequence.ERRORS,
    why="a rotation makes a new key: from the first one on each host signs with a key that the others do not "
    "have, and a token of one host is unknown to the next",
    fix="rotate on one host and copy the repository to the others",
    source="Keystone documentation, Fernet FAQ: how to rotate and distribute keys",
    bad=_BOTH,
    good={"ctl1/etc/cron.d/keystone": _CRON, "ctl1/usr/local/bin/fernet-push.sh": _COPY},
    points_at=_CRON.strip(),
)
def each_by_itself(site: Evidence) -> Iterator[Hit | Unknown]:
    rotations = {one.at.host: one for one in site.all(Rotation) if one.at.host}
    copied = any(_SENT.search(source.text) for source in site.kinds("script", "crontab", "systemd unit"))
    if len(rotations) > 1 and not copied:
        for one in rotations.values():
            yield Hit(one.at, "each host makes new keys by itself, and nothing copies them")


_SENT = re.compile(r"\b(?:rsync|scp|csync2|lsyncd|unison)\b.{0,200}fernet")

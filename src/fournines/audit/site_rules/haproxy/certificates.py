"""The certificate of the VIP: HAProxy must be able to load it, and to notice that it was renewed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.components.haproxy.audit.facts import configurations
from fournines.components.haproxy.audit.rules.example import api, haproxy
from fournines.components.tls.audit.facts import Certificate
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Bind
    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Source

_MANUAL = "HAProxy configuration manual"
_RENEWS = re.compile(
    r"certbot\S{0,20}\s(?:\S{1,80}\s){0,12}?renew\b|acme\.sh\s(?:\S{1,80}\s){0,12}?--(?:cron|renew)|"
    r"\blego\s(?:\S{1,80}\s){0,12}?renew\b"
)
_RELOADS = re.compile(
    r"(?:reload|restart)(?:\s--\S{1,40}){0,3}\s{1,8}haproxy|haproxy(?:\.service)?\s{1,8}(?:force-)?re(?:load|start)|"
    r"set\sssl\scert|haproxy\.pid|deploy-hook|renew-hook|post-hook|reloadcmd|run-parts"
)
"""Quantifiers are bounded: the text is anybody's, and may be long."""
_NO_KEY = re.compile(r"(?:^|/)(?:fullchain|cert|chain)\d*\.pem$|\.crt$")


def _tls(path: str) -> str:
    return haproxy(api(bind=f"10.0.0.20:5000 ssl crt {path}"))


@rule(
    "HA038",
    Severity.ERROR,
    "The certificate of the VIP cannot be loaded, or goes stale",
    consequence=Consequence.DOWN,
    why="HAProxy wants the private key with the certificate and refuses to start without it; and it reads "
    "certificates once, when it starts: a renewed file on the disk changes nothing until a reload",
    fix="one PEM with certificate, chain and key (or NAME.pem.key beside it), written by the renewal's "
    "deploy hook, which then reloads HAProxy on every host",
    source=f"{_MANUAL} 5.1 crt; kolla-ansible precheck of the external certificate",
    bad={"haproxy.cfg": _tls("/etc/letsencrypt/live/cloud.example.org/fullchain.pem")},
    good={"haproxy.cfg": _tls("/etc/haproxy/certs/cloud.example.org.pem")},
    points_at="bind 10.0.0.20:5000 ssl crt /etc/letsencrypt/live/cloud.example.org/fullchain.pem",
)
def certificates(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in configurations(site):
        binds = [bind for proxy in conf.proxies for bind in proxy.binds if bind.tls]
        for bind in dict.fromkeys(binds):
            path = _after(bind.options, "crt")
            if "letsencrypt" in path and _NO_KEY.search(path):
                yield Hit(bind.at, f"{path} is a certificate without its key")
        yield from _missing_here(site, binds)
        if binds:
            yield from _stale(site, binds[0])


def _after(words: tuple[str, ...], word: str) -> str:
    return words[words.index(word) + 1] if word in words[:-1] else ""


def _missing_here(site: Evidence, binds: list[Bind]) -> Iterator[Hit]:
    """Certificates that another host's files contain and this host's do not."""
    told = set()
    for bind in binds:
        path, host = _after(bind.options, "crt"), bind.at.host
        having = [found for found in site.all(Certificate) if path.startswith("/") and _is(found, path)]
        here = [found for found in having if found.at.host in (host, EVERY_HOST)]
        if host and having and not here and path not in told:
            told.add(path)
            yield Hit(
                bind.at,
                f"{path} is among the files of {having[0].at.host}, not among those of {host}",
                related=(having[0].at,),
                fix="the same certificate and key on every host that may hold the VIP",
            )


def _is(found: Certificate, path: str) -> bool:
    """Whether a certificate lies at this path of its host, or below it where it is a directory."""
    where = "/" + found.path.lstrip("/")
    return where.endswith(path) or f"{path.rstrip('/')}/" in where


def _stale(site: Evidence, bind: Bind) -> Iterator[Hit]:
    """A renewal on a timer, and nothing among the host's files that tells HAProxy of it."""
    renewals = []
    for source in site.sources:
        if bind.at.host and source.host not in (bind.at.host, ""):
            continue
        if _RELOADS.search(source.text) and ("haproxy" in source.text or _RENEWS.search(source.text)):
            return
        renewals += [(source, line) for line in _lines(source)]
    for source, line in renewals[:1]:
        yield Hit(
            source.at(line),
            "the certificate is renewed and HAProxy is not told",
            related=(bind.at,),
            severity=Severity.WARNING,
        )


def _lines(source: Source) -> Iterator[int]:
    for number, line in enumerate(source.text.split("\n"), start=1):
        if _RENEWS.search(line) and not line.lstrip().startswith("#"):
            yield number

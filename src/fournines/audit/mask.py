"""Hiding secrets in lines that are shown: a finding must be safe to paste into a ticket."""

from __future__ import annotations

import re

HIDDEN = "***"

_WORDS = (
    r"pass(?:wd|word|phrase)?(?![a-z])|pwd|secret|authkey|api_?key|private_?key|encryption_?key|sst_auth|"
    r"hmac_key|fernet_key"
)
_MORE = r"token|cookie|credential|community"
_PAIR = re.compile(
    rf"(?P<key>\b[\w.\-]*(?:{_WORDS})[\w.\-]*)(?P<gap>\s*(?:=>|[=:,])\s*|\s+)(?P<quote>(?:<<)?[\"']?)(?P<value>[^\s\"';,]+)",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(
    rf"(?P<key>\b[\w.\-]*(?:{_WORDS}|{_MORE})[\w.\-]*)(?P<gap>[\"']?\s*(?:=>|[=:,])\s*)(?P<quote>(?:<<)?[\"']?)"
    rf"(?P<value>[^\s\"';,]+)",
    re.IGNORECASE,
)
_NVPAIR = re.compile(
    rf"(?P<head>name=[\"'][\w.\-]*(?:{_WORDS}|{_MORE})[\w.\-]*[\"'][^>]*?\bvalue=[\"'])(?P<value>[^\"']+)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?P<head>\w[\w+.\-]*://[^\s:/@]*:)(?P<value>[^\s@]+)(?P<tail>@)")
_LIST_URL = re.compile(r"(?P<head>,[^\s:/@,=]+:)(?P<value>[^\s@,/]+)(?P<tail>@)")
_HAPROXY_AUTH = re.compile(r"(?P<head>\bstats\s+auth\s+\S+?:)(?P<value>\S+)", re.IGNORECASE)
_HEADER = re.compile(r"(?P<head>\b(?:Basic|Bearer)\s+)(?P<value>[\w+/=.\-]{6,})", re.IGNORECASE)
_SQL = re.compile(
    r"(?P<head>IDENTIFIED\s+BY\s+(?:PASSWORD\s+)?)(?P<value>'[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE
)
_FLAG = re.compile(r"(?P<head>(?:^|\s)(?:-p|--password[= ]|-u\s*\w+:))(?P<value>[^\s]+)")
_USER = re.compile(r"(?P<head>\b(?:add_user|change_password)\s+\S+\s+)(?P<value>\S+)")
_ALONE = re.compile(r"(?P<head>\A)(?P<value>[A-Z0-9]{16,}|[\w\-]{43}=)(?=\Z)")
"""A line of nothing but capitals is what an Erlang cookie looks like; the other one a Fernet key."""
_STATED = frozenset(["true", "false", "yes", "no", "on", "off", "none", "null", "pass", "ah"])


def mask(line: str) -> str:
    """The line with everything that looks like a secret replaced by ``***``."""
    text = line
    for pattern in (_ALONE, _NVPAIR, _URL, _LIST_URL, _HAPROXY_AUTH, _HEADER, _SQL, _USER, _FLAG):
        text = pattern.sub(_hide, text)
    return _PAIR.sub(_hide_pair, _ASSIGNED.sub(_hide_pair, text))


def mask_prose(text: str) -> str:
    """A sentence of ours: only what can be nothing but a secret is hidden."""
    for pattern in (_URL, _LIST_URL, _HEADER, _SQL):
        text = pattern.sub(_hide, text)
    return _ASSIGNED.sub(_hide_pair, text)


def _hide(match: re.Match[str]) -> str:
    tail = match.groupdict().get("tail") or ""
    return f"{match.group('head')}{HIDDEN}{tail}"


def _hide_pair(match: re.Match[str]) -> str:
    value = match.group("value")
    if "token" in match.group("key").lower() and value.isdecimal():
        return match.group()  # a corosync token is a time
    if value.lower() in _STATED or value.startswith(("/", HIDDEN, "http", "--", "-")):
        return match.group()
    return f"{match.group('key')}{match.group('gap')}{match.group('quote')}{HIDDEN}"

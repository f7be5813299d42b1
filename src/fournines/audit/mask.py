"""Hiding secrets in lines that are shown: a finding must be safe to paste into a ticket."""

from __future__ import annotations

import re

HIDDEN = "***"

_WORDS = (
    r"pass(?:wd|word|phrase)?(?![a-z])|pwd|secret|authkey|api_?key|private_?key|encryption_?key|sst[_-]auth|"
    r"hmac_key|fernet_key|_auth(?![a-z_])|auth_pa(?!th|r|nel)[a-z]*"
)
_MORE = r"token|cookie|credential|community"
_VALUE = r"(?P<value>(?:<<)?\"[^\"]*\"?|'[^']*'?|[^\s\"';,]+)"
"""A secret: all that stands in its quotes, blanks too, else up to the next blank."""


_BARE = r"[^\s\"']+"


def _after(head: str, *, value: str = r"\"[^\"]*\"?|'[^']*'?|\S+", tail: str = "") -> re.Pattern[str]:
    """What stands behind this head is a secret, up to the tail."""
    return re.compile(rf"(?P<head>{head})(?P<value>{value})(?P<tail>{tail})", re.IGNORECASE)


_IS = r"(?:=>|[=:])\s*|,\s*(?=[\"'<])"
"""What stands between a name and its secret; behind a comma only a quoted one: else it is a word of prose."""
_ESCAPED = _after(
    rf"\\{{1,4}}\"[\w.\-]*(?:{_WORDS}|{_MORE})[\w.\-]*\\{{1,4}}\"\s*:\s*\\{{1,4}}\"",
    value=r"[^\"\\]+",
)
"""JSON in the quotes of a shell, its own quotes escaped."""
_KEY = rf"(?P<key>\b[\w.\-]*(?:{_WORDS})[\w.\-]*)"
_KEY_OR_MORE = rf"(?P<key>\b[\w.\-]*(?:{_WORDS}|{_MORE})[\w.\-]*)"
_PAIR = re.compile(rf"{_KEY}(?P<gap>\s*(?:{_IS})|\s+){_VALUE}", re.IGNORECASE)
_ASSIGNED = re.compile(rf"{_KEY_OR_MORE}(?P<gap>[\"']?\s*(?:{_IS})){_VALUE}", re.IGNORECASE)
_STATED_SO = re.compile(rf"{_KEY_OR_MORE}(?P<gap>[\"']?(?:\s*=>?\s*|:)){_VALUE}", re.IGNORECASE)
"""In a sentence: ``password=x`` and ``password:x``; what follows a comma or a colon and a blank is a word."""
_URLS = (
    _after(r"\w[\w+.\-]*://[^\s:/@]*:", value=r"[^\s/,\"']+", tail="@"),  # to the last @ before the path
    _after(r"\w[\w+.\-]*://[^\s:/@]*:", value=r"[^\s@]+", tail="@"),
    _after(r",[^\s:/@,=]+:", value=r"[^\s,/\"']+", tail="@"),  # the further hosts of a transport_url
)
_SPOKEN = (
    *_URLS,
    _after(r"\b(?:Basic|Bearer)(?:\\?\s)+", value=r"[\w+/=.\-]{6,}"),
    _after(r"IDENTIFIED\s+(?:BY|VIA\s+\w+\s+USING)\s+(?:PASSWORD\s*\(?\s*)?"),
)
"""What can be nothing but a secret, in a sentence too."""
_ASKS = r"\b(?:curl|wget|etcdctl)\b.*?\s(?:-\w{0,8}u\s*|--(?:proxy-)?user(?:=|\s+))"
_PROGRAMS = (
    _after(r"(?:^|\s)(?:-p(?![\s=])|--pass(?:word)?[= ])"),
    _after(r"(?:^|\s)-u\s*\w+:", value=_BARE),
    _after(r"\b(?:sshpass|rabbitmqadmin|fence_\w+|ipmitool|ldap\w+|mysql\w*)\b.*?\s-[pPw]\s*"),
    _after(r"\bpcs\s+(?:host|cluster)\s+auth\b[^;|&]*?\s-p\s*", value=r"\"[^\"]*\"?|'[^']*'?|[^\s;|&]+"),
    _after(r"\becho\s+(?:-\w+\s+)?", tail=r"\s*\|\s*(?:sudo\s+)?(?:ch)?passwd\b"),
    _after(r"\bredis-cli\b.*?\s-a\s*"),
    _after(rf"{_ASKS}[^\s:\"']+:", value=_BARE),
    _after(rf"{_ASKS}(?:\"[^:\"]+:|'[^:']+:)", value=r"[^\"']+"),
    _after(r"\b(?:password|passwd|passphrase|secret)\s+(?:is|was)\s+"),
    _after(r"\bsnmp\w+\b.*?\s-c\s*"),
    _after(r"\b(?:[\w\-]{1,30}[_-])?(?:ro|rw)?community[46]?\s+"),
    _after(r"\bcurl\b.*?\s(?:-\w{0,8}b\s*|--cookie(?:=|\s+))[\"']?[^\s=\"'/]+=", value=r"[^\s\"']+"),
    _after(r"\b(?:add_user|change_password|authenticate_user)\s+\S+\s+"),
    _after(r"\bhtpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+"),
    _after(r"\bauth-pass\s+\S+\s+"),
    _after(r"\bstats\s+auth\s+[^\s:]+:"),
    _after(
        r"\btcp-check\s+send(?:-lf)?\s+[\"']?(?:AUTH|PASS|LOGIN)(?:\\?\s)+",
        value=r".+?",
        tail=r"(?:\\r\\n)?[\"']?\s*$",
    ),
)
"""Secrets that only the program's own way of asking for them tells from other words."""
_NVPAIR = _after(rf"name=[\"'][\w.\-]*(?:{_WORDS}|{_MORE})[\w.\-]*[\"'][^>]*?\bvalue=[\"']", value=r"[^\"']+")
_ALONE = re.compile(r"(?P<head>\A)(?P<value>[A-Z0-9]{16,}|[\w\-]{43}=)(?P<tail>\Z)")
"""A line of nothing but capitals is what an Erlang cookie looks like; the other one a Fernet key."""
_STATED = frozenset(["true", "false", "yes", "no", "on", "off", "none", "null", "pass", "ah"])
_SMALL = frozenset(["is", "was"])
_LINE = (_ALONE, _NVPAIR, _ESCAPED, *_SPOKEN, *_PROGRAMS)


def mask(line: str) -> str:
    """The line with everything that looks like a secret replaced by ``***``."""
    text = line
    for pattern in _LINE:
        text = pattern.sub(_hide, text)
    return _PAIR.sub(_hide_pair, _ASSIGNED.sub(_hide_pair, text))


def mask_prose(text: str) -> str:
    """A sentence of ours: only what can be nothing but a secret is hidden."""
    for pattern in _SPOKEN:
        text = pattern.sub(_hide, text)
    return _STATED_SO.sub(_hide_pair, text)


def _hide(match: re.Match[str]) -> str:
    return f"{match['head']}{HIDDEN}{match['tail']}"


def _hide_pair(match: re.Match[str]) -> str:
    value = match["value"].strip("\"'")
    if "token" in match["key"].lower() and value.isdecimal():
        return match.group()  # a corosync token is a time
    if (
        value.lower() in _STATED
        or (match["gap"].isspace() and value.lower() in _SMALL)
        or value.startswith(("/", HIDDEN, "http", "--", "-"))
    ):
        return match.group()
    return f"{match['key']}{match['gap']}{_hidden(match['value'])}"


def _hidden(value: str) -> str:
    """The mark in the quotes of what it hides."""
    quote = re.match(r"(?:<<)?[\"']", value)
    if quote is None:
        return HIDDEN
    closing = value[-1] if len(value) > quote.end() and value[-1] in "\"'" else ""
    return f"{quote.group()}{HIDDEN}{closing}"

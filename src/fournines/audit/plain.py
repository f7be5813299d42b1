"""Text of others, made safe to show: no control character reaches a terminal, a page or a JSON reader."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 but for the tab, DEL, C1, marks that turn the direction of writing (CVE-2021-42574), lone surrogates."""


def plain(text: str) -> str:
    r"""The text with every control character written as ``\x1b``; what was plain is unchanged."""
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - a byte of a file's name that is not UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte

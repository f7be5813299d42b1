"""What a command prints, as far as it is an answer in HTTP: the status line of a health responder."""

from __future__ import annotations

import re

from fournines.kit.audit.status.habits import output_files, program

_PRINTING = frozenset({"echo", "printf"})
_STATUS = re.compile(r"\s*HTTP/\d(?:\.\d)?\s+(\S+)")
_DIRECTIVE = re.compile(r"%(?:%|-?\d*[bdiqsu])")
_STDOUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
_ELSEWHERE = frozenset({">&", "1>&"})


def status_line(words: tuple[str, ...]) -> str:
    """The status of HTTP whose line a command prints: ``503``, ``?`` if it is not known; else empty."""
    name, args = program(words)
    if name not in _PRINTING:
        return ""
    given = list(args)
    while given and re.fullmatch(r"-[enE]+|--", given[0]):
        given.pop(0)
    if not given:
        return ""
    text = " ".join(given) if name == "echo" else _formatted(given[0], given[1:])
    found = _STATUS.match(text)
    if found is None:
        return ""
    code = found.group(1)[:3]
    return code if code.isdigit() and len(code) == 3 else "?"  # noqa: PLR2004 - RFC 9112, 4: three digits


def to_output(words: tuple[str, ...]) -> bool:
    """Whether what a command prints goes to standard output, where who asks reads it."""
    return _STDOUT.issuperset(output_files(words)) and _ELSEWHERE.isdisjoint(words)


def _formatted(text: str, args: list[str]) -> str:
    """``printf``'s text with its arguments put in, in their order."""
    rest = iter(args)
    return _DIRECTIVE.sub(lambda one: "%" if one.group() == "%%" else next(rest, ""), text)

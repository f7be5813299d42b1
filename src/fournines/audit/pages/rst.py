"""reStructuredText as the Markdown it amounts to, line by line: literal blocks, headings, prose.

Its blocks end by their indentation, so each is fenced on lines that are blank or a directive's anyway, and
every line keeps its number. What is indented without being literal (notes, lists) is prose.
"""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"[ ]*\.\. (?:code-block|code|sourcecode|prompt|parsed-literal)::[ ]*(?P<info>[^`]*)")
_OPTION = re.compile(r"[ ]*:[\w\-]+:[ ]*(?P<value>[^`]*)")
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+:.])\1{2,}[ \t]*")


def as_markdown(text: str) -> str:
    """The same lines, with literal blocks between fences and titles behind ``#``."""
    lines = [line.expandtabs(8) for line in text.split("\n")]
    made: list[str] = []
    at = 0
    while at < len(lines):
        end = _literal_end(lines, at)
        if end:
            made += _fenced(lines[at:end])
            at = end
        elif _titled(lines, at):
            made += [f"# {lines[at].strip()}", ""]
            at += 2
        else:
            plain = lines[at].strip()
            made.append("" if _UNDERLINE.fullmatch(plain) else plain)
            at += 1
    return "\n".join(made)


def _titled(lines: list[str], at: int) -> bool:
    """Whether the next line underlines this one."""
    title, under = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
    return bool(title.strip()) and bool(_UNDERLINE.fullmatch(under)) and not _UNDERLINE.fullmatch(title)


def _literal_end(lines: list[str], at: int) -> int:
    """Where the literal block ends that this line announces, with the blank line behind it; 0 for none."""
    line = lines[at]
    directive = bool(_DIRECTIVE.fullmatch(line))
    if not directive and (not line.rstrip().endswith("::") or line.lstrip().startswith(".. ")):
        return 0
    if not directive and "".join(lines[at + 1 : at + 2]).strip():
        return 0
    own = _indent(line)
    last = at
    for number in range(at + 1, len(lines)):
        if lines[number].strip():
            if _indent(lines[number]) <= own:
                break
            last = number
    closed = last + 1 >= len(lines) or not lines[last + 1].strip()
    return min(last + 2, len(lines)) if last > at and closed else 0


def _fenced(block: list[str]) -> list[str]:
    """A literal block with its fences: on the directive's line, or on the blank line behind ``::``."""
    directive = _DIRECTIVE.fullmatch(block[0])
    if directive is None:
        head, body = [block[0].strip(), "```"], block[2:]
    else:
        body = block[1:]
        said = [directive["info"].strip()]
        while body and (option := _OPTION.fullmatch(body[0])):
            said.append(option["value"].strip())
            body = body[1:]
        head = [f"```{' '.join(word for word in said if word)}", *[""] * (len(said) - 1)]
    if body and not body[-1].strip():
        return [*head, *body[:-1], "```"]
    return [*head, *body]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))

"""Perl's text as statements and blocks: quotes, patterns and comments told apart, nothing understood yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CLOSING = {"(": ")", "{": "}", "[": "]", "<": ">"}
_QUOTED = re.compile(
    r"""(?P<comment>(?<![$\w])\#[^\n]*)
      | (?P<pod>^=[a-z]\w*.*?(?:^=cut[^\n]*|\Z))
      | "(?:[^"\\]++|\\.)*+" | '(?:[^'\\]++|\\.)*+' | `(?:[^`\\]++|\\.)*+`
      | (?P<like>(?<![\w$@%&])(?:qw|qq|qx|qr|q|m)(?P<mark>[({\[<|!/\#]))
      | (?P<pattern>(?:[=!]~|\bif|\bunless|\band|\bor|[(!&|])\s*+/)
      | (?P<end>^__(?:END|DATA)__)
      | (?P<one>[{};])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_BLOCK = re.compile(
    r"(?:(?:if|elsif|unless|while|until|for|foreach)\b.*|else|do|eval|BEGIN|END|sub\s+\w+(?:\s*\([^)]*\))?|)",
    re.DOTALL,
)
_LONGEST_QUOTE = 2000
DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, or the head of a block with what stands in it; ``line`` is where it begins."""

    text: str
    line: int
    body: tuple[Statement, ...] | None = None


def statements(text: str) -> tuple[Statement, ...] | None:
    """The statements of a script; None where blocks are nested too deeply or are never closed."""
    reader = _Reader(text)
    while match := _QUOTED.search(text, reader.position):
        reader.said.append(text[reader.position : match.start()])
        reader.position = match.end()
        if match.group("end"):
            reader.position = len(text)
        elif match.group("comment") or match.group("pod"):
            reader.said.append("\n" * match.group().count("\n"))
        elif match.group("like") or match.group("pattern"):
            reader.quote(match)
        elif match.group("one"):
            if not reader.mark(match.group("one")):
                return None
        else:
            reader.said.append(match.group())
    reader.said.append(text[reader.position :])
    reader.end()
    return tuple(reader.stack[0]) if len(reader.stack) == 1 else None


@dataclass(slots=True)
class _Reader:
    """What was read so far; ``depth`` counts the brackets of an expression, ``stack`` the blocks."""

    text: str
    position: int = 0
    start: int = 0
    depth: int = 0
    said: list[str] = field(default_factory=list)
    heads: list[tuple[str, int]] = field(default_factory=list)
    stack: list[list[Statement]] = field(default_factory=lambda: [[]])

    def close(self) -> tuple[str, int]:
        """What was said since the last mark, and the line it begins on."""
        whole = "".join(self.said)
        before = len(whole) - len(whole.lstrip())
        line = self.text.count("\n", 0, self.start) + 1 + whole[:before].count("\n")
        self.said.clear()
        return whole.strip(), line

    def end(self) -> None:
        """A statement ends here, if there is one."""
        head, line = self.close()
        if head:
            self.stack[-1].append(Statement(head, line))

    def quote(self, match: re.Match[str]) -> None:
        """Step over ``qw(...)``, ``m{...}`` and ``/.../``."""
        end = _after(self.text, self.position - 1, match.group("mark") or "/")
        self.said.append(self.text[match.start() : end])
        self.position = end

    def mark(self, one: str) -> bool:
        """A bracket or a semicolon; False where blocks go too deep."""
        if one == "{" and not self.depth and _BLOCK.fullmatch("".join(self.said).strip()):
            self.heads.append(self.close())
            self.stack.append([])
            self.start = self.position
            return len(self.stack) <= DEEPEST
        if one == "{" or self.depth:
            self.depth += {"{": 1, "}": -1}.get(one, 0)
            self.said.append(one)
            return True
        self.end()
        if one == "}" and self.heads:
            body = tuple(self.stack.pop())
            self.stack[-1].append(Statement(*self.heads.pop(), body))
        self.start = self.position
        return True


def _after(text: str, start: int, mark: str) -> int:
    """Where a quote that begins with this mark ends, its flags included."""
    closing = _CLOSING.get(mark, mark)
    depth, position = 0, start
    reach = min(len(text), start + _LONGEST_QUOTE)
    while position < reach:
        letter = text[position]
        if letter == "\\":
            position += 1
        elif letter == closing and ((mark == closing and position > start) or depth == 1):
            break
        elif letter == mark:
            depth += 1
        elif letter == closing:
            depth -= 1
        position += 1
    end = min(position + 1, len(text))
    while end < len(text) and text[end].isalpha():
        end += 1
    return end

"""Configuration and commands that stand in a page's text without any mark of a listing.

Pages that were copied out of a browser, mails, notes: a listing is seen by how it begins, and ends where
something else stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.pages.inside.commands import command_of
from fournines.audit.pages.page import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_BRACED = re.compile(
    r"[ \t]*(?:vrrp_instance|vrrp_script|vrrp_sync_group|vrrp_track_process|global_defs|virtual_server"
    r"|totem|nodelist|quorum|resource[ \t]+[\w\-]{1,60})\b[^{}\n]{0,80}\{[ \t]*(?:[#!][^\n]{0,200})?"
)
_SECTION = re.compile(
    r"[ \t]*(?:(?:global|defaults)|(?:frontend|backend|listen)[ \t]+[\w.\-]{1,60}"
    r"(?:[ \t]+[\d.*:]{1,40})?)[ \t]*"
)
_KEYWORD = re.compile(
    r"[ \t]*(?:bind|server|mode|option|timeout|balance|log|maxconn|retries|stats|user|group|daemon|chroot"
    r"|pidfile|nbproc|acl|use_backend|default_backend|default-server|cookie|stick|stick-table|http-request|"
    r"http-response|http-check|tcp-check|errorfile|reqadd|tune\.[\w.\-]{1,40}|ssl-default-[\w\-]{1,40}|"
    r"monitor-uri|redirect|source|spread-checks|uid|gid|description|fullconn|hash-type|external-check|log-format)"
    r"(?:[ \t]+\S[^\n]*)?"
)
_TITLE = re.compile(
    r"[ \t]*\[(?:mysqld|galera|mariadb|mysqld_safe|sst|client|client-server"
    r"|server|mysql|mariadb-[\d.]{1,5})\][ \t]*"
)
_SETTING = re.compile(r"[ \t]*[\w.\-]{2,60}[ \t]*(?:=[^\n]*)?")
_INCLUDE = re.compile(r"[ \t]*!include(?:dir)?[ \t]+\S+[ \t]*")
_CRM = re.compile(
    r"[ \t]*(?:primitive|ms|clone|group|colocation|order|location|property"
    r"|rsc_defaults|op_defaults|node|fencing_topology|rsc_template)"
    r"[ \t]+[\w.\-$=\"]{1,80}(?:[ \t:\\]|$)[^\n]*"
)
_PRIMITIVE = re.compile(
    r"[ \t]*primitive[ \t]+[\w.\-]{1,60}[ \t]+"
    r"(?:ocf|stonith|lsb|systemd|service|heartbeat)\b[:\w.\-]{0,80}[^\n]*"
)
_HERE = re.compile(r"<<-?[ \t]*(?:'(\w{1,40})'|\"(\w{1,40})\"|(\w{1,40}))")
_COMMENT = re.compile(r"[ \t]*[#;!][^\n]*")
_ITEM = re.compile(r"\A[ \t]{0,8}[-*+][ ]{1,4}(?=\S)")
_PROMPT = re.compile(r"[ \t]*(?:[-*+] )?(?:[$#>] )?`?")
_PROSE = re.compile(r"\b(?:the|this|that|is|are|will|you|your|und|der|die|das|ist|wird|we|our|should|can)\b")
_MOST = 600
"""Lines of a listing."""
_BEFORE = 8
_LEAST = 2
"""Lines with keywords that a section of HAProxy has at least, where no listing marks it."""


def bare(lines: Sequence[str], taken: Collection[int], begun: Collection[int]) -> list[Block]:
    """The listings among the lines of a page that no marked one has ``taken`` (numbers from 1).

    None begins in one that is ``begun``, marked by its indentation alone; it may go on through such ones.
    """
    found: list[Block] = []
    prose: list[str] = []
    at = 0
    while at < len(lines):
        end = at if at + 1 in taken or at + 1 in begun else _end(lines, at, taken)
        if end <= at:
            if at + 1 in taken or at + 1 in begun:
                prose = []
            elif lines[at].strip():
                prose.append(lines[at])
            at += 1
            continue
        text = "\n".join([_listed(lines[at]), *(_line(line) for line in lines[at + 1 : end])])
        numbers = tuple(range(at + 1, end + 1))
        if (
            found
            and not any(said.strip() and not _COMMENT.fullmatch(said) for said in prose)
            and _same(found[-1].text, text)
        ):
            last = found.pop()
            between = range(last.lines[-1] + 1, at + 1)
            text = "\n".join([last.text, *(lines[number - 1] for number in between), text])
            found.append(Block(text, (*last.lines, *between, *numbers), "", last.before, last.heading))
        else:
            found.append(Block(text, numbers, "", tuple(prose[-_BEFORE:])))
        prose = []
        at = end
    return found


def _listed(line: str) -> str:
    """A first line without the mark of a list, and the backquotes around a command."""
    bare = _ITEM.sub("", _line(line), count=1)
    return bare.strip().strip("`") if bare.lstrip().startswith("`") else bare


def _line(line: str) -> str:
    return line.rstrip("\r")


def _same(first: str, second: str) -> bool:
    """Whether two listings with nothing but comments between them are one file."""
    return any(shape.match(first.lstrip("\n")) and shape.match(second) for shape in (_BRACED, _SECTION))


def _end(lines: Sequence[str], at: int, taken: Collection[int]) -> int:
    """Where the listing ends that begins with this line; the line itself where none does."""
    line = lines[at]
    if _BRACED.fullmatch(line):
        return _braces(lines, at)
    if _SECTION.fullmatch(line):
        end = _run(lines, at, taken, lambda said: bool(_SECTION.fullmatch(said) or _KEYWORD.fullmatch(said)))
        said = sum(bool(_KEYWORD.fullmatch(inside)) for inside in lines[at + 1 : end])
        return end if said >= _LEAST else at
    if _TITLE.fullmatch(line):
        return _run(
            lines,
            at,
            taken,
            lambda said: bool(_TITLE.fullmatch(said) or _SETTING.fullmatch(said) or _INCLUDE.fullmatch(said)),
        )
    if _PRIMITIVE.fullmatch(line):
        return _continued(lines, at, taken)
    return _command(lines, at, taken)


def _braces(lines: Sequence[str], at: int) -> int:
    depth = 0
    for number in range(at, min(len(lines), at + _MOST)):
        said = lines[number].partition("#")[0]
        depth += said.count("{") - said.count("}")
        if depth <= 0:
            return number + 1
    return at


def _run(lines: Sequence[str], at: int, taken: Collection[int], fits: Callable[[str], bool]) -> int:
    last = at + 1
    for number in range(at + 1, min(len(lines), at + _MOST)):
        line = _line(lines[number])
        if number + 1 in taken:
            break
        if not line.strip() or _COMMENT.fullmatch(line):
            continue
        if not fits(line.partition(" #")[0].rstrip()):
            break
        last = number + 1
    return last


def _continued(lines: Sequence[str], at: int, taken: Collection[int]) -> int:
    """The lines of ``crm configure`` from here on, with those that a backslash goes on with."""
    last = at
    goes_on = True
    for number in range(at, min(len(lines), at + _MOST)):
        line = _line(lines[number])
        if number + 1 in taken or not (goes_on or _CRM.fullmatch(line) or not line.strip()):
            break
        goes_on = line.rstrip().endswith("\\") or (goes_on and number == at and line.rstrip().endswith("\\"))
        last = number + 1 if line.strip() else last
    return last


def _command(lines: Sequence[str], at: int, taken: Collection[int]) -> int:
    """A command, and behind it the here-document it opens."""
    line = _line(lines[at])
    said = line[_PROMPT.match(line).end() :].rstrip("`")  # type: ignore[union-attr]
    here = _HERE.search(said) if said.startswith(("cat", "sudo", "tee")) else None
    if here:
        word = here[1] or here[2] or here[3]
        for number in range(at + 1, min(len(lines), at + _MOST)):
            if _line(lines[number]).strip() == word:
                return number + 1
        return at
    if not command_of(said) or _PROSE.search(said):
        return at
    end = at + 1
    while end < len(lines) and lines[end - 1].rstrip().endswith("\\") and end + 1 not in taken:
        end += 1
    return end

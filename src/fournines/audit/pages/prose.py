"""Settings that a page's prose tells: ``l3_ha = True`` in backquotes beside a file's name, tables of options.

They count as what the page shows in blocks, so that what a sentence sets is not said to be missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.audit.gather.recognise import recognise
from fournines.audit.pages.draft import Draft
from fournines.audit.pages.whose import PATH
from fournines.kit.audit.prose import PROSE, names_in
from fournines.kit.audit.source import Syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fournines.audit.pages.page import Block
    from fournines.kit.audit.source import Kind

_SETTING = re.compile(r"`([a-z][a-z0-9_.\-]{2,60}[ ]*=[ ]*[\w.:/,@+\-]{1,120})`", re.IGNORECASE)
_ROW = re.compile(
    r"[ \t]*\|[ \t]*`?([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`?[ \t]*\|[ \t]*`?([\w.:/\-]{1,80})`?[ \t]*\|"
)
_KERNEL = re.compile(r"(?<![\w.])(?:net\.(ipv[46])\.)?ip_nonlocal_bind\b", re.ASCII)
"""The kernel's setting that pages speak of without a file: whoever names it has thought of it."""
_ITEM = re.compile(r"[ \t]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t]")
"""The first line of an item of a list."""
_DENIED = re.compile(
    r"(?i)\b(?:not|never|don't|avoid|instead of|rather than|default|without|remove|unless|nicht|kein\w*)\b|"
    "[\u4e0d\u52ff]|\u9ed8\u8ba4"
)
"""Words of a sentence that names a setting and does not set it; Chinese for not, do not and default."""
_LONGEST = 1000
"""Characters of a line that are searched: paths in it are looked for at every one of them."""
_NEAR = 6
"""Lines after which a file that was named is no longer what the prose speaks of."""


def told(page: str, shown: Iterable[Block], kinds: Sequence[Kind]) -> Iterator[Draft]:
    """What the prose sets: an excerpt for each file and item of a list, for items may be alternatives."""
    inside = {number for block in shown for number in block.lines}
    texts: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    name, age, item = "", 0, 0
    for number, line in enumerate((line[:_LONGEST] for line in page.split("\n")), start=1):
        if number in inside or not line.strip():
            continue
        for kernel in _KERNEL.finditer(line):
            texts["/etc/sysctl.conf", 0].append((f"net.{kernel[1] or 'ipv4'}.ip_nonlocal_bind = 1", number))
        row = _ROW.match(line)
        item = number if _ITEM.match(line) else item if row or line[:1] in " |" else 0
        named = PATH.findall(line)
        if named or line.startswith("#"):
            name, age = (_fullest(named[-1], (known for known, _ in texts)) if named else ""), 0
        elif not row:
            age += 1
        if name and age <= _NEAR:
            texts[name, item] += [(setting, number) for setting in _settings(line)]
    known = [kind for kind in kinds if kind.syntax is Syntax.INI]
    for (name, _), settings in texts.items():
        text = "\n".join(setting for setting, _ in settings)
        kind = recognise(name, text, known, marked=True)
        if kind:
            yield Draft(name, kind, text, tuple(number for _, number in settings), excerpt=True)


def named(page: str, shown: Iterable[Block]) -> Draft | None:
    """The scripts that sentences name, and the settings they have changed in copies of a file."""
    inside = {number for block in shown for number in block.lines}
    said = [
        (text, number)
        for number, line in enumerate(page.split("\n"), start=1)
        if number not in inside and (text := names_in(line[:_LONGEST]))
    ]
    text = "\n".join(text for text, _ in said)
    return Draft("", PROSE, text, tuple(number for _, number in said), excerpt=True) if said else None


def _fullest(name: str, known: Iterable[str]) -> str:
    """A file that was named before by its path, when its bare name is that path's end."""
    return next((path for path in known if path.endswith(f"/{name}")), name)


def _settings(line: str) -> list[str]:
    """What a row of a table or a sentence sets; a sentence that says not to, sets nothing."""
    row = _ROW.match(line)
    if row:
        return [f"{row[1]} = {row[2]}"]
    return [] if _DENIED.search(line) else _SETTING.findall(line)

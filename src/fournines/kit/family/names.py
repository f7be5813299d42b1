"""A component's steps, said again in another family's names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from fournines.kit.family.rows import Family, Kind, Row
from fournines.kit.step import Absent, Account, Directory, File, Packages, Step, Unit

_BOUNDS = {
    Kind.PATH: (r"(?<![\w./])", r"(?![\w-])"),
    Kind.UNIT: (r"(?<![\w.@-])", r"(?![\w-])"),
    Kind.ACCOUNT: (r"(?<![\w./@-])", r"(?![\w./@-])"),
}
"""Where a name begins and ends in a text: ``/usr/bin/nova`` is not in ``/usr/bin/nova-api``."""


class Names:
    """Rows, as one family reads them. A row that comes later has the last word (a component's own)."""

    def __init__(self, rows: Iterable[Row], family: Family) -> None:
        self._rows = {(row.kind, row.debian): row for row in rows}
        self._family = family
        self._said: dict[str, str] = {}

    def steps(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        """The same facts in the family's names, without those about what it does not have.

        Commands and kernel parameters are left as they are.
        """
        return tuple(self._step(step) for step in steps if self._exists(step))

    def _exists(self, step: Step) -> bool:
        match step:
            case File(path=name) | Directory(path=name) | Absent(path=name):
                above = (str(one) for one in (PurePosixPath(name), *PurePosixPath(name).parents))
                row = next((r for one in above if (r := self._rows.get((Kind.PATH, one)))), None)
            case Unit(name=name):
                row = self._rows.get((Kind.UNIT, name))
            case _:
                return True
        return row is None or bool(row.names(self._family))

    def _step(self, step: Step) -> Step:
        said: dict[str, Any] = {}
        match step:
            case Packages(names=names):
                said = {"names": self._packages(names)}
            case Account(groups=groups):
                said = {"groups": tuple(map(self._account, groups))}
            case Directory(path=at, owner=owner, group=group):
                said = {"path": self.text(at), "owner": self._account(owner), "group": self._account(group)}
            case File(path=at, content=content, owner=owner, group=group):
                said = {"path": self.text(at), "owner": self._account(owner), "group": self._account(group)}
                if not (step.base64 or step.secret):
                    said["content"] = self.text(content)
            case Absent(path=at):
                said = {"path": self.text(at)}
            case Unit(name=name, packages=packages):
                said = {"name": self.text(name), "packages": self._packages(packages)}
                said |= {
                    word: tuple(map(self.text, getattr(step, word))) for word in ("restart_on", "reload_on")
                }
        return replace(step, **said)

    def text(self, text: str) -> str:
        """A text with the family's paths, units and accounts."""
        if text not in self._said:
            self._said[text] = self._pattern.sub(self._there, text)
        return self._said[text]

    def _there(self, found: re.Match[str]) -> str:
        kind = Kind(found.lastgroup or "")
        return self._rows[kind, found[0]].names(self._family)[0]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The longest of all names that fit at a place, of whichever kind it is."""
        return re.compile("|".join(self._alternatives()) or r"(?!)")

    def _alternatives(self) -> Iterator[str]:
        for kind, (before, after) in _BOUNDS.items():
            names = [
                row.debian for row in self._rows.values() if row.kind is kind and row.names(self._family)
            ]
            if names:
                longest = sorted(names, key=lambda name: (-len(name), name))
                yield f"{before}(?P<{kind}>{'|'.join(map(re.escape, longest))}){after}"

    def _account(self, name: str) -> str:
        row = self._rows.get((Kind.ACCOUNT, name))
        return row.names(self._family)[0] if row else name

    def _packages(self, names: Iterable[str]) -> tuple[str, ...]:
        rows = [(name, self._rows.get((Kind.PACKAGE, name))) for name in names]
        return tuple(
            dict.fromkeys(n for name, row in rows for n in (row.names(self._family) if row else (name,)))
        )

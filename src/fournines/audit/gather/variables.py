"""The values that templates are filled with: variables of Ansible, pillars of Salt, parameters of Puppet.

Only what is the same for every host is taken: a name that two files of one rank set differently, or that any
host sets for itself, has no value here, and the template keeps its placeholder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fournines.audit.gather.collect import File

Value = tuple[str, ...] | str
"""A plain value, or the plain values of a list."""

_LONGEST = 64 * 1024
_MOST = 2000
"""Values that are read of one file."""
_DEEPEST = 6
_FOLDER = re.compile(
    r"(?P<root>(?:[^/]+/)*?)(?P<what>group_vars|host_vars|defaults|vars|pillars?|attributes|manifests)/(?P<rest>.+)"
)
_ENDS = {
    "group_vars": (".yml", ".yaml", ".json", ""), "host_vars": (".yml", ".yaml", ""),
    "defaults": (".yml", ".yaml"), "vars": (".yml", ".yaml"), "pillar": (".sls",), "pillars": (".sls",),
    "attributes": (".rb",), "manifests": (".pp",),
}  # fmt: skip
"""Folders of variables, and how their files' names end."""
_RANK = {
    "defaults": 0,
    "attributes": 0,
    "manifests": 0,
    "pillar": 1,
    "pillars": 1,
    "group_vars": 1,
    "vars": 2,
}
_EVERYWHERE = frozenset({"group_vars", "pillar", "pillars"})
"""Folders whose values reach templates that lie elsewhere."""
_LINE = re.compile(
    r"(?P<in> {0,40})(?P<dash>- )?(?:[\"']?(?P<key>[\w.\-]{1,80})[\"']?:(?= |$))? ?(?P<value>[^\n]*)"
)
_PUPPET = re.compile(
    r"^[ \t]{0,40}(?:[A-Z][\w:\[\], ]{0,60} )?\$(\w{1,60})[ \t]{0,40}=[ \t]{0,40}([^\s,#][^,\n#]{0,200})",
    re.MULTILINE,
)
_CHEF = re.compile(
    r"^[ \t]{0,20}(?:default|node\.default)((?:\[[:'\"]\w{1,60}['\"]?\]){1,6})"
    r"[ \t]{0,20}=[ \t]{0,20}([^\n#]{1,200})",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"[\w.:/@+,\- \[\]*]{0,200}")
_PUT_IN = re.compile(r"\{\{[^{}\n]{1,100}\}\}")
_INVENTORY = re.compile(r"^[\w.\-\[\]:]{1,80}[ \t]+\w+=[^\n]*", re.MULTILINE)
_SET = re.compile(r"(?<![\w\-])([a-z_]\w{0,60})=")


@dataclass(slots=True)
class Variables:
    """Each name's values with the rank and the root of the files that set it, and names that hosts set."""

    known: dict[str, list[tuple[str, int, Value, str]]] = field(default_factory=lambda: defaultdict(list))
    own: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    """Files of which something was put in."""

    def of(self, path: str, name: str) -> Value | None:
        """The value of a name in a template; None where it has none, or more than one."""
        found = [said for said in self.known.get(name, ()) if path.startswith(said[0])]
        if not found or name in self.own:
            return None
        top = max(rank for _, rank, _, _ in found)
        values = {value for _, rank, value, _ in found if rank == top}
        if len(values) != 1:
            return None
        self.used.update(home for _, rank, _, home in found if rank == top)
        return values.pop()


def variables(files: Iterable[File]) -> Variables:
    """What the files of variables among these set."""
    found = Variables()
    for file in files:
        base = file.path.rpartition("/")[2]
        if len(file.text) > _LONGEST:
            continue
        if base.startswith(("inventory", "hosts")) and "=" in file.text and "[" in file.text:
            for line in _INVENTORY.findall(file.text):
                found.own.update(_SET.findall(line))
        told = _FOLDER.fullmatch(file.path)
        if not told or not file.text:
            continue
        what = told["what"]
        last = told["rest"].rpartition("/")[2]
        if not last.endswith(tuple(filter(None, _ENDS[what]))) and ("." in last or "" not in _ENDS[what]):
            continue
        root = "" if what in _EVERYWHERE else told["root"]
        for name, value in _read(what, file.text):
            if what == "host_vars":
                found.own.add(name)
            else:
                found.known[name].append((root, _RANK[what], value, file.path))
    return found


def _read(what: str, text: str) -> Iterator[tuple[str, Value]]:
    if what == "manifests":
        for match in _PUPPET.finditer(text):
            yield from _plain(match[1], match[2])
    elif what == "attributes":
        for match in _CHEF.finditer(text):
            yield from _plain(".".join(_WORD.findall(match[1])), match[2])
    else:
        yield from _yaml(text)


def _plain(name: str, value: str) -> Iterator[tuple[str, Value]]:
    bare = value.strip().strip("\"'")
    if bare and _PLAIN.fullmatch(_PUT_IN.sub("", bare)) and bare not in ("undef", "nil"):
        yield name, bare


def _yaml(text: str) -> Iterator[tuple[str, Value]]:
    """The plain values of a text of YAML by their path, ``a.b``, and lists of such; read line by line."""
    above: list[tuple[int, str]] = []
    lists: dict[str, list[str]] = {}
    for column, dash, key, value in islice(_lines(text), _MOST):
        while above and (above[-1][0] > column or (above[-1][0] == column and not dash)):
            above.pop()
        home = ".".join(name for _, name in above)
        if dash:
            lists.setdefault(home, []).append("" if key else value)
            above += [(column + 1, "-")] if key else []
        elif key and len(above) < _DEEPEST:
            if value:
                yield from _said(f"{home}.{key}" if home else key, value)
            else:
                above.append((column, key))
    for path, said in lists.items():
        if path and all(said):  # else it is a list of mappings
            yield path, tuple(said)


def _lines(text: str) -> Iterator[tuple[int, bool, str, str]]:
    """The column of each line that says something, whether it is an item of a list, its key and its value."""
    for raw in text.split("\n"):
        line = raw.rstrip()
        match = _LINE.fullmatch(line) if line and not line.lstrip().startswith(("#", "---")) else None
        if match:
            yield len(match["in"]), bool(match["dash"]), match["key"] or "", _value(match["value"])


def _said(path: str, value: str) -> Iterator[tuple[str, Value]]:
    if value.startswith("[") and value.endswith("]"):
        yield path, tuple(part.strip().strip("\"'") for part in value[1:-1].split(",") if part.strip())
    elif value.startswith("{{") or value[0] not in "|>&*!{":
        yield from _plain(path, value)


def _value(text: str) -> str:
    """A value without its comment and its quotes."""
    bare = text.strip()
    if bare[:1] in ("'", '"'):
        return bare[1:].partition(bare[0])[0]
    return bare.partition(" #")[0].strip()

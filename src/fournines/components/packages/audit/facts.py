"""Package lists as facts: ``dpkg -l``, ``dpkg-query -W`` and ``rpm -qa`` written to a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

_RPM = re.compile(
    r"([A-Za-z][\w+.\-]*?)-(\d[\w.+~^:]*-[\w.+~^]+)\.(?:noarch|x86_64|aarch64|i686|ppc64le|s390x)"
)


@dataclass(frozen=True)
class Package:
    """One installed package."""

    at: Place
    name: str
    version: str


def read(source: Source) -> Iterator[Package]:
    """The packages of a list."""
    for node in source.nodes:
        words = node.words
        if len(words) > 2 and words[0] == "ii":  # noqa: PLR2004 - status, name, version
            yield Package(source.at(node), words[1].split(":")[0], words[2])
        elif len(words) == 2 and re.match(r"\d", words[1]):  # noqa: PLR2004 - name, version
            yield Package(source.at(node), words[0].split(":")[0], words[1])
        elif len(words) == 1 and (match := _RPM.fullmatch(words[0])):
            yield Package(source.at(node), match.group(1), match.group(2))


PACKAGES = Kind(
    name="packages",
    syntax=Syntax.LINES,
    names=("*packages*.txt", "packages", "dpkg*.txt", "dpkg*.list", "rpm*.txt", "*rpm-qa*"),
    marks=(r"^ii\s+\S+\s+\d\S*", r"^\S+-\d[\w.+~^:]*-[\w.+~^]+\.(?:noarch|x86_64|aarch64)\s*$"),
    read=read,
)

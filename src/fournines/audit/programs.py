"""What the programs' own checkers say about the same files, beside our verdict; each in a closed room."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fournines.audit import sandbox
from fournines.audit.mask import mask
from fournines.audit.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.kit.audit.source import Source

_MOST_LINES = 30
_LONGEST_LINE = 600


@dataclass(frozen=True, slots=True)
class Checker:
    """How a program checks a file of a kind; ``{}`` in ``argv`` is the file."""

    kind: str
    argv: tuple[str, ...]
    noise: str = ""


CHECKERS = (
    Checker("haproxy.cfg", ("haproxy", "-c", "-f", "{}")),
    Checker("keepalived.conf", ("keepalived", "-t", "-f", "{}"), noise=r"^\s*$"),
    Checker("corosync.conf", ("corosync", "-t", "-c", "{}")),
    Checker("cib.xml", ("crm_verify", "-V", "-x", "{}")),
    Checker("drbd.res", ("drbdadm", "-c", "{}", "dump", "all")),
    Checker("nftables", ("nft", "-c", "-f", "{}")),
    Checker("chrony.conf", ("chronyd", "-p", "-f", "{}")),
)


@dataclass(frozen=True, slots=True)
class ProgramVerdict:
    """What one program said about one file. ``messages`` are its own words, secrets masked."""

    program: str
    path: str
    accepted: bool
    messages: tuple[str, ...]


def ask(sources: Sequence[Source]) -> list[ProgramVerdict]:
    """The verdicts of the checkers that are installed here; files in part are not given to them.

    A checker sees copies of the audited files and nothing else of their host: complaints about missing
    users, interfaces or certificates speak of the closed room, not of the audited host.

    Raises:
        AuditError: no sandbox can be made here.
    """
    sandbox.prove()
    with TemporaryDirectory(prefix="nines-audit-") as folder:
        tree = Path(folder)
        places = {source.path: _copied(source, tree) for source in sources if not source.lines}
        return [
            _ask(checker, source, places[source.path], tree)
            for source in sources
            for checker in CHECKERS
            if checker.kind == source.kind and not source.excerpt and shutil.which(checker.argv[0])
        ]


def _copied(source: Source, tree: Path) -> PurePosixPath:
    """Write the file where it lay among the others, never outside the tree; its place below the tree."""
    inside = PurePosixPath(*[part for part in source.path.split("/") if part not in ("", ".", "..")])
    copy = tree / inside
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(source.text)
    return inside


def _ask(checker: Checker, source: Source, inside: PurePosixPath, tree: Path) -> ProgramVerdict:
    copy = f"{sandbox.INSIDE}/{inside}"
    argv = [word.replace("{}", copy) for word in checker.argv]
    program = " ".join(word for word in checker.argv if word != "{}")
    try:
        said = sandbox.run(argv, tree)
    except (OSError, TimeoutExpired) as error:
        answer = f"could not be asked: {error}"
        if isinstance(error, TimeoutExpired):
            answer = f"could not be asked: it did not end within {sandbox.LONGEST:g} s"
        return ProgramVerdict(program, source.path, accepted=False, messages=(answer,))
    text = said.text.replace(copy, source.path)
    lines = [plain(mask(line.strip()[:_LONGEST_LINE])) for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not re.search(checker.noise or r"(?!)", line)]
    return ProgramVerdict(program, source.path, said.code == 0, tuple(kept[:_MOST_LINES]))

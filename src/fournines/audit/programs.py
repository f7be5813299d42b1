"""What the programs' own checkers say about the same files, beside our verdict."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fournines.audit.mask import mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fournines.kit.audit.source import Source

LONGEST = 20.0
"""Seconds one checker may take."""
_MOST_LINES = 30


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

    A checker runs on a copy without the rest of its host: complaints about missing users, interfaces or
    certificates speak of this machine, not of the audited one.
    """
    found: list[ProgramVerdict] = []
    with TemporaryDirectory(prefix="nines-audit-") as folder:
        for number, source in enumerate(sources):
            found.extend(
                _ask(checker, source, Path(folder) / str(number))
                for checker in CHECKERS
                if checker.kind == source.kind and not source.excerpt and shutil.which(checker.argv[0])
            )
    return found


def _ask(checker: Checker, source: Source, folder: Path) -> ProgramVerdict:
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / (source.path.rsplit("/", 1)[-1] or "file")
    copy.write_text(source.text)
    argv = [word.replace("{}", str(copy)) for word in checker.argv]
    program = " ".join(word for word in checker.argv if word != "{}")
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return ProgramVerdict(
            program, source.path, accepted=False, messages=(f"could not be asked: {error}",)
        )
    text = f"{done.stdout}\n{done.stderr}".replace(str(copy), source.path)
    lines = [mask(line.strip()) for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if not re.search(checker.noise or r"(?!)", line)]
    return ProgramVerdict(program, source.path, done.returncode == 0, tuple(kept[:_MOST_LINES]))

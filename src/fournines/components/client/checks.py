"""What the client files promise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from fournines.components.client.deploy import HOSTS, files
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.context import Context
from fournines.kit.verdict import Verdict, failed, passed, worst

_LOOK = 'for file; do stat -c "%a %U" "$file" && sha256sum < "$file"; done'


def checks(context: Context) -> Iterator[Check]:
    """The files are this site's, and root's alone."""
    wanted = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files(context).items()}
    yield Check(
        "client.files",
        "The administrator's client files are this site's, and only root can read them",
        asks=dict.fromkeys(HOSTS.names(context.site), Ask(("sh", "-c", _LOOK, "sh", *wanted))),
        judge=each_host(lambda answer: judge_files(answer, wanted), all_well="this site's, 0600 root"),
    )


def judge_files(answer: Output, wanted: Mapping[str, str]) -> Verdict:
    """Mode, owner and content of each file, in the order of the question."""
    lines = answer.stdout.splitlines()
    if answer.code != 0 or len(lines) != 2 * len(wanted):
        return failed(answer.stderr.strip() or "unreadable")
    found = zip(lines[::2], lines[1::2], strict=True)
    return worst(
        (path, _one_file(mode, digest.split()[0], wanted[path]))
        for path, (mode, digest) in zip(wanted, found, strict=True)
    )


def _one_file(mode: str, digest: str, wanted: str) -> Verdict:
    if mode != "600 root":
        return failed(f"its mode and owner are {mode} instead of 600 root")
    return passed("this site's") if digest == wanted else failed("differs from this site's")

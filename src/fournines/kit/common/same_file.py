"""A check of files that hold a site's secrets: what lies on each host is what was rendered for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial

from fournines.kit.check import Answers, Ask, Check, Output
from fournines.kit.verdict import Verdict, failed, passed, unknown, worst


def same_file_check(
    component: str, promise: str, path: str, contents: Mapping[str, str], *, name: str = "same-secrets"
) -> Check:
    """``component.same-secrets``: the file at ``path`` has, by host, these contents; only digests travel.

    Where a component has several such files, each check has a ``name``.
    """
    wanted = {host: hashlib.sha256(content.encode()).hexdigest() for host, content in contents.items()}
    return Check(
        f"{component}.{name}",
        promise,
        asks=dict.fromkeys(wanted, Ask(("sha256sum", path))),
        judge=partial(_judge, path=path, wanted=wanted),
    )


def _judge(answers: Answers, path: str, wanted: Mapping[str, str]) -> Verdict:
    return worst(
        ((host, _one(answer, path, wanted[host])) for host, answer in answers.items()),
        all_well="this site's on every host",
    )


def _one(answer: Output | None, path: str, wanted: str) -> Verdict:
    if answer is None:
        return unknown("not reachable")
    if answer.code != 0:
        return failed(answer.stderr.strip() or "unreadable")
    same = answer.stdout.split()[:1] == [wanted]
    return passed("this site's") if same else failed(f"{path} differs from this site's")

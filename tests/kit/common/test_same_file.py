"""The check of files with secrets goes red for every way in which they can be wrong."""

from __future__ import annotations

import hashlib

import pytest

from fournines.kit.check import Output
from fournines.kit.common.same_file import same_file_check
from fournines.kit.verdict import Outcome

CHECK = same_file_check("x", "Every x has its file", "/etc/x", {"a": "of a\n", "b": "of b\n"})


def digest(content: str) -> Output:
    return Output(0, f"{hashlib.sha256(content.encode()).hexdigest()}  /etc/x\n")


def test_each_host_has_its_own() -> None:
    verdict = CHECK.verdict({"a": digest("of a\n"), "b": digest("of b\n")})
    assert (verdict.outcome, verdict.seen) == (Outcome.PASS, "this site's on every host")


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (digest("of a\n"), Outcome.FAIL, "b: /etc/x differs"),
        (Output(1, "", "sha256sum: /etc/x: No such file"), Outcome.FAIL, "b: sha256sum: /etc/x: No such"),
        (Output(0, ""), Outcome.FAIL, "b: /etc/x differs"),
        (None, Outcome.UNKNOWN, "b: not reachable"),
    ],
)
def test_what_is_wrong_is_seen(answer: Output | None, outcome: Outcome, says: str) -> None:
    verdict = CHECK.verdict({"a": digest("of a\n"), "b": answer})
    assert verdict.outcome is outcome
    assert says in verdict.seen

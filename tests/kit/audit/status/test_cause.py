"""What decides the status of a script that cannot fail, in words: one case for each kind of step."""

from __future__ import annotations

import pytest

from fournines.kit.audit.script import shell_steps
from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.status.cause import cause


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("if ! pidof haproxy; then echo 1; fi", "its status is that of its last command, and echo succeeds"),
        ("curl -f x | tee /log", "the status of a pipe is that of its last command, and tee succeeds"),
        ("pidof haproxy || true", "'|| true' makes 0 of every answer"),
        ("pidof haproxy\nexit 0", "it ends in 'exit 0'"),
        ("pidof haproxy\nlogger seen\nexit $?", "$? is the status of logger, not of the probe before it"),
        ("f() { pidof haproxy; return 0; }\nf", "f: it ends in 'return 0'"),
        ("f() { f; }\nf", ""),
        ("pidof haproxy", ""),
    ],
)
def test_what_decides(text: str, said: str) -> None:
    steps = shell_steps(parse_shell(f"#!/bin/sh\n{text}\n").nodes)
    assert steps is not None
    assert cause(steps) == said

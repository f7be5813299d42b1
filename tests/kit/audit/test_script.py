"""Can this script ever report a failure?"""

from __future__ import annotations

import pytest

from fournines.kit.audit.script import shell_steps
from fournines.kit.audit.shell import parse_shell
from fournines.kit.audit.status.walk import outcome


@pytest.mark.parametrize(
    ("text", "able"),
    [
        ("", False),
        ("exit 1", True),
        ("exit 0", False),
        ("pidof haproxy", True),
        ("pidof haproxy || exit 1", True),
        ("pidof haproxy || service keepalived stop", False),
        ("pidof haproxy >/dev/null\nexit $?", True),
        ("curl -fs http://127.0.0.1/ || echo down", False),
        ("set -e\npidof haproxy\necho fine", True),
        ("set -euo pipefail\ntrue", False),
        ("if pidof haproxy; then\n  exit 0\nelse\n  exit 1\nfi", True),
        ("if ! pidof haproxy; then\n  systemctl stop keepalived\nfi", False),
        ("if [ $(pidof x | wc -l) -eq 0 ]; then\n  echo 1\nfi", False),
        ("A=$(pidof x)\nif [ -z $A ]; then\n  service x start\n  service keepalived stop\nfi", False),
        ("check() {\n  pidof x || return 1\n}\ncheck", True),
        ("check() {\n  pidof x\n}\ncheck", True),
        ("while true; do\n  pidof x || exit 2\n  sleep 1\ndone", True),
        ("echo fine", False),
        ("mysql -e 'select 1'\nif [ $? -ne 0 ]; then\n  pkill keepalived\nfi", False),
        ("systemctl is-active --quiet haproxy", True),
        ("killall -0 haproxy", True),
        ("killall keepalived", False),
        ("case $1 in\n  a) exit 3 ;;\nesac", True),
        ("FLAG=1", False),
    ],
)
def test_ways_to_fail(text: str, *, able: bool) -> None:
    steps = shell_steps(parse_shell("#!/bin/sh\n" + text).nodes)
    assert steps is not None
    assert (outcome(steps).failure is not None) is able

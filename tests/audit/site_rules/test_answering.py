"""Health responders: which ones always answer 200, which ones do not, and which ones cannot be told."""

from __future__ import annotations

import pytest

from fournines.audit.gather.collect import File
from fournines.audit.run import audit

OK, BAD = "HTTP/1.1 200 OK\\r\\n\\r\\n", "HTTP/1.1 503 Service Unavailable\\r\\n\\r\\n"
ASK = "#!/bin/bash\nif mysqladmin ping >/dev/null 2>&1; then\n"


def judged(text: str, name: str = "usr/local/bin/dbcheck") -> tuple[int, int]:
    """How often HA055 was found, and how often it was not known."""
    report = audit([File(f"n1/{name}", text)], strict=True)
    found = [finding.at.line for finding in report.findings if finding.rule == "HA055"]
    unknown = [one for one in report.unknown if "answer" in one.what]
    return len(found), len(unknown)


@pytest.mark.parametrize(
    "text",
    [
        f"{ASK}printf '{OK}up'\nelse\nprintf '{OK}down'\nexit 1\nfi\n",
        f'{ASK}echo -en "{OK}"\nexit 0\nfi\n/bin/echo -e "{OK}"\nexit 1\n',
        f'#!/bin/sh\nanswer() {{\n  echo "HTTP/1.0 $1"\n}}\n{ASK[12:]}answer 200\nelse\nanswer 200\nfi\n',
        f'{ASK}C=200\nelse\nC=204\nfi\nprintf "HTTP/1.1 %s OK\\r\\n" "$C"\n',
        f'{ASK}( echo "{OK}" )\nelse\necho down >&2\necho "{OK}"\nfi\n',
        f'#!/bin/bash\n[[ $1 == -h ]] && {{ echo usage; exit 1; }}\n{ASK[12:]}:\nfi\necho "{OK}"\nexit 0\n',
    ],
)
def test_nothing_but_200(text: str) -> None:
    assert judged(text) == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        f"{ASK}printf '{OK}up'\nelse\nprintf '{BAD}down'\nexit 1\nfi\n",
        f'{ASK}echo -en "{OK}"\nexit 0\nfi\nexit 1\n',  # no answer is no healthy server
        f'#!/bin/sh\nanswer() {{\n  echo "HTTP/1.0 $1"\n}}\n{ASK[12:]}answer 200\nelse\nanswer 503\nfi\n',
        f'{ASK}C="200 OK"\nelse\nC="503 Down"\nfi\nprintf "HTTP/1.1 %s\\r\\n" "$C"\n',
        f'{ASK}echo "{OK}" >/tmp/last\nelse\necho "{OK}" >>/tmp/last\nfi\n',
        f'#!/bin/sh\n[ -e /run/ready ] || exit 1\necho "{OK}"\n',
        f'#!/bin/bash\n[ $# -gt 3 ] && exit 1\nmysqladmin ping || exit 1\necho "{OK}"\n',
        "#!/bin/sh\ncurl -si http://127.0.0.1/ | grep -q 'HTTP/1.1 200' || exit 1\n",
        f"#!/bin/sh\nprintf '{OK}hello'\n",  # asks nothing, promises nothing
    ],
)
def test_other_answers(text: str) -> None:
    assert judged(text) == (0, 0)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{ASK}printf '{OK}' | unix2dos\nelse\nprintf '{BAD}' | unix2dos\nfi\n", "usr/local/bin/dbcheck"),
        (
            f'{ASK}C=$(cat /run/ok)\nelse\nC=$(cat /run/bad)\nfi\necho "HTTP/1.1 $C"\n',
            "usr/local/bin/dbcheck",
        ),
        (
            f"{ASK}cat <<E\nHTTP/1.1 200 OK\nE\nelse\ncat <<E\nHTTP/1.1 200 OK\nE\nfi\n",
            "usr/local/bin/dbcheck",
        ),
        (
            '#!/usr/bin/python3\nimport sys\nsys.stdout.write("HTTP/1.1 200 OK\\r\\n")\n',
            "usr/local/bin/dbcheck.py",
        ),
    ],
)
def test_what_cannot_be_followed_is_not_called_good(text: str, name: str) -> None:
    assert judged(text, name) == (0, 1)

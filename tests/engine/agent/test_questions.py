"""Questions that run in a fork of the agent are answered as if they had been started."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fournines.engine.agent import questions
from fournines.engine.agent.process import run
from fournines.engine.agent.questions import AT_ONCE, ask_all


def ask(*argv: str, stdin: str = "", timeout: float = 20.0) -> dict[str, Any]:
    return {"argv": list(argv), "stdin": stdin, "timeout": timeout}


@pytest.fixture(autouse=True)
def this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own Python counts as the host's."""
    monkeypatch.setattr(questions, "_is_this", lambda name: name == sys.executable)
    monkeypatch.chdir("/")


PROGRAMS = {
    "says": "print('täglich')",
    "reads": "import sys; print(sys.stdin.read().upper())",
    "arguments": "import sys; print(sys.argv)",
    "status": "import sys; sys.exit(3)",
    "negative": "import sys; sys.exit(-1)",
    "complains": "import sys; sys.exit('no token')",
    "leaves": "import sys; print(1); sys.exit()",
    "main": "if __name__ == '__main__':\n print('main')",
    "types": (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from typing import get_type_hints\n"
        "@dataclass\nclass A:\n b: B\nclass B: pass\nprint(get_type_hints(A), A.__module__)"
    ),
    "environment": "import os; print(sorted(os.environ.items()), os.getcwd())",
    "children": "import subprocess as s; print(s.run(['echo', 'x'], capture_output=True).stdout)",
    "descriptors": "import os; os.write(1, b'one'); os.write(2, b'two')",
    "undecodable": "import os; os.write(1, bytes([255, 10]))",
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_answered_as_one_that_was_started(source: str) -> None:
    argv = (sys.executable, "-I", "-c", source, "first", "second")
    started = run(list(argv), stdin="given")
    assert ask_all([ask(*argv, stdin="given")]) == [
        {"code": started.code, "stdout": started.stdout, "stderr": started.stderr}
    ]
    assert questions._program(list(argv)) == (source, ["first", "second"])


@pytest.mark.parametrize("source", ["1 / 0", "def", "import nowhere", "raise KeyboardInterrupt"])
def test_a_program_that_breaks_says_why(source: str) -> None:
    (answer,) = ask_all([ask(sys.executable, "-c", source)])
    assert answer is not None
    started = run([sys.executable, "-I", "-c", source])
    assert answer["code"] != 0
    assert answer["stderr"].splitlines()[-1] == started.stderr.splitlines()[-1]


def test_other_programs_are_started() -> None:
    environment, other, pipe, missing = ask_all(
        [
            ask("sh", "-c", "pwd; env | grep -v ^_= | sort"),
            ask("sh", "-c", "cat; echo $1; echo bad >&2; exit 4", "sh", "argument", stdin="given "),
            ask("sh", "-c", "yes | head -1"),
            ask("/nowhere/at/all"),
        ]
    )
    started = run(["sh", "-c", "pwd; env | grep -v ^_= | sort"])
    assert environment == {"code": 0, "stdout": started.stdout, "stderr": ""}
    assert other == {"code": 4, "stdout": "given argument\n", "stderr": "bad\n"}
    assert pipe == {"code": 0, "stdout": "y\n", "stderr": ""}
    assert missing == {"code": 127, "stdout": "", "stderr": "/nowhere/at/all: No such file or directory"}


def test_a_python_that_is_not_the_agents_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "_is_this", lambda _name: False)
    assert questions._program([sys.executable, "-c", "pass"]) is None
    (answer,) = ask_all([ask(sys.executable, "-c", "print(1)")])
    assert answer == {"code": 0, "stdout": "1\n", "stderr": ""}


def test_what_hangs_is_stopped_with_its_children_and_holds_up_no_other() -> None:
    begun = time.monotonic()
    asks = [
        ask(sys.executable, "-c", "import time; time.sleep(60)", timeout=0.5),
        ask("sh", "-c", "sleep 61.5 & wait", timeout=0.5),
        *(ask(sys.executable, "-c", f"print({number})") for number in range(3 * AT_ONCE)),
    ]
    hung, with_child, *others = ask_all(asks)
    assert hung is None
    assert with_child is None
    assert [other["stdout"] for other in others if other] == [f"{n}\n" for n in range(3 * AT_ONCE)]
    assert time.monotonic() - begun < 50
    assert run(["pgrep", "-f", "sleep 61[.]5"]).code == 1


def test_no_more_than_a_few_run_at_once() -> None:
    source = "import os, time; print(time.monotonic()); time.sleep(0.2); print(time.monotonic())"
    spans = []
    for answer in ask_all([ask(sys.executable, "-c", source) for _ in range(2 * AT_ONCE + 1)]):
        assert answer is not None
        began, ended = map(float, answer["stdout"].split())
        spans.append((began, ended))
    assert max(sum(b <= began < e for b, e in spans) for began, _ in spans) <= AT_ONCE


def test_nothing_is_left_open() -> None:
    before = {path.name for path in Path("/proc/self/fd").iterdir()}
    ask_all([ask("true"), ask("sleep", "5", timeout=0.1), ask(sys.executable, "-c", "pass")])
    assert {path.name for path in Path("/proc/self/fd").iterdir()} == before

"""The agent as it is started on a host: by the real interpreter, from standard input."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import anyio

from fournines.engine.wire import remote
from fournines.engine.wire.transport import Local


def test_a_request_imports_only_what_it_asks_for(tmp_path: Path) -> None:
    request = {"do": ["stamp"], "root": str(tmp_path), "stamps": {"a.service": {"restart": "x"}}}
    python, *arguments = remote.ARGV
    ran = subprocess.run(
        [python, "-X", "importtime", *arguments],
        input=json.dumps([remote._sources(), request]),
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert (tmp_path / "var/lib/fournines/stamps/a.service.json").read_text() == '{"restart": "x"}'
    assert "fournines.engine.agent.stamps" in imported
    assert not imported & {"fournines.engine.agent.tree", "subprocess", "inspect", "site", "logging"}


def test_questions_find_modules_where_an_interpreter_of_their_own_does() -> None:
    interpreter = output(remote.ARGV[0], "-c", "import sys; print(sys.executable)").strip()
    program = (interpreter, "-I", "-c", "import sys; print(sys.path)")
    ask = {"argv": list(program), "stdin": "", "timeout": 20.0}

    async def answered() -> str:
        response = await remote.call(Local(), "here", {"do": ["ask"], "asks": [ask]})
        return str(response["answers"][0]["stdout"])

    assert anyio.run(answered) == output(*program)


def output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

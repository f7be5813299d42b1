"""Sending the agent to a host with a request, and reading its response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fournines.engine.agent.main import MARK
from fournines.engine.wire.transport import Transport
from fournines.errors import HostError

_PACKAGE = "fournines.engine.agent"
_MODULES = (
    *("process", "ownership", "durable", "stamps", "facts", "claims"),
    *("tree", "leave", "commands", "questions", "main"),
)
"""In the order in which they import one another."""

_LOADER = """\
import json, sys, types
modules, request = json.load(sys.stdin)
for name, text in modules:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
sys.modules[modules[-1][0]].main(request)
"""

ARGV = ("python3", "-I", "-c", _LOADER)
"""How the agent is started on a host; itself and the request come through standard input."""


async def call(
    transport: Transport,
    host: str,
    request: Mapping[str, Any],
    *,
    timeout: float = 120.0,  # noqa: ASYNC109 - it travels on to the wire
) -> dict[str, Any]:
    """One round trip: the agent does what the request says and responds.

    Raises:
        TransportError: the host could not be reached or took longer than ``timeout`` seconds.
        HostError: the agent could not run, or could not do it.
    """
    output = await transport.run(host, ARGV, stdin=json.dumps([_sources(), dict(request)]), timeout=timeout)
    for line in reversed(output.stdout.splitlines()):
        if line.startswith(MARK):
            response: dict[str, Any] = json.loads(line[len(MARK) :])
            break
    else:
        raise HostError(
            f"the engine's program did not run (exit {output.code})",
            where=host,
            try_this="python3 3.10 or newer must be installed on the host, and the login must become root",
            output=(output.stdout + output.stderr)[-4000:],
        )
    if "error" in response:
        raise HostError(str(response["error"]), where=host)
    return response


@cache
def _sources() -> list[list[str]]:
    folder = files(_PACKAGE)
    return [[f"{_PACKAGE}.{name}", folder.joinpath(f"{name}.py").read_text()] for name in _MODULES]

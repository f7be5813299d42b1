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
_LOADER = """\
import json, sys
from importlib.machinery import ModuleSpec
sent, request = json.load(sys.stdin)
class Sent:
    def find_spec(name, path, target=None):
        package = any(known.startswith(name + ".") for known in sent)
        return ModuleSpec(name, Sent, is_package=package) if package or name in sent else None
    def create_module(spec):
        pass
    def exec_module(module):
        exec(compile(sent.get(module.__name__, ""), module.__name__, "exec"), module.__dict__)
sys.meta_path.insert(0, Sent)
from fournines.engine.agent.main import main
main(request)
"""
"""Imports the agent's modules from what was sent, each when it is asked for."""

ARGV = ("python3", "-I", "-S", "-c", _LOADER)
"""How the agent is started on a host; itself and the request come through standard input.

Without ``site`` (-S): the agent needs the standard library only, and it is a third of an interpreter's start.
"""


PATIENCE = 600.0
"""Seconds for a round trip. A host that is gone is known by its connection; one on which all services start
at once was seen to need more than two minutes for a Python, which ended a first deployment of five hosts."""


async def call(
    transport: Transport,
    host: str,
    request: Mapping[str, Any],
    *,
    timeout: float = PATIENCE,  # noqa: ASYNC109 - it travels on to the wire
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
def _sources() -> dict[str, str]:
    found = (file for file in files(_PACKAGE).iterdir() if file.name.endswith(".py"))
    return {f"{_PACKAGE}.{file.name.removesuffix('.py')}": file.read_text() for file in found}

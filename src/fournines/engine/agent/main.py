"""The agent's front door: one request in, one response out, both JSON.

What a request does not ask for is not imported: an interpreter and everything the agent can do are three
times the work of most requests, and a host is asked dozens of times in a deployment.
"""

from __future__ import annotations

import json
import sys
from typing import Any

MARK = "fournines-agent:"
"""Begins the line that is the response: a login shell's greeting before it does no harm."""


def respond(request: dict[str, Any]) -> dict[str, Any]:
    """Do, in this order, what the request asks for.

    Stage; claim, outdate, leave, commit; stamp, commands, observe, ask.
    """
    response: dict[str, Any] = {}
    root, wants = request.get("root", "/"), request["do"]
    if "stage" in wants:
        from fournines.engine.agent.tree import stage

        response["rejections"] = stage(request)
        if response["rejections"]:
            return response
    response |= _change(root, request)
    if "stamp" in wants:
        from fournines.engine.agent.stamps import write_stamps

        write_stamps(root, request["stamps"])
    if "commands" in wants:
        from fournines.engine.agent.commands import carry_out

        response["results"] = carry_out(request)
    if "observe" in wants:
        from fournines.engine.agent.claims import claims
        from fournines.engine.agent.facts import observe

        response["seen"] = observe(request)
        response["claims"] = claims(root)
    if "ask" in wants:
        from fournines.engine.agent.questions import answer

        response["answers"] = answer(request)
    return response


def _change(root: str, request: dict[str, Any]) -> dict[str, Any]:
    """What fournines has on the host: claimed before it comes, and gone before something new is there."""
    response: dict[str, Any] = {}
    wants = request["do"]
    if "claim" in wants:
        from fournines.engine.agent.claims import claim

        claim(root, request["claims"], keep=request.get("keep", True))
    if "commit" in wants:
        from fournines.engine.agent.stamps import outdate

        outdate(root, request["outdate"])
    if "leave" in wants:
        from fournines.engine.agent.leave import leave

        response["left"] = leave(root, request["leaving"])
    if "commit" in wants:
        from fournines.engine.agent.tree import commit

        response["changed"] = commit(request)
    return response


def main(request: dict[str, Any]) -> None:
    """Respond on standard output. What goes wrong on the way is part of the response."""
    try:
        response = respond(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator must read it in one sentence
        response = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write("\n" + MARK + json.dumps(response) + "\n")

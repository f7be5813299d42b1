"""Running what the plan asks for: guarded commands."""

from __future__ import annotations

from typing import Any

from fournines.engine.agent.process import run


def carry_out(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Run guarded commands one after the other, up to the first that fails.

    A command whose guard already holds is not run; one that ran is done only if its guard holds then.
    """
    results: list[dict[str, Any]] = []
    for command in request["commands"]:
        result = _carry_out_one(command)
        results.append(result)
        if not result["done"]:
            break
    return results


def _carry_out_one(command: dict[str, Any]) -> dict[str, Any]:
    if _guard_holds(command):
        return {"name": command["name"], "ran": False, "done": True, "code": 0, "said": ""}
    ran = run(command["argv"], stdin=command["stdin"], timeout=command["timeout"], user=command["user"])
    done = ran.code == 0 and _guard_holds(command)
    return {"name": command["name"], "ran": True, "done": done, "code": ran.code, "said": ran.said[-8000:]}


def _guard_holds(command: dict[str, Any]) -> bool:
    ran = run(
        command["unless"], stdin=command["unless_stdin"], timeout=command["timeout"], user=command["user"]
    )
    return ran.code == 0

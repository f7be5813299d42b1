"""Running what the plan asks for: guarded commands, and read-only questions."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fournines.engine.agent.process import TIMED_OUT, run

AT_ONCE = 4
"""Questions asked side by side on a host; whoever waits for the answers counts on it."""
COURTESY = 10
"""How much the questions lower their own priority (nice(2)): who is asked how it is has something to do, and
most of all just after a fault. Fifty questions at once were seen to make a cluster suspect its members."""


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


def answer(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    """The answers to read-only questions, asked side by side; None for one that was not answered in time."""
    os.nice(COURTESY)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(_answer_one, request["asks"]))


def _answer_one(ask: dict[str, Any]) -> dict[str, Any] | None:
    ran = run(ask["argv"], stdin=ask["stdin"], timeout=ask["timeout"])
    if ran.code == TIMED_OUT and ran.stderr.endswith(f"stopped after {ask['timeout']:g} s"):
        return None
    return {"code": ran.code, "stdout": ran.stdout, "stderr": ran.stderr}

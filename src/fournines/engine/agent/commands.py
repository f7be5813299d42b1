"""Running what the plan asks for: guarded commands."""

from __future__ import annotations

from typing import Any

from fournines.engine.agent.process import run

_AT_ONCE = 4
"""Sequences under way at once: most of what services do to their tables is work for one processor."""


def carry_out(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Run guarded commands: those of a sequence one after the other, up to its first that fails.

    Sequences have nothing to do with one another and run side by side. A command whose guard already holds is
    not run; one that ran is done only if its guard holds then. What ``told`` says of a guard is not asked
    again, until a command of its sequence has run. ``missing`` is what a guard printed that did not hold.
    """
    sequences = request["commands"]
    if len(sequences) == 1:
        return _in_order(sequences[0])
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [result for of_one in pool.map(_in_order, sequences) for result in of_one]


def _in_order(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for command in commands:
        result = _carry_out_one(command, None if any(r["ran"] for r in results) else command.get("told"))
        results.append(result)
        if not result["done"]:
            break
    return results


def _carry_out_one(command: dict[str, Any], told: bool | None) -> dict[str, Any]:  # noqa: FBT001
    holds, missing = _guard(command) if told is None else (told, "")
    if holds:
        return {"name": command["name"], "ran": False, "done": True, "code": 0, "said": ""}
    ran = run(command["argv"], stdin=command["stdin"], timeout=command["timeout"], user=command["user"])
    done = ran.code == 0 and _guard(command)[0]
    told_of = {"said": ran.said[-8000:], "missing": missing[:2000]}
    return {"name": command["name"], "ran": True, "done": done, "code": ran.code, **told_of}


def _guard(command: dict[str, Any]) -> tuple[bool, str]:
    """Whether the guard holds, and what it printed."""
    ran = run(
        command["unless"], stdin=command["unless_stdin"], timeout=command["timeout"], user=command["user"]
    )
    return ran.code == 0, ran.stdout

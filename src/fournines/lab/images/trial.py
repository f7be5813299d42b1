"""What a trial deployment on a coming Debian said, as complaints: one line each, the cause in it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 300


def failed_deployment(what: str, events: str, said: str) -> Iterator[str]:
    """Why a deployment ended early, from its events (``nines deploy --json``) or else its last words."""
    found = [event for event in _events(events) if event["event"] == "Failed"]
    for event in found:
        lines = [line.strip() for line in event["output"].splitlines() if line.strip()]
        cause = f" ({lines[0][:_SHOWN]})" if lines else ""
        yield f"{what}: {event['where'] or 'the site'}: {event['what'][:_SHOWN]}{cause}"
    if not found and not _finished(events):
        yield f"{what}: the deployment did not end: {_last(said)}"


def second_deployment(events: str, said: str) -> Iterator[str]:
    """What a deployment of a site that is as wanted changed nevertheless."""
    yield from failed_deployment("a second deployment", events, said)
    for event in _events(events):
        if event["event"] == "StepChanged":
            yield f"a second deployment changes {event['subject']} on {event['host']}: {event['what']}"


def failed_promises(document: str, said: str) -> Iterator[str]:
    """The promises that do not hold, from ``nines verify --json``."""
    try:
        checks: list[Mapping[str, str]] = json.loads(document)["checks"]
    except (ValueError, KeyError):
        yield f"no promise was asked: {_last(said)}"
        return
    if not checks:
        yield "the site makes no promise"
    for check in checks:
        if check["outcome"] != "pass":
            yield f"{check['id']} ({check['outcome']}): {check['seen'][:_SHOWN]}"


def _events(text: str) -> Iterator[Mapping[str, Any]]:
    """The events; a line that a killed run left half is none."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _finished(text: str) -> bool:
    return any(event["event"] == "Finished" for event in _events(text))


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["it said nothing"])[-1][:_SHOWN]

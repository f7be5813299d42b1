"""The JSON that ``--json`` prints: models, so that shape, schema and documentation are one thing.

Every document names its ``format`` with a version that changes when a reader would have to. The JSON
Schemas in ``docs/schema/`` are made from these models.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter

from fournines.kit.check import Check
from fournines.kit.verdict import Outcome, Verdict
from fournines.report.style import worst_of
from fournines.spec.model import Strict
from fournines.spec.told.schema import Meaningful

Judged = tuple[Check, Verdict]
"""A check and what it concluded."""

EXIT_CODES = {Outcome.PASS: 0, Outcome.FAIL: 1, Outcome.UNKNOWN: 4}
"""What ``nines verify`` and ``nines drill`` exit with; 2 is a usage or spec error, 3 an unreachable site."""


class Counts(Strict):
    """How many promises ended how."""

    passed: int
    """Promises seen to hold."""
    failed: int
    """Promises seen to be broken."""
    unknown: int
    """Promises about which nothing could be learned."""


class CheckEntry(Strict):
    """One promise and its verdict."""

    id: str
    """``component.what``; ``nines verify --only`` takes it."""
    component: str
    """The component that promises it."""
    promise: str
    """The sentence that is true when all is well."""
    outcome: Outcome
    """pass, fail or unknown."""
    seen: str
    """What was seen, or why nothing could be."""
    hosts: tuple[str, ...]
    """The hosts that were asked."""


class VerifyDocument(Strict):
    """What ``nines verify --json`` prints."""

    format: Literal["fournines/verify/1"] = "fournines/verify/1"
    """The shape of this document."""
    site: str
    """The site's name."""
    at: datetime
    """When the questions were asked (UTC)."""
    seconds: float
    """How long asking took, in seconds; with --wait, all rounds together."""
    outcome: Outcome
    """The worst of all outcomes: a fail beats an unknown, an unknown a pass."""
    counts: Counts
    """How many promises ended how."""
    checks: tuple[CheckEntry, ...]
    """Every promise, in the site's order."""


def component_of(check: Check) -> str:
    """The component a check belongs to: what stands before the dot of its id."""
    return check.id.partition(".")[0]


def outcome_of(judged: Iterable[Judged]) -> Outcome:
    """The worst outcome; unknown when nothing was judged."""
    return worst_of([verdict.outcome for _, verdict in judged])


def counts_of(judged: Iterable[Judged]) -> Counts:
    """How many promises ended how."""
    outcomes = [verdict.outcome for _, verdict in judged]
    passed, failed, unknown = (outcomes.count(o) for o in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN))
    return Counts(passed=passed, failed=failed, unknown=unknown)


def verify_document(site: str, judged: Iterable[Judged], *, at: datetime, seconds: float) -> VerifyDocument:
    """The verdicts as a document."""
    listed = list(judged)
    return VerifyDocument(
        site=site,
        at=at,
        seconds=round(seconds, 3),
        outcome=outcome_of(listed),
        counts=counts_of(listed),
        checks=tuple(
            CheckEntry(
                id=check.id,
                component=component_of(check),
                promise=check.promise,
                outcome=verdict.outcome,
                seen=verdict.seen,
                hosts=tuple(check.asks),
            )
            for check, verdict in listed
        ),
    )


def text_of(document: Strict) -> str:
    """A document as indented JSON."""
    return document.model_dump_json(indent=2)


def schema_of(model: type[object]) -> str:
    """The JSON Schema (draft 2020-12) of a document or result, as it lies in ``docs/schema/``."""
    found = TypeAdapter(model).json_schema(mode="serialization", schema_generator=Meaningful)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

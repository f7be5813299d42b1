from __future__ import annotations

import json
from datetime import UTC, datetime

import jsonschema
import pytest
from tests.report.drill_samples import CAMPAIGN
from tests.report.samples import BROKEN, HOLDS, HOSTILE, MIXED, SIZE, UNHEARD, judged
from tests.report.schemas import FOLDER, MODELS
from tests.report.status.samples import PLAN, WELL_LOOKS, WELL_POOLS

from fournines.drill.result import to_json
from fournines.kit.verdict import Outcome, failed
from fournines.report.document import (
    EXIT_CODES,
    Judged,
    outcome_of,
    schema_of,
    text_of,
    verify_document,
)
from fournines.report.status.judgement import assess

AT = datetime(2026, 11, 22, 18, 4, 11, tzinfo=UTC)


def valid(name: str, text: str) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(text), schema)


@pytest.mark.parametrize("name", MODELS)
def test_the_documented_schema_is_the_models(name: str) -> None:
    documented = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert documented == schema_of(MODELS[name]), "run: python -m tests.report.schemas"


def test_what_verify_prints_keeps_its_schema() -> None:
    hostile = judged("x.y", HOSTILE, failed(HOSTILE))
    text = text_of(verify_document("blog", [*MIXED, hostile], at=AT, seconds=1.23456))
    valid("verify", text)
    told = json.loads(text)
    assert told["format"] == "fournines/verify/1"
    assert told["outcome"] == "fail"
    assert told["counts"] == {"passed": 2, "failed": 2, "unknown": 1}
    assert told["seconds"] == 1.235
    assert told["checks"][1] == {
        "id": "galera.synced",
        "component": "galera",
        "promise": "Every database host is Synced and in the primary component",
        "outcome": "fail",
        "seen": "controller2: wsrep_local_state_comment is Donor/Desynced, expected Synced",
        "hosts": ["controller1", "controller2"],
    }
    assert told["checks"][4]["seen"] == HOSTILE


def test_what_status_prints_keeps_its_schema() -> None:
    status = assess(PLAN, MIXED, WELL_LOOKS | {"dashboard": None}, WELL_POOLS, at=AT, seconds=1.0)
    valid("status", text_of(status))
    valid("status", status.model_dump_json())


def test_what_drill_prints_keeps_its_schema() -> None:
    valid("drill", to_json(CAMPAIGN))


def test_a_wrong_document_is_refused_by_the_schema() -> None:
    told = json.loads(text_of(verify_document("blog", MIXED, at=AT, seconds=1.0)))
    told["checks"][0]["outcome"] = True
    with pytest.raises(jsonschema.ValidationError):
        valid("verify", json.dumps(told))


@pytest.mark.parametrize(
    ("pairs", "outcome", "code"),
    [
        ([HOLDS, SIZE], Outcome.PASS, 0),
        ([HOLDS, BROKEN, UNHEARD], Outcome.FAIL, 1),
        ([HOLDS, UNHEARD], Outcome.UNKNOWN, 4),
        ([], Outcome.UNKNOWN, 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst(pairs: list[Judged], outcome: Outcome, code: int) -> None:
    assert outcome_of(pairs) is outcome
    assert EXIT_CODES[outcome] == code

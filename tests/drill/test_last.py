"""Which earlier result a campaign is compared with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.drill.test_result import CAMPAIGN

from fournines.drill.last import last_of
from fournines.drill.result import Campaign, to_json


def left(folder: Path, name: str, text: str, *, age: float) -> None:
    (folder / name).mkdir()
    path = folder / name / "result.json"
    path.write_text(text)
    os.utime(path, (1e9 - age, 1e9 - age))


def of(site: str, started: str) -> Campaign:
    return replace(CAMPAIGN, site=site, started=started)


def test_the_newest_readable_result_of_the_same_site_is_taken(tmp_path: Path) -> None:
    left(tmp_path, "a", to_json(of("blog", "first")), age=30)
    left(tmp_path, "b", to_json(of("blog", "second")), age=20)
    left(tmp_path, "c", to_json(of("other", "third")), age=10)
    left(tmp_path, "d", '{"from": "another version"}', age=5)
    left(tmp_path, "e", to_json(replace(CAMPAIGN, runs=())), age=1)
    found = last_of("blog", tmp_path / "new")
    assert found is not None
    assert found.started == "second"
    assert last_of("nobody", tmp_path / "new") is None
    assert last_of("blog", tmp_path / "nowhere" / "new") is None


def test_the_report_that_will_be_overwritten_counts(tmp_path: Path) -> None:
    left(tmp_path, "demo", to_json(of("blog", "before")), age=1)
    found = last_of("blog", tmp_path / "demo")
    assert found is not None
    assert found.started == "before"

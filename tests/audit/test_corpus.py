"""Other people's sites, labelled: most of what is wrong is found, and what is clean stays quiet.

Runs where the corpus lies beside the project (or at ``$FOURNINES_CORPUS``) and is skipped elsewhere. The
figures are floors against regression; ``corpus.py`` in this folder prints misses and unlabelled findings.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("corpus", Path(__file__).with_name("corpus.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
corpus = importlib.util.module_from_spec(_SPEC)
sys.modules["corpus"] = corpus
_SPEC.loader.exec_module(corpus)

pytestmark = pytest.mark.skipif(
    not corpus.corpus_root().is_dir(), reason=f"no labelled corpus at {corpus.corpus_root()}"
)


@cache
def scores() -> tuple[Any, ...]:
    return tuple(corpus.scores())


def test_nine_labelled_defects_of_ten_are_found() -> None:
    wanted = sum(len(score.wanted) for score in scores())
    found = sum(len([i for i in score.wanted if i in score.found]) for score in scores())
    assert wanted > 60
    assert found / wanted >= 0.9


def test_clean_sites_stay_quiet() -> None:
    loud = {
        score.site: [f"{f.rule} {f.at}" for f in score.loud]
        for score in scores()
        if score.label.startswith("clean")
    }
    assert len(loud) > 5
    assert {site: found for site, found in loud.items() if found} == {}


def test_what_is_found_beyond_the_labels_is_little() -> None:
    loud = sum(len(score.loud) for score in scores())
    other = sum(len(score.other) for score in scores())
    assert other / loud < 0.4, "each of them must be provable: look at corpus.py's output"

"""What rules of the audit claim, tried with the real daemons: the fault, then what is and what is not so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.programs import image_with
from tests.proofs.page import PAGE, PROOFS, page
from tests.proofs.proof import Case, Proof, found, observed

_AT_ONCE = 8
"""Proofs mostly wait."""

Running = dict[tuple[str, str], Future[str]]


@pytest.fixture(scope="session")
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """All the chosen proofs, going on at once; every host goes with its proof."""
    tree = image_with("corosync") if os.geteuid() == 0 else None
    if tree is None:
        pytest.skip("no lab image here, or not root: nines lab up makes one")
    folder = tmp_path_factory.mktemp("proofs")
    chosen = {
        item.callspec.id
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and item.path == Path(__file__)
    }
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs: Running = {}
        for proof in PROOFS:
            for name, case in _cases(proof):
                if f"{proof.id}-{name}" in chosen:
                    jobs[proof.id, name] = pool.submit(
                        observed, proof, case, tree, folder / f"{proof.id}-{name}"
                    )
        yield jobs
        pool.shutdown(cancel_futures=True)


def _cases(proof: Proof) -> tuple[tuple[str, Case], tuple[str, Case]]:
    return ("flagged", proof.flagged), ("mended", proof.mended)


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.id)
def test_the_audit_finds_the_one_and_not_the_other(proof: Proof) -> None:
    assert found(proof.rule, proof.flagged) > 0
    assert found(proof.rule, proof.mended) == 0
    assert proof.flagged.seen != proof.mended.seen


@pytest.mark.lab
@pytest.mark.parametrize(
    ("proof", "name", "case"),
    [
        pytest.param(proof, name, case, id=f"{proof.id}-{name}")
        for proof in PROOFS
        for name, case in _cases(proof)
    ],
)
def test_what_the_rule_says_is_so(proof: Proof, name: str, case: Case, running: Running) -> None:
    assert running[proof.id, name].result() == case.seen


def test_the_page_tells_what_is_tried() -> None:
    kept = [line for line in PAGE.read_text().splitlines() if not line.startswith("Last written with")]
    assert kept == [line for line in page({}).splitlines() if not line.startswith("Last written with")]

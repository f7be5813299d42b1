"""The list of drills, for a person and for a program."""

from __future__ import annotations

import pytest

from fournines.drill.scenarios import scenarios
from fournines.kit.check import Ask
from fournines.kit.fault import Fault
from fournines.report.drills import Offer, document, text

DRILLS = tuple(scenarios()[name] for name in ("haproxy-kill", "vip-power", "data-power", "data-kill"))
DO = Ask(("true",))
FAULTS = tuple(
    Fault(name, f"{name} it is", DO, DO, ("a", "b")) for name in ("nova.api.kill", "nova.api.hang", "x.y")
)
OFFER = Offer(DRILLS, {"data-power": "no volume", "data-kill": "no volume", "vip-power": "no power"}, FAULTS)


def test_what_runs_has_its_claim_and_what_does_not_its_reason() -> None:
    shown = text(OFFER).splitlines()
    assert shown[0] == "haproxy-kill"
    assert shown[1].startswith("    When haproxy is killed (SIGKILL)")
    assert "vip-power" not in shown
    listed = shown[shown.index("Not here:") + 1 :]
    assert listed[:2] == ["    data-power, data-kill: no volume", "    vip-power: no power"]
    assert listed[-2:] == ["    nova: api.kill, api.hang", "    x: y"]
    assert max(map(len, shown)) <= 100


def test_variants_of_a_drill_are_told_behind_its_claim() -> None:
    drills = (scenarios()["cold-start"],)
    offer = Offer(drills, more={"cold-start": "cold-start:HOST,HOST,..."})
    assert " ".join(text(offer).split()).endswith("Also: cold-start:HOST,HOST,....")
    assert "Also" not in text(Offer(drills))
    assert document(offer)["drills"][0]["more"] == "cold-start:HOST,HOST,..."


def test_a_program_is_told_the_same() -> None:
    told = document(OFFER)
    assert {one["name"]: one["why_not"] for one in told["drills"] if not one["runs_here"]} == OFFER.unfit
    assert [one["claims"] for one in told["drills"]] == [one.sentence for one in DRILLS]
    assert told["faults"][0] == {"id": "nova.api.kill", "what": "nova.api.kill it is", "hosts": ["a", "b"]}


@pytest.mark.parametrize("words", ["Not here", "Faults"])
def test_of_no_site_only_the_drills_are_known(words: str) -> None:
    assert words not in text(Offer(DRILLS))
    assert all(one["runs_here"] for one in document(Offer(DRILLS))["drills"])

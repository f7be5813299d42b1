"""The check that units run and come back after a reboot."""

from __future__ import annotations

from fournines.kit.check import Output
from fournines.kit.common.unit_check import units_check
from fournines.kit.verdict import Outcome

CHECK = units_check("x", ("one",), ("a.service", "b.timer"))


def shown(*units: tuple[str, str]) -> Output:
    blocks = [f"Id=u\nActiveState={state}\nSubState=s\nUnitFileState={boot}\n" for state, boot in units]
    return Output(0, "\n".join(blocks))


def verdict(*units: tuple[str, str]) -> tuple[Outcome, str]:
    found = CHECK.verdict({"one": shown(*units)})
    return found.outcome, found.seen


def test_running_and_enabled_passes() -> None:
    assert CHECK.id == "x.units"
    assert verdict(("active", "enabled"), ("active", "static"))[0] is Outcome.PASS


def test_a_dead_unit_fails() -> None:
    assert verdict(("active", "enabled"), ("failed", "enabled")) == (Outcome.FAIL, "one: b.timer: failed (s)")


def test_a_unit_that_a_reboot_would_lose_fails() -> None:
    for state in ("disabled", "masked-runtime", "enabled-runtime", ""):
        assert verdict(("active", state), ("active", "enabled"))[0] is Outcome.FAIL


def test_an_answer_that_misses_a_unit_fails() -> None:
    assert verdict(("active", "enabled"))[0] is Outcome.FAIL
    assert CHECK.verdict({"one": Output(1, "", "Failed to connect to bus")}).outcome is Outcome.FAIL

"""I7 of who is left without a majority: it lets go of the VIP, and takes it again when one returns. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fournines.drill.result import Judgement, Owned
from fournines.drill.scenario import Scenario
from fournines.kit.verdict import Verdict, failed, passed, unknown


def resigned(
    scenario: Scenario, owners: Sequence[Owned], fault: tuple[float, float] | None
) -> Iterator[Judgement]:
    """Both judgements, where the scenario has them."""
    if not scenario.resigns or fault is None:
        return
    began, undo = fault
    yield Judgement("I7.vip", "without a majority nobody answers for the VIP", _let_go(owners, began, undo))
    again = next((one.began - undo for one in owners if one.hosts and one.began > undo), None)
    yield Judgement(
        "I7.return",
        f"with the first that returns somebody answers again within {scenario.back:g} s, before the next",
        _taken_again(owners, again, scenario.back),
        scenario.back,
        again,
    )


def _let_go(owners: Sequence[Owned], began: float, undo: float) -> Verdict:
    last = next((one for one in reversed(owners) if one.began <= undo), None)
    if last is None:
        return unknown("nobody was asked")
    if last.hosts:
        return failed(f"{' and '.join(last.hosts)} still answered after {undo - began:.1f} s")
    return passed(f"nobody from {last.began - began:.1f} s on")


def _taken_again(owners: Sequence[Owned], again: float | None, within: float) -> Verdict:
    if not owners:
        return unknown("nobody was asked")
    if again is None:
        return failed("nobody answered again")
    said = f"after {again:.1f} s"
    return passed(said) if again <= within else failed(said)

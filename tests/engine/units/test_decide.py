"""What is decided about units."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.engine.desired import Stamp
from fournines.engine.units.decide import Act, Decision, decide, stamp_after, started_again, turns
from fournines.kit.step import Unit

WANTED = Stamp(restart="new", reload="r")
A = Unit("a.service", restart_on=("/a",), reload_on=("/r",))
CURRENT = {"restart": "new", "reload": "r", "versions": {}, "settled": True}


def seen(active: str = "active", enabled: str = "enabled", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "load": "loaded",
        "active": active,
        "enabled": enabled,
        "outdated": False,
        "stamp": CURRENT,
        "versions": {},
        **more,
    }


@pytest.mark.parametrize(
    ("unit", "now", "words"),
    [
        (A, seen(), ""),
        (A, seen("inactive"), "start"),
        (A, seen("failed", "disabled"), "enable, start"),
        (A, seen("deactivating"), "start"),
        (A, seen("activating"), ""),
        (A, seen("activating", stamp=None), "restart"),
        (A, seen(stamp=None), "restart"),
        (A, seen(stamp={**CURRENT, "restart": "old"}), "restart"),
        (A, seen(stamp={**CURRENT, "reload": "old"}), "reload"),
        (A, seen(stamp={**CURRENT, "restart": "old", "reload": "old"}), "restart"),
        (A, seen("inactive", "masked-runtime"), "unmask, enable, start"),
        (A, seen(outdated=True), "daemon-reload"),
        (A, seen(enabled="static"), ""),
        (A, seen(enabled="enabled-runtime"), "enable"),
        (Unit("b.service"), seen(stamp=None), ""),
        (Unit("b.service", enabled=False, running=False), seen(stamp=None), "disable, stop"),
        (Unit("b.service", enabled=False, running=False), seen("failed", "disabled"), ""),
        (Unit("b.service", enabled=False, running=False), seen("inactive", "", load="not-found"), ""),
        (Unit("b.service", enabled=False), seen("inactive", "disabled"), "start"),
        (Unit("b.service", enabled=True, running=False), seen("inactive", "disabled"), "enable"),
        (Unit("b.service"), seen("inactive", "", load="not-found"), "enable, start"),
    ],
)
def test_decisions(unit: Unit, now: dict[str, Any], words: str) -> None:
    wanted = WANTED if unit is A else Stamp()
    decision = decide(unit, now, wanted)
    assert decision.words == words
    assert decision.nothing is (not words)


CLUSTERED = replace(A, enabled=False, running=None, restart_by=("crm_resource", "--restart"))


@pytest.mark.parametrize(
    ("now", "words", "noted"),
    [
        (seen("active", "disabled"), "", False),
        (seen("inactive", "disabled"), "", False),
        (seen("failed", "disabled"), "", False),
        (seen("inactive", "disabled", stamp=None), "", True),
        (seen("inactive", "disabled", stamp={**CURRENT, "restart": "outdated"}), "", True),
        (seen("inactive", "disabled", versions={"a": "2"}), "", True),
        (seen("active", "disabled", stamp={**CURRENT, "restart": "outdated"}), "restart", False),
        (seen("active", "disabled", versions={"a": "2"}), "restart (a unknown -> 2)", False),
        (seen("active", "enabled"), "disable", False),
        (seen("inactive", "masked"), "unmask", False),
    ],
)
def test_what_a_cluster_manager_runs_is_never_started_or_stopped(
    now: dict[str, Any], words: str, *, noted: bool
) -> None:
    decision = decide(CLUSTERED, now, WANTED)
    assert (decision.words, decision.noted) == (words, noted)
    assert decision.nothing is not (bool(words) or noted)
    assert decision.act in {Act.NONE, Act.RESTART}
    assert started_again(decision) == decision


@pytest.mark.parametrize("active", ["inactive", "active"])
def test_what_is_noted_once_is_as_wanted(active: str) -> None:
    """A unit that starts on this host later runs with the files that lie there: no restart is owed."""
    stamp = stamp_after(decide(CLUSTERED, seen("inactive", "disabled", stamp=None), WANTED), WANTED)
    assert decide(CLUSTERED, seen(active, "disabled", stamp=stamp), WANTED).nothing


RUNS = Unit("a.service", restart_on=("/a",), reload_on=("/r",), packages=("mariadb-server", "galera-4"))
STARTED_WITH = {**CURRENT, "versions": {"mariadb-server": "1:11.8.8", "galera-4": "26"}}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (seen(stamp=STARTED_WITH, versions=STARTED_WITH["versions"]), ""),
        (
            seen(stamp=STARTED_WITH, versions={"mariadb-server": "1:11.8.9", "galera-4": "26"}),
            "restart (mariadb-server 1:11.8.8 -> 1:11.8.9)",
        ),
        (
            seen(
                stamp={**STARTED_WITH, "reload": "old"},
                versions={"mariadb-server": "1:11.8.8", "galera-4": "27"},
            ),
            "restart (galera-4 26 -> 27)",
        ),
        (  # started by a fournines that kept no versions
            seen(stamp={"restart": "new", "reload": "r", "settled": True}, versions={"galera-4": "26"}),
            "restart (galera-4 unknown -> 26)",
        ),
        (seen("failed", stamp=STARTED_WITH, versions={"galera-4": "27"}), "start"),
        (seen(stamp=None, versions={"galera-4": "26"}), "restart"),
    ],
)
def test_another_version_than_it_was_started_with_is_a_restart_that_says_so(
    now: dict[str, Any], words: str
) -> None:
    decision = decide(RUNS, now, WANTED)
    assert decision.words == words
    assert stamp_after(decision, WANTED) == {**CURRENT, "versions": now["versions"]}
    assert decide(replace(RUNS, running=False), seen("inactive", "disabled"), WANTED).upgraded == ""


def test_an_upgrade_takes_no_turns_where_the_files_of_a_plain_unit_change_too() -> None:
    """They may be what mends it everywhere; a roll would wait for ever for the hosts it has not come to."""
    both = Decision(PLAIN, Act.RESTART, upgraded="chrony 1 -> 2", reconfigured=True)
    found = turns({"one": [both], "two": [both]}, well=False)
    assert (set(found.at_once), found.unsettled, found.one_by_one) == ({"one", "two"}, (), ())


def test_another_version_goes_one_host_at_a_time_even_where_a_changed_file_goes_at_once() -> None:
    upgraded = Decision(PLAIN, Act.RESTART, upgraded="chrony 1 -> 2")
    found = turns({"one": [upgraded], "two": [upgraded, Decision(PLAIN, Act.RESTART)]}, well=True)
    assert [(host, len(of_host)) for host, of_host in found.one_by_one] == [("one", 1), ("two", 1)]
    assert list(found.at_once) == ["two"]


def test_a_dry_run_knows_that_a_file_is_about_to_change() -> None:
    assert decide(A, seen(), WANTED, files_change=True).act is Act.RESTART
    assert decide(Unit("b.service"), seen(), Stamp(), files_change=True).act is Act.NONE


def test_a_rolling_unit_is_unsettled_until_the_barrier_passed() -> None:
    rolling = Unit("a.service", restart_on=("/a",), rolling=True)
    restart = Decision(rolling, Act.RESTART)
    assert stamp_after(restart, WANTED) == {**CURRENT, "settled": False}
    assert stamp_after(Decision(rolling, Act.START), WANTED) == {**CURRENT, "settled": False}
    assert stamp_after(Decision(rolling, Act.RELOAD), WANTED) == CURRENT
    assert stamp_after(Decision(Unit("b.service", running=False), Act.STOP), WANTED) is None


ROLLING = Unit("a.service", restart_on=("/a",), rolling=True)
PLAIN = Unit("b.service", restart_on=("/a",))


def test_only_restarts_of_rolling_units_go_one_by_one() -> None:
    found = turns(
        {
            "one": [Decision(ROLLING, Act.RESTART), Decision(PLAIN, Act.RESTART)],
            "two": [Decision(ROLLING, Act.START)],
            "three": [Decision(ROLLING, Act.RESTART), Decision(PLAIN)],
        },
        well=True,
    )
    assert {host: [d.words for d in of_host] for host, of_host in found.at_once.items()} == {
        "one": ["restart"],
        "two": ["start"],
    }
    assert [host for host, _ in found.one_by_one] == ["one", "three"]
    assert not found.unsettled


def test_an_unsettled_host_goes_first_and_needs_no_well_cluster() -> None:
    found = turns(
        {
            "one": [Decision(ROLLING, Act.RESTART)],
            "two": [Decision(ROLLING, Act.RESTART, unsettled=True)],
        },
        well=True,
    )
    assert [host for host, _ in found.unsettled] == ["two"]
    assert [host for host, _ in found.one_by_one] == ["one"]


@pytest.mark.parametrize(("well", "one_by_one"), [(True, 2), (False, 0)])
def test_adopted_daemons_go_at_once_unless_they_are_a_well_cluster(*, well: bool, one_by_one: int) -> None:
    adopted = Decision(ROLLING, Act.RESTART, adopted=True)
    found = turns({"one": [adopted], "two": [adopted]}, well=well)
    assert len(found.one_by_one) == one_by_one
    assert len(found.at_once) == 2 - one_by_one


def test_a_cluster_that_never_was_well_since_its_restart_goes_at_once() -> None:
    unsettled = Decision(ROLLING, Act.RESTART, unsettled=True)
    found = turns(
        {"one": [unsettled], "two": [replace(unsettled, unsettled=False, adopted=True)]}, well=False
    )
    assert list(found.at_once) == ["one", "two"]
    assert not found.unsettled
    assert not found.one_by_one


def test_one_adopted_host_among_started_ones_is_still_rolled() -> None:
    found = turns(
        {
            "one": [Decision(ROLLING, Act.RESTART, adopted=True)],
            "two": [Decision(ROLLING, Act.RESTART)],
        },
        well=False,
    )
    assert len(found.one_by_one) == 2


decisions = st.builds(
    Decision,
    unit=st.sampled_from([ROLLING, PLAIN]),
    act=st.sampled_from(Act),
    adopted=st.booleans(),
    unsettled=st.booleans(),
    upgraded=st.sampled_from(["", "chrony 1 -> 2"]),
)


@given(
    st.dictionaries(st.sampled_from(["one", "two", "three"]), st.lists(decisions, max_size=3)), st.booleans()
)
def test_every_decision_has_exactly_one_turn(todo: dict[str, list[Decision]], well: bool) -> None:  # noqa: FBT001
    found = turns(todo, well=well)
    rolls = (*found.unsettled, *found.one_by_one)
    for host, of_host in todo.items():
        at_once = list(found.at_once.get(host, ()))
        rolled = [d for name, of_name in rolls if name == host for d in of_name]
        key = repr
        assert sorted(at_once + rolled, key=key) == sorted((d for d in of_host if not d.nothing), key=key)
    assert len({host for host, _ in rolls}) == len(rolls)


def test_a_second_attempt_waits_for_what_was_restarted() -> None:
    restarted = Decision(Unit("a.service"), act=Act.RESTART, enable=True)
    assert started_again(restarted) == Decision(Unit("a.service"), act=Act.START, enable=True)
    reloaded = Decision(Unit("a.service"), act=Act.RELOAD)
    assert started_again(reloaded) == reloaded

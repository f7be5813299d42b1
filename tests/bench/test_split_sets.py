"""The guide's quorum and fencing in our site: everything of it, nothing else, and an audit that says so."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from bench.option_set import NothingToChangeError, applied
from bench.split.sets import CLUSTER, VOLUMES, guide
from bench.split_brain import fed, predicted
from tests.support import site_of

from fournines.kit.step import Command, File
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.secrets.generate import complete


def plan_of(example: str) -> Plan:
    site = site_of(f"{example}.yaml")
    return make_plan(site, complete({}, site))


@pytest.fixture(name="passive", scope="module")
def of_passive() -> Plan:
    return plan_of("active-passive")


@pytest.fixture(name="drbd", scope="module")
def of_drbd() -> Plan:
    return plan_of("active-passive-drbd")


def theirs(plan: Plan) -> Plan:
    return applied(guide(plan.context), plan)


def steps(plan: Plan) -> list[tuple[str, object]]:
    return [(host, s) for phase in plan.phases for host, of in phase.steps.items() for s in of]


def cib(plan: Plan) -> ET.Element:
    ((_, text),) = fed(plan)
    return ET.fromstring(text)  # noqa: S314 - our own


def properties(root: ET.Element) -> dict[str, str]:
    return {pair.get("name", ""): pair.get("value", "") for pair in root.iterfind(".//crm_config//nvpair")}


@pytest.mark.parametrize("example", ["passive", "drbd"])
def test_lost_quorum_is_ignored_and_nobody_fences(example: str, request: pytest.FixtureRequest) -> None:
    plan: Plan = request.getfixturevalue(example)
    before, after = cib(plan), cib(theirs(plan))
    assert (properties(before)["no-quorum-policy"], properties(before)["stonith-enabled"]) == ("stop", "true")
    assert (properties(after)["no-quorum-policy"], properties(after)["stonith-enabled"]) == (
        "ignore",
        "false",
    )
    fences = [one.get("id") for one in before.iter("primitive") if one.get("class") == "stonith"]
    assert fences
    assert not [one for one in after.iter("primitive") if one.get("class") == "stonith"]
    assert "fence-" not in "".join(one.get("rsc", "") for one in after.iter("rsc_location"))
    ours = {one.get("id") for one in before.iter("primitive")} - set(fences)
    assert {one.get("id") for one in after.iter("primitive")} == ours, "everything else stays"


def test_the_guard_asks_for_what_the_command_brings_in(drbd: Plan) -> None:
    changed = {
        step.name
        for (_, old), (_, step) in zip(steps(drbd), steps(theirs(drbd)), strict=True)
        if isinstance(step, Command) and step != old and step.stdin == step.unless_stdin
    }
    assert changed == {CLUSTER, VOLUMES}


def test_checks_ask_for_the_sets_configuration_and_not_for_fencing(passive: Plan) -> None:
    plan = theirs(passive)
    ((_, text),) = fed(plan)
    asked = {check.id: check for check in plan.checks}
    assert {ask.stdin for ask in asked["pacemaker.configuration"].asks.values()} == {text}
    barriers = {check.id for phase in plan.phases for check in phase.barrier}
    assert "pacemaker.fencing" in {check.id for check in passive.checks}
    assert "pacemaker.fencing" not in barriers | set(asked)
    assert set(asked) == {check.id for check in passive.checks} - {"pacemaker.fencing"}
    assert "pacemaker.resources" in barriers


def test_a_volume_has_neither_policy_nor_handlers(drbd: Plan) -> None:
    files = {
        step.path: (old.content, step.content)
        for (_, old), (_, step) in zip(steps(drbd), steps(theirs(drbd)), strict=True)
        if isinstance(old, File) and isinstance(step, File) and old != step
    }
    ((path, (before, after)),) = files.items()
    assert path == "/etc/drbd.d/mysql.res"
    assert "fencing resource-and-stonith;" in before
    assert "fencing dont-care;" in after
    for word in ("handlers", "fence-peer", "after-sb", "resource-and-stonith"):
        assert word in before
        assert word not in after
    assert before.count("{") - 1 == after.count("{") == after.count("}")
    assert "peers.files" in {check.id for check in theirs(drbd).checks}


def test_what_is_theirs_already_is_an_error(passive: Plan) -> None:
    options = replace(guide(passive.context), compare=())
    with pytest.raises(NothingToChangeError, match="cluster configuration: nothing to change"):
        applied(options, applied(options, passive))


def test_an_edit_of_a_command_that_is_not_there_is_an_error(passive: Plan, drbd: Plan) -> None:
    with pytest.raises(NothingToChangeError, match="what stands on volumes"):
        applied(guide(drbd.context), passive)


def test_an_audit_of_the_same_files_says_what_will_happen(passive: Plan, drbd: Plan) -> None:
    assert set(predicted(theirs(passive))) - set(predicted(passive)) == {"PA001", "PA003"}
    assert set(predicted(theirs(drbd))) - set(predicted(drbd)) == {"PA001", "PA003", "DR001"}


def test_one_of_the_settings_alone_is_found_alone(passive: Plan) -> None:
    options = guide(passive.context)
    quorum = replace(options, edits=tuple(one for one in options.edits if "ignore" in one.to))
    assert len(quorum.edits) == 1
    assert "PA001" not in predicted(applied(quorum, passive))

"""Corosync, Pacemaker and fencing on real hosts: nothing here is about how long things take."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.lab.deployed import CONTROLLERS, Deployed, example

pytestmark = pytest.mark.lab


@pytest.fixture(name="passive", scope="module")
def of_the_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with example("active-passive", tmp_path_factory.mktemp("passive")) as site:
        yield site


def holders(site: Deployed) -> list[str]:
    """The hosts on which Keystone runs."""
    return [h for h in CONTROLLERS if site.on(h, "systemctl", "is-active", "keystone").returncode == 0]


def test_every_promise_holds_and_a_second_deployment_changes_nothing(passive: Deployed) -> None:
    assert passive.not_passing() == {}
    assert passive.changes() == []
    assert len(holders(passive)) == 1


PARTS = {
    "a property": ("//nvpair[@name='no-quorum-policy']",),
    # The schema takes no device away while a constraint names it.
    "a fencing device": (
        "//rsc_location[@rsc='fence-controller1']",
        "//primitive[@id='fence-controller1']",
    ),
    "a member of the group": ("//primitive[@id='keystone']",),
    "a question": ("//op[@id='vip-controller-monitor']",),
    "a constraint": ("//rsc_location[@id='nothing-on-dashboard']",),
    "a default": ("//nvpair[@id='rsc-options-failure-timeout']",),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_is_removed_by_hand_is_named_and_only_that_is_mended(passive: Deployed, part: str) -> None:
    for path in PARTS[part]:
        removed = passive.on("controller1", "cibadmin", "--delete-all", "--force", "--xpath", path)
        assert removed.returncode == 0, removed.stderr
    assert passive.verdicts("pacemaker.configuration") == {"pacemaker.configuration": "fail"}
    assert [event["subject"] for event in passive.changes()] == ["cluster configuration"]
    assert passive.not_passing("pacemaker.*") == {}


def test_a_service_moves_there_and_back_and_leaves_nothing_behind(passive: Deployed) -> None:
    (here,) = holders(passive)
    other = next(host for host in CONTROLLERS if host != here)
    for host in (other, here):
        moved = passive.told("move", "keystone", host)
        assert moved.returncode == 0, moved.stdout + moved.stderr
        assert holders(passive) == [host]
        assert passive.not_passing("pacemaker.*") == {}
    assert passive.told("move", "keystone", "dashboard").returncode == 2


def test_a_host_in_standby_is_emptied_named_and_taken_back(passive: Deployed) -> None:
    (here,) = holders(passive)
    other = next(host for host in CONTROLLERS if host != here)
    assert passive.told("standby", here).returncode == 0
    try:
        assert holders(passive) == [other]
        assert passive.verdicts("pacemaker.online") == {"pacemaker.online": "fail"}
        assert passive.not_passing("haproxy.answers") == {}, "what stays there needs its balancer"
    finally:
        assert passive.told("online", here).returncode == 0
    assert passive.not_passing() == {}
    assert holders(passive) == [other], "it stays where it is"


def test_maintenance_is_named_and_ended(passive: Deployed) -> None:
    assert passive.told("maintenance", "on").returncode == 0
    try:
        assert passive.verdicts("pacemaker.resources") == {"pacemaker.resources": "fail"}
    finally:
        assert passive.told("maintenance", "off").returncode == 0
    assert passive.not_passing("pacemaker.*") == {}


def test_a_changed_file_restarts_the_service_through_the_cluster(passive: Deployed) -> None:
    (here,) = holders(passive)
    text = passive.file.read_text()
    begun = passive.on(here, "systemctl", "show", "--property=MainPID", "keystone").stdout
    passive.file.write_text(text.replace("components:\n", "components:\n  keystone: {threads: 5}\n"))
    units = [event for event in passive.changes() if event["subject"] == "keystone.service"]
    assert len(units) == 1, "where it does not run there is nothing to restart"
    assert passive.changes() == []
    assert holders(passive) == [here]
    assert passive.on(here, "systemctl", "show", "--property=MainPID", "keystone").stdout != begun
    assert passive.not_passing() == {}


def test_what_hangs_is_started_anew_by_the_cluster(passive: Deployed) -> None:
    (here,) = holders(passive)
    begun = passive.on(here, "date", "+%s").stdout.strip()
    hung = passive.on(here, "systemctl", "kill", "--signal=STOP", "keystone")
    assert hung.returncode == 0
    assert passive.not_passing("keystone.*") == {}
    journal = ("journalctl", "--quiet", "--unit=pacemaker", f"--since=@{begun}", "--grep=keystone")
    assert "monitor" in passive.on(here, *journal).stdout

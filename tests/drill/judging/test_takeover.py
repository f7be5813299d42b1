"""What an outage consisted of, read from journals as Corosync and Pacemaker write them."""

from __future__ import annotations

import pytest
from tests.support import context_of, site_of

from fournines.drill.judging.takeover import moments, takeover
from fournines.drill.result import Moment, Series
from fournines.kit.probe import Milestones
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample

ZERO = 1_700_000_000.0
FAULT = (10.0, 100.0)
MISSED = "A processor failed, forming new configuration: token timed out (5000ms), waiting 6000ms"
DONE = "pacemaker-controld[13]: notice: Result of"
LOG = f"""\
1700000013.000000 dashboard corosync[9]: [TOTEM ] {MISSED}
1700000021.250000 dashboard corosync[9]: [TOTEM ] A new membership (a.1f) was formed. Members left: 12
1700000024.000000 dashboard pacemaker-controld[12]: notice: Peer controller2 was terminated (reboot) by x
1700000025.000000 controller1 {DONE} start operation for fence-dashboard on controller1: OK
1700000026.000000 controller1 {DONE} promote operation for p_drbd_mysql on controller1: OK after 1.5s
1700000029.000000 controller1 {DONE} start operation for p_fs_mysql on controller1: 0 (ok)
1700000030.000000 controller1 {DONE} start operation for other on controller1: Error occurred
-- Boot 0123 --
"""
TOLD = (
    "a member is missed",
    "the others agree that it is lost",
    "controller2 is fenced",
    "p_drbd_mysql is promoted on controller1",
    "p_fs_mysql runs on controller1",
)


def declared() -> tuple[Milestones, ...]:
    return context_of(site_of("active-passive-drbd.yaml")).declared(Milestones)


def heard(log: str = LOG) -> list[Moment]:
    return [moment for told in declared() for moment in moments(log, told, zero=ZERO)]


def client(name: str, began: float, ended: float) -> Series:
    """A client that is not answered in between."""
    times = [n / 10 for n in range(1500)]
    replies = [Reply.FAIL if began <= at < ended else Reply.OK for at in times]
    samples = tuple(Sample(name, at, at, at + 0.01, how, "") for at, how in zip(times, replies, strict=True))
    found = figures(samples, interval=0.1, observed=(0, 150), fault=FAULT)
    return Series(name, "sql", "", 0.1, 1.0, found, samples)


def test_the_components_lines_are_those_of_their_programs() -> None:
    assert [moment.what for moment in heard()] == list(TOLD)
    assert [moment.at for moment in heard()][:2] == [13.0, 21.25]


def test_moments_end_with_the_clients_first_answer() -> None:
    late = Moment(60.0, "p_drbd_mysql runs on controller2")
    early = Moment(9.0, "a member is missed")
    found = takeover([late, *heard(), early], [client("sql", 10.5, 40)], FAULT)
    assert [one.what for one in found] == [*TOLD, "sql is answered again"]
    assert found[-1].at == pytest.approx(40, abs=0.1)


def test_what_several_hosts_tell_counts_once_and_first() -> None:
    later = [Moment(one.at + 0.4, one.what) for one in heard()]
    found = takeover([*later, *heard()], [client("sql", 10.5, 40)], FAULT)
    assert [one.at for one in found[:-1]] == [one.at for one in heard()]


@pytest.mark.parametrize("fault", [None, FAULT])
def test_where_nobody_missed_anything_there_is_nothing_to_explain(fault: tuple[float, float] | None) -> None:
    assert takeover(heard(), [client("sql", 10.5, 10.9)], fault) == ()
    assert takeover(heard(), [client("sql", 120, 130)], FAULT) == ()
    assert takeover([], [client("sql", 10.5, 40)], FAULT) == ()


def test_an_outage_beyond_the_undo_ends_when_it_ends() -> None:
    found = takeover(heard(), [client("sql", 90, 120)], FAULT)
    assert found[-1].at == pytest.approx(120, abs=0.1)

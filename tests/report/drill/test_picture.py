from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report.drill_samples import CAMPAIGN, COLD, KILL, POWER, WRITER, run

from fournines.drill.result import DrillRun, Owned
from fournines.probe.outage import figures
from fournines.probe.sample import Reply, Sample
from fournines.report.drill.picture.lanes import DRAWN, SINGLE
from fournines.report.drill.picture.shapes import COLUMNS, PLOT, RIGHT, Timeline
from fournines.report.drill.picture.spans import close_ups, lanes_of, span
from fournines.report.drill.picture.timeline import timeline
from fournines.report.drill.picture.words import describe


def whole(one: DrillRun) -> Timeline:
    return timeline(one, *span(one))


def test_the_axis_counts_from_the_fault() -> None:
    drawn = whole(KILL)
    (at_zero,) = [x for x, label in drawn.ticks if label == "0"]
    assert drawn.fault is not None
    assert drawn.fault.x == at_zero
    assert [label for _, label in drawn.ticks][:3] == ["\u221215", "\u221210", "\u22125"]
    assert drawn.caption == "seconds since the fault; 0 is 18:04:26.0 UTC"


def test_marks_say_when_it_was_hurt_undone_and_well_again() -> None:
    drawn = whole(KILL)
    assert [(m.label, m.style) for m in drawn.marks] == [
        ("fault", "inject"),
        ("undo", "undo"),
        ("healed after 6.40 s", "healed"),
    ]
    assert [m.x for m in drawn.marks] == sorted(m.x for m in drawn.marks)
    assert [m.label for m in whole(WRITER).marks] == ["fault", "undo"]


def test_the_vip_band_names_its_owners_and_shows_nobody_and_several() -> None:
    drawn = whole(POWER)
    assert [s.title.split(",")[0] for s in drawn.owners] == [
        "VIP: controller1",
        "VIP: nobody",
        "VIP: controller2",
        "VIP: controller1 + controller2",
        "VIP: controller2",
    ]
    assert [s.style for s in drawn.owners] == ["host0", "nobody", "host1", "several", "host1"]
    assert drawn.owners[0].x + drawn.owners[0].width == pytest.approx(drawn.owners[1].x, abs=0.2)


@pytest.mark.parametrize(
    ("names", "left", "shown"),
    [
        (("keystone", "sql"), 128, ("keystone", "sql")),
        (("publish controller1",), 196, ("publish controller1",)),
        (("publish " + "h" * 63,), 300, ("publish " + "h" * 23 + "…",)),
    ],
)
def test_a_long_name_leaves_the_axis_numbers_their_room(
    names: tuple[str, ...], left: int, shown: tuple[str, ...]
) -> None:
    series = tuple(replace(KILL.series[-1], name=name) for name in names)
    drawn = whole(replace(KILL, series=series))
    assert drawn.left == left
    assert drawn.width - drawn.right == RIGHT
    assert tuple(lane.name for lane in drawn.lanes) == shown
    assert all(name in drawn.description for name in names), "who does not see it hears all of it"


def test_many_attempts_become_columns_few_stay_single() -> None:
    lanes = {lane.name: lane for lane in whole(KILL).lanes}
    assert lanes["keystone"].worst
    assert not lanes["keystone"].answered
    assert lanes["horizon"].answered
    assert not lanes["horizon"].worst
    samples = {s.name: len(s.samples) for s in KILL.series}
    assert samples["horizon"] <= SINGLE < samples["keystone"]


def test_outages_lie_where_they_were() -> None:
    drawn = whole(WRITER)
    (sql,) = [lane for lane in drawn.lanes if lane.name == "sql"]
    longest = max(sql.outages, key=lambda s: s.width)
    began, ended = span(WRITER)
    scale = PLOT / (ended - began)
    assert drawn.fault is not None
    assert longest.x == pytest.approx(drawn.fault.x, abs=0.2 * scale)
    assert longest.width == pytest.approx(2.8 * scale, abs=0.2 * scale)
    assert "without a good answer" in longest.title
    assert sql.longest == (("fault 2.80 s ✘", "fail"), ("return 0 s ✔", "pass"))


def test_a_close_up_shows_the_fault_and_every_attempt() -> None:
    ((began, ended),) = close_ups(KILL)
    assert KILL.fault is not None
    assert began < KILL.fault[0] < ended
    drawn = timeline(KILL, began, ended, show_stages=False)
    assert drawn.singly
    assert not drawn.stages
    (keystone,) = [lane for lane in drawn.lanes if lane.name == "keystone"]
    assert keystone.failed.count("M") == 3
    assert "0.40 s" in [s.label for s in keystone.outages]


def test_there_is_a_close_up_of_the_undo_if_it_hurt() -> None:
    hurt = run(
        "undo-hurts",
        "",
        blackouts={"keystone": (30.1, 30.9, Reply.FAIL)},
        owners=(),
        bounds={},
        commands=((), ()),
    )
    assert len(close_ups(hurt)) == 2
    assert len(close_ups(KILL)) == 1


def test_no_close_up_of_most_of_a_run_or_without_a_fault() -> None:
    assert close_ups(COLD) == []
    assert close_ups(replace(KILL, fault=None)) == []


def test_a_vip_series_has_no_lane_when_there_is_a_band() -> None:
    vip = replace(KILL.series[0], name="vip", kind="vip")
    assert "vip" not in {s.name for s in lanes_of(replace(KILL, series=(*KILL.series, vip)))}
    assert "vip" in {s.name for s in lanes_of(replace(KILL, series=(vip,), owners=()))}


def test_a_long_run_is_labelled_in_minutes() -> None:
    long = replace(
        KILL,
        series=(),
        owners=(Owned(("controller1",), 0.0, 900.0),),
        fault=(300.0, 600.0),
        healed=None,
    )
    drawn = whole(long)
    assert drawn.caption == "minutes:seconds since the fault; 0 is 18:09:11.0 UTC"
    assert "\u22124:00" in [label for _, label in drawn.ticks]


def test_a_run_without_anything_can_be_drawn() -> None:
    empty = replace(KILL, series=(), owners=(), stages=(), fault=None, healed=None)
    drawn = whole(empty)
    assert not drawn.lanes
    assert not drawn.owners
    assert not drawn.marks


def test_the_picture_in_words() -> None:
    said = describe(WRITER, *span(WRITER))
    assert "sql: " in said
    assert "the longest 2.80 s" in said
    assert "glance: no outage" in said
    assert said.endswith("The VIP was held by controller1.")


def test_everything_lies_inside_the_drawing() -> None:
    for one in CAMPAIGN.runs:
        drawn = whole(one)
        segments = [*drawn.stages, *drawn.owners, *(s for lane in drawn.lanes for s in lane.outages)]
        assert all(drawn.left <= s.x and s.x + s.width <= drawn.right + 0.2 for s in segments)
        assert all(drawn.top <= lane.top and lane.bottom <= drawn.bottom for lane in drawn.lanes)
        assert all(drawn.left <= x <= drawn.right for x, _ in drawn.ticks)


def test_many_samples_and_many_short_outages_stay_small() -> None:
    samples = tuple(
        Sample("busy", i / 1000, i / 1000, i / 1000 + 0.002 + (i * 7919 % 97) / 5e4, Reply.OK)
        for i in range(20_000)
    )
    found = figures(samples, interval=0.001, observed=(0.0, 20.0), fault=(15.0, 30.0))
    busy = replace(KILL.series[0], name="busy", interval=0.001, figures=found, samples=samples)
    (lane,) = whole(replace(KILL, series=(busy,))).lanes
    assert len(found.outages) > DRAWN >= len(lane.outages)
    assert len(lane.worst) + len(lane.median) < 40 * COLUMNS

"""The kernel's pressure files, and what two readings of them say."""

from __future__ import annotations

from pathlib import Path

from fournines.probe.machine.pressure import Reading, read, stalls, totals, waited

SAMPLE = """\
some avg10=76.98 avg60=83.05 avg300=49.08 total=219835519
full avg10=0.00 avg60=0.00 avg300=0.00 total=1500000
"""


def test_totals_are_seconds_by_kind() -> None:
    assert totals(SAMPLE) == {"some": 219.835519, "full": 1.5}
    assert totals("") == {}
    assert totals("full total=much\nnonsense\n") == {}


def test_every_file_there_is_is_read(tmp_path: Path) -> None:
    (tmp_path / "io").write_text(SAMPLE)
    host = tmp_path / "controller1"
    host.mkdir()
    (host / "cpu.pressure").write_text(SAMPLE)
    found = read(3.0, {"controller1": host, "off": tmp_path / "nowhere"}, machine=tmp_path)
    assert found.at == 3.0
    assert found.totals[("", "io", "full")] == 1.5
    assert found.totals[("controller1", "cpu", "full")] == 1.5
    assert {name for name, _, _ in found.totals} == {"", "controller1"}


def reading(at: float, **full: float) -> Reading:
    names = {"machine": "", "host": "controller1"}
    return Reading(
        at,
        {
            (names[who], resource, "full"): total
            for key, total in full.items()
            for who, resource in [key.split("_")]
        },
    )


def test_what_stood_still_between_two_readings() -> None:
    (one,) = stalls(reading(1, machine_io=5.0, host_io=1.0), reading(1.2, machine_io=5.1, host_io=1.0))
    assert (one.who, one.how, one.began, one.ended) == ("the machine", "waited for the disk", 1, 1.2)
    assert round(one.seconds, 3) == 0.1


def test_a_host_without_a_processor_stalls_and_the_machine_as_a_whole_cannot() -> None:
    (one,) = stalls(reading(1, machine_cpu=0, host_cpu=0), reading(2, machine_cpu=0.5, host_cpu=0.5))
    assert (one.who, one.how) == ("controller1", "had no processor")


def test_a_count_that_began_anew_or_is_new_is_no_stall() -> None:
    assert not list(stalls(reading(1, host_io=9.0), reading(2, host_io=0.4)))
    assert not list(stalls(reading(1), reading(2, host_io=0.4)))


def test_no_stall_is_longer_than_the_time_between_the_readings() -> None:
    (one,) = stalls(reading(1, host_io=0), reading(1.2, host_io=0.21))
    assert one.seconds <= 0.2 + 1e-9


def test_that_somebody_waited_is_told_as_a_share_and_is_no_stall() -> None:
    first = Reading(0, {("", "cpu", "some"): 1.0, ("", "io", "some"): 0.0})
    last = Reading(10, {("", "cpu", "some"): 6.0, ("", "io", "some"): 0.0})
    assert waited(first, last) == {"cpu": 0.5, "io": 0.0}
    assert not list(stalls(first, last))
    assert waited(last, last) == {}

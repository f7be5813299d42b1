"""The error is picked out of a journal, not its last line. The journals are of real, provoked failures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.engine.units.journal import Entry, alike, errors, parse

JOURNALS = Path(__file__).parent / "journals"


def entries_of(name: str) -> tuple[Entry, ...]:
    return parse((JOURNALS / f"{name}.jsonl").read_text().splitlines())


@pytest.mark.parametrize(
    ("daemon", "cause"),
    [
        ("mariadb", "failed to reach primary view"),
        ("haproxy", "unknown keyword 'nonsense' in 'global' section"),
        ("keepalived", "interface eth9 for vrrp_instance V1 doesn't exist"),
        ("memcached", "bind(): Cannot assign requested address"),
        ("rabbitmq", 'could_not_start_listener,"10.9.9.9",5672'),
        ("rabbitmq-setting", "You've tried to set no_such_setting, but there is no setting with that name."),
        ("uwsgi", "ModuleNotFoundError: No module named 'nothing_here'"),
    ],
)
def test_the_cause_comes_first(daemon: str, cause: str) -> None:
    entries = entries_of(daemon)
    assert cause in errors(entries)[0]
    assert cause not in entries[-1].text


def test_what_came_up_well_has_no_error() -> None:
    well = [Entry(1.0, "a", "systemd", "Started x.service."), Entry(1.1, "a", "x", "listening on port 80")]
    assert errors(well) == ()
    assert errors([]) == ()


def test_a_later_failure_counts_and_an_earlier_one_does_not() -> None:
    entries = [
        Entry(1.0, "a", "d", "[ERROR] first cause"),
        Entry(1.1, "a", "d", "[ERROR] Aborting"),
        Entry(1.2, "b", "d", "[ERROR] second cause"),
        Entry(1.3, "b", "d", "[Warning] Connection refused"),
        Entry(1.4, "b", "d", "[ERROR] Aborting"),
    ]
    assert errors(entries) == ("[ERROR] second cause", "[ERROR] Aborting")


def test_systemds_own_words_are_the_last_resort() -> None:
    assert errors([Entry(1.0, "a", "systemd", "x.service: Failed with result 'timeout'.")]) == (
        "x.service: Failed with result 'timeout'.",
    )


def test_bytes_and_noise_are_read_as_far_as_they_can_be() -> None:
    line = json.dumps({"MESSAGE": [69, 114, 114, 255, 10, 104, 105], "SYSLOG_IDENTIFIER": "d"})
    assert [e.text for e in parse([line, "-- no entries --", "{"])] == ["Err\ufffd", "hi"]


def test_the_same_failure_is_recognised_whatever_the_time() -> None:
    assert alike("2:32:13 0 [ERROR] failed: 110", "2:33:44 0 [ERROR] failed: 110")
    assert not alike("[ERROR] failed: 110", "[ERROR] refused: 110")


@given(st.lists(st.builds(Entry, st.floats(0, 9), st.sampled_from("ab"), st.just("d"), st.text(max_size=30))))
def test_errors_are_lines_of_the_journal_or_joined_from_them(entries: list[Entry]) -> None:
    said = " ".join(entry.text for entry in entries)
    assert all(error in said for error in errors(entries))

"""What of a host's claims leaves, and when."""

from __future__ import annotations

from tests.engine.simulation import HOSTS, everywhere, phase, plan

from fournines.engine.desired import desired
from fournines.engine.difference import Seen
from fournines.engine.leaving import LEAVING, Claim, changes, from_before, leaving, new_claims
from fournines.kit.step import Absent, Directory, File, Step, Sysctl, Unit

CONF, UNIT = "/etc/daemon.conf", "daemon.service"


def claim(kind: str, subject: str, stage: str = "gone", **more: object) -> Claim:
    return Claim(kind, subject, stage, **more)  # type: ignore[arg-type]


def leaves(*claims: Claim, wanted: tuple[Step, ...] = ()) -> dict[str, list[str]]:
    """Per phase, the subjects that leave host one."""
    planned = desired(plan(phase("daemon", everywhere(*wanted)), phase("later", {})))
    found = leaving(planned, {"one": claims})
    return {name: [one.subject for one in hosts["one"]] for name, hosts in found.items()}


def test_what_is_wanted_stays_in_whatever_state_and_of_whatever_kind_of_path() -> None:
    kept = (
        claim("file", CONF),
        claim("unit", UNIT),
        claim("sysctl", "net.a"),
        claim("directory", "/etc/d"),
        claim("directory", "/etc"),
        claim("file", "/etc/d/absent"),
        claim("file", "/etc/d"),
    )
    wanted = (
        File(CONF, ""),
        Unit(UNIT, running=False, enabled=False),
        Sysctl("net.a", "1"),
        Directory("/etc/d"),
        Absent("/etc/d/absent"),
    )
    assert leaves(*kept, wanted=wanted) == {}


def test_what_left_as_a_whole_goes_last_and_the_youngest_first() -> None:
    gone = (claim("file", "/a"), claim("unit", "a.service"), claim("directory", "/b"))
    assert leaves(*gone) == {LEAVING: ["/b", "a.service", "/a"]}


def test_a_stage_that_is_still_planned_takes_away_its_own_before_it_starts_anything() -> None:
    gone = (claim("file", "/old", "daemon"), claim("unit", "old.service", "later"), claim("file", "/x"))
    assert leaves(*gone, wanted=(File(CONF, ""),)) == {
        LEAVING: ["/x"],
        "later": ["old.service"],
        "daemon": ["/old"],
    }


def test_a_file_of_a_unit_that_stays_goes_before_that_unit_is_touched() -> None:
    gone = claim("file", "/etc/daemon.d/guest.conf", readers=("away.service", UNIT))
    assert leaves(gone, wanted=(Unit(UNIT),)) == {"daemon": ["/etc/daemon.d/guest.conf"]}
    assert leaves(gone) == {LEAVING: ["/etc/daemon.d/guest.conf"]}


def test_claims_are_made_of_what_is_touched_once_and_again_where_its_place_changed() -> None:
    steps: tuple[Step, ...] = (
        File(CONF, "x"),
        File("/untouched", "x"),
        Directory("/d"),
        Sysctl("net.a", "1"),
        Unit(UNIT, restart_on=(CONF,)),
        Unit("off.service", enabled=False, running=False),
        Absent("/never"),
    )
    wanted = desired(plan(phase("daemon", everywhere(*steps))))
    of_phase = wanted.phases[0]
    unit: Seen = {"active": "active", "stamp": None}
    seen: tuple[Seen, ...] = ({}, {}, {}, {"value": "0"}, unit, unit, {"exists": True})
    touched = {step: now for step, now in zip(steps, seen, strict=True) if step != steps[1]}
    made = new_claims(wanted, of_phase, "one", touched, ())
    assert made == (
        Claim("file", CONF, "daemon", (UNIT,)),
        Claim("directory", "/d", "daemon"),
        Claim("sysctl", "net.a", "daemon", was="0"),
        Claim("unit", UNIT, "daemon", was="active"),
    )
    assert new_claims(wanted, of_phase, "one", touched, made) == ()
    moved = (Claim("file", CONF, "elsewhere", (UNIT,)), *made[1:])
    assert new_claims(wanted, of_phase, "one", touched, moved) == made[:1]


def test_a_host_from_before_there_were_claims_is_known_by_its_stamps() -> None:
    steps: tuple[Step, ...] = (
        File(CONF, "x"),
        File("/missing", ""),
        Directory("/d"),
        Unit(UNIT),
        Unit("theirs.service"),
    )
    wanted = desired(plan(phase("daemon", everywhere(*steps))))
    running: Seen = {"active": "active", "stamp": None}
    seen: list[Seen] = [{"exists": True}, {"exists": False}, {"exists": True}, running, running]

    def found() -> tuple[Claim, ...]:
        return from_before(wanted, "one", zip(steps, seen, strict=True))

    assert found() == (), "nobody ever deployed here: what is as wanted is somebody's"
    seen[3] = {"active": "active", "stamp": {"restart": "x"}}
    assert found() == (Claim("file", CONF, "daemon"), Claim("unit", UNIT, "daemon"))


def test_it_is_shown_as_changes() -> None:
    gone = (
        claim("unit", "a.service"),
        claim("unit", "b.service", was="active"),
        claim("sysctl", "net.a", was="0"),
        claim("sysctl", "net.b"),
        claim("file", "/a"),
        claim("directory", "/d"),
    )
    planned = leaving(desired(plan(phase("daemon", everywhere()))), {HOSTS[1]: gone})
    shown = [(c.host, c.phase, c.kind, c.what.partition(" (no longer")[0]) for c in changes(planned)]
    assert shown == [
        ("two", LEAVING, "directory", "remove if empty"),
        ("two", LEAVING, "file", "remove"),
        ("two", LEAVING, "sysctl", "give up"),
        ("two", LEAVING, "sysctl", "back to 0"),
        ("two", LEAVING, "unit", "run as before"),
        ("two", LEAVING, "unit", "stop, disable"),
    ]

"""The programs on the hosts: what they read, and what the responder says of a database that misbehaves."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fournines.components.galera.on_host import arbiter, records, responder, start
from fournines.components.galera.on_host.arbiter import command, lonely, wait_for_turn
from fournines.components.galera.on_host.election import Answer, Phase, Position
from fournines.components.galera.on_host.responder import Sample
from fournines.kit.context import Context

UUID = "6ebd3f7e-e699-11f1-a891-1a88e521a08a"
ZERO = "00000000-0000-0000-0000-000000000000"
VIEW = f"{UUID} 6d25d102/garb/,6e8f1e69/controller1/10.0.0.11:0,70a9f6d4/controller2/10.0.0.12:0\n"
BOTH = frozenset({"controller1", "controller2"})
WELL = {
    "wsrep_ready": "ON",
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state": "4",
    "wsrep_local_state_comment": "Synced",
    "read_only": "0",
}


class Clock:
    """Time that passes only by waiting, so that no verdict depends on the machine's speed."""

    def __init__(self, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(f"fournines.components.galera.on_host.{module}.time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def grastate(uuid: str, seqno: int, safe: int = 0) -> str:
    return (
        f"# GALERA saved state\nversion: 2.1\nuuid:    {uuid}\nseqno:   {seqno}\nsafe_to_bootstrap: {safe}\n"
    )


def recovered(uuid: str, seqno: int) -> str:
    return f"{uuid}:{seqno}"


# --- the three records of a stopped host --------------------------------------------------------------------


def test_after_a_clean_stop_the_position_is_in_grastate() -> None:
    assert records.position(grastate(UUID, 7), recovered(UUID, 5), VIEW) == Position(UUID, 7, BOTH)


def test_after_a_crash_it_is_what_innodb_recovers() -> None:
    assert records.position(grastate(UUID, -1), recovered(UUID, 3267), VIEW) == Position(UUID, 3267, BOTH)


def test_a_new_installation_is_fresh() -> None:
    assert records.position("", "", "").fresh
    assert records.position(grastate(ZERO, -1), recovered(ZERO, -1), "").fresh


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (grastate(ZERO, -1), recovered(UUID, 3267)),  # a state transfer that broke off
        ("", ""),  # the data directory is gone, or not mounted
        (grastate(UUID, -1), ""),  # recovery found nothing
        (grastate(UUID, -1), recovered(ZERO, -1)),
    ],
)
def test_data_that_is_not_to_be_trusted_has_no_position_and_is_not_fresh(state: str, found: str) -> None:
    spoiled = records.position(state, found, VIEW)
    assert not spoiled.uuid
    assert not spoiled.fresh


def test_unreadable_data_without_a_record_is_not_taken_for_a_new_installation() -> None:
    assert not records.position(grastate(UUID, -1), "", "").fresh


def test_the_position_is_read_from_what_mariadbd_logs_at_a_recovery() -> None:
    log = (
        "2026-11-25  9:12:01 0 [Note] InnoDB: log sequence number 52841; transaction id 77\n"
        "2026-11-25  9:12:01 0 [Note] WSREP: Recovered position: {}\n"
        "2026-11-25  9:12:01 0 [Note] mariadbd: Shutdown complete\n"
    )
    assert records.parse_recovered(log.format(f"{UUID}:3267")) == f"{UUID}:3267"
    assert records.parse_recovered(log.format(f"{UUID}:3267,0-1-9")) == f"{UUID}:3267"
    assert records.parse_recovered(log.format(f"{ZERO}:-1")) == f"{ZERO}:-1"
    assert not records.parse_recovered("[Note] WSREP: skipping position recovery since wsrep is off\n")


def test_the_arbiter_is_no_member_with_data() -> None:
    assert records.parse_view(VIEW) == BOTH
    assert records.parse_view("") is None
    assert records.parse_view(f"{UUID} 6d25d102-e69b/garb/") is None


def test_grastate_is_edited_in_one_place_only() -> None:
    assert records.allow_bootstrap(grastate(UUID, 7)) == grastate(UUID, 7, safe=1)


@given(
    st.sampled_from(Phase),
    st.none() | st.builds(Position, st.text(), st.integers(), st.none() | st.frozensets(st.text())),
)
def test_an_answer_arrives_as_it_was_sent(phase: Phase, position: Position | None) -> None:
    assert records.decode(records.encode(Answer(phase, position))) == Answer(phase, position)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"phase": "asleep"}', '{"phase": "waiting", "position": {}}']
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own message or ours
        records.decode(text)


def test_a_file_is_replaced_in_one_step_and_readable_for_the_responder(tmp_path: Path) -> None:
    os.umask(previous := os.umask(0o077))
    records.write(tmp_path / "state", "one")
    records.write(tmp_path / "state", "two")
    os.umask(previous)
    assert (tmp_path / "state").read_text() == "two"
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


# --- the record of the component ----------------------------------------------------------------------------


@pytest.fixture
def notify(blog_context: Context, tmp_path: Path) -> Callable[..., int]:
    script = tmp_path / "record-view"
    state = tmp_path / "state"
    state.mkdir()
    script.write_text(blog_context.render("galera", "galera-record-view.j2", directory=state))

    def run(*argv: str) -> int:
        return subprocess.run(["sh", script, *argv], check=False, stdin=subprocess.DEVNULL).returncode

    return run


def members(*names: str) -> str:
    return ",".join(f"6ebd062a-e699/{name}/10.0.0.1:0" for name in names)


def test_only_primary_components_are_recorded(notify: Callable[..., int], tmp_path: Path) -> None:
    view = tmp_path / "state" / "view"
    joined = (
        "--status",
        "synced",
        "--uuid",
        UUID,
        "--primary",
        "yes",
        "--index",
        "0",
        "--members",
        members("a", "b"),
    )
    assert notify(*joined) == 0
    assert records.parse_view(view.read_text()) == frozenset({"a", "b"})
    assert notify("--status", "connected", "--uuid", ZERO, "--primary", "no", "--members", members("a")) == 0
    assert notify("--status", "disconnected", "--uuid", UUID, "--primary", "no", "--index", "-1") == 0
    assert notify("--status", "disconnected") == 0
    assert records.parse_view(view.read_text()) == frozenset({"a", "b"})
    before = view.stat().st_mtime_ns
    assert notify(*joined) == 0
    assert view.stat().st_mtime_ns == before
    assert notify("--uuid", UUID, "--primary", "yes", "--members", members("a")) == 0
    assert records.parse_view(view.read_text()) == frozenset({"a"})


def test_a_record_that_cannot_be_written_is_removed(notify: Callable[..., int], tmp_path: Path) -> None:
    view = tmp_path / "state" / "view"
    assert notify("--uuid", UUID, "--primary", "yes", "--members", members("a")) == 0
    (tmp_path / "state" / "view.new").mkdir()  # as good as a full disk: it cannot be written to
    assert notify("--uuid", UUID, "--primary", "yes", "--members", members("a", "b")) == 1
    assert not view.exists()


# --- the responder ------------------------------------------------------------------------------------------


def test_synced_and_donor_are_usable() -> None:
    assert responder.usable(Sample(WELL, running=True, at=10.0), 10.1) == (True, "Synced")
    donor = WELL | {"wsrep_local_state": "2", "wsrep_local_state_comment": "Donor/Desynced"}
    assert responder.usable(Sample(donor, running=True, at=10.0), 10.1)[0]


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (Sample(None, running=False, at=10.0), "mariadbd does not run"),
        (Sample(None, running=True, at=10.0), "mariadbd does not answer"),
        (Sample(WELL, running=True, at=8.0), "mariadbd does not answer"),
        (
            Sample(WELL | {"wsrep_cluster_status": "non-Primary"}, running=True, at=10.0),
            "component is non-Primary",
        ),
        (
            Sample(
                WELL | {"wsrep_local_state": "3", "wsrep_local_state_comment": "Joined"},
                running=True,
                at=10.0,
            ),
            "state is Joined",
        ),
        (Sample(WELL | {"wsrep_ready": "OFF"}, running=True, at=10.0), "wsrep is not ready"),
        (Sample(WELL | {"read_only": "1"}, running=True, at=10.0), "read only"),
        (Sample({}, running=True, at=10.0), "component is unknown"),
    ],
)
def test_everything_else_is_not(sample: Sample, why: str) -> None:
    assert responder.usable(sample, 10.1) == (False, why)


def test_tells_what_mariadbd_says_and_else_what_the_start_program_published() -> None:
    waiting = Answer(Phase.WAITING, Position(UUID, 7, BOTH))
    stopped = Sample(None, running=False, at=10.0)
    assert responder.answer(Sample(WELL, running=True, at=10.0), 10.1, "").phase is Phase.PRIMARY
    alone = Sample(WELL | {"wsrep_cluster_status": "non-Primary"}, running=True, at=10.0)
    assert responder.answer(alone, 10.1, records.encode(waiting)).phase is Phase.STRANDED
    assert responder.answer(stopped, 10.1, records.encode(waiting)) == waiting
    assert responder.answer(stopped, 10.1, "").phase is Phase.DOWN
    assert responder.answer(stopped, 10.1, "half a li").phase is Phase.DOWN
    assert responder.answer(Sample(WELL, running=True, at=8.0), 10.1, "").phase is Phase.DOWN


def test_a_host_that_has_not_caught_up_gives_its_state_to_nobody_and_says_so() -> None:
    joined = Sample(WELL | {"wsrep_local_state": "3"}, running=True, at=10.0)
    donor = Sample(WELL | {"wsrep_local_state": "2"}, running=True, at=10.0)
    assert responder.answer(joined, 10.1, "").phase is Phase.CATCHING_UP
    assert responder.answer(donor, 10.1, "").phase is Phase.PRIMARY


def test_a_donor_that_is_not_ready_is_stuck() -> None:
    donor = WELL | {"wsrep_local_state": "2", "wsrep_local_recv_queue": "0"}
    assert not responder.stuck(Sample(donor, running=True, at=10.0))
    assert responder.stuck(Sample(donor | {"wsrep_ready": "OFF"}, running=True, at=10.0))


def test_only_a_host_with_nothing_left_to_catch_up_with_is_stuck() -> None:
    queue = "wsrep_local_recv_queue"
    joined = WELL | {"wsrep_local_state": "3", queue: "0"}
    assert responder.stuck(Sample(joined, running=True, at=10.0))
    for other in (
        {queue: "12"},
        {"wsrep_local_state": "4"},
        {"wsrep_local_state": "2"},
        {"wsrep_cluster_status": "non-Primary"},
    ):
        assert not responder.stuck(Sample(joined | other, running=True, at=10.0))
    assert not responder.stuck(Sample(None, running=True, at=10.0))


class Told:
    """A database that says the same until some time, and then that it is synced."""

    def __init__(self, clock: Clock, values: dict[str, str], until: float) -> None:
        self.clock, self.values, self.until = clock, values, until

    def sample(self) -> Sample:
        values = self.values if self.clock.now < self.until else WELL
        return Sample(values, running=True, at=self.clock.now)

    def drop(self) -> None:
        """There is no connection."""


def watch(
    database: responder.Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Have the responder of host ``a`` look at its database for so many seconds."""
    config = records.Config("a", {"a": "127.0.0.1", "b": "127.0.0.2"}, 1)
    watching, end = responder.Responder(config, database), clock.now + seconds

    def wait(pace: float) -> bool:
        clock.sleep(pace)
        return clock.now > end

    monkeypatch.setattr(watching.leave, "wait", wait)
    watching.watch()


@pytest.mark.parametrize(("seconds", "restarts"), [(16.0, 1), (14.0, 0)])
def test_a_host_that_stays_stuck_is_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, restarts: int
) -> None:
    clock = Clock("responder", monkeypatch)
    monkeypatch.setattr(responder, "RESTART", tmp_path / "restart")
    joined = WELL | {"wsrep_local_state": "3", "wsrep_local_recv_queue": "0"}
    database = cast("responder.Database", Told(clock, joined, clock.now + seconds))
    watch(database, clock, monkeypatch, 2 * responder.PATIENCE)
    assert len(list(tmp_path.iterdir())) == restarts


@pytest.mark.parametrize(
    ("state", "phase", "seconds", "restarts"),
    [
        ("0", Phase.PRIMARY, 66.0, 1),
        ("0", Phase.PRIMARY, 59.0, 0),
        ("1", Phase.PRIMARY, 66.0, 0),
        ("0", Phase.STRANDED, 66.0, 0),
        ("0", Phase.BOOTSTRAPPING, 66.0, 0),
    ],
    ids=["left behind", "not for long", "is given its state", "all without quorum", "not yet"],
)
def test_a_host_that_remains_outside_of_the_component_is_restarted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    state: str,
    phase: Phase,
    seconds: float,
    restarts: int,
) -> None:
    clock = Clock("responder", monkeypatch)
    monkeypatch.setattr(responder, "RESTART", tmp_path / "restart")
    monkeypatch.setattr(records, "VIEW", tmp_path / "no view")
    monkeypatch.setattr(records, "ask_all", lambda _: {"b": Answer(phase)})
    outside = WELL | {"wsrep_cluster_status": "non-Primary", "wsrep_ready": "OFF", "wsrep_local_state": state}
    database = cast("responder.Database", Told(clock, outside, clock.now + seconds))
    watch(database, clock, monkeypatch, seconds + 2.0)
    assert len(list(tmp_path.iterdir())) == restarts


@pytest.mark.parametrize("rounds", [0, 3])
def test_the_arbiter_waits_until_the_data_hosts_are_there(
    monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    clock = Clock("arbiter", monkeypatch)
    joining = {"a": Answer(Phase.PRIMARY), "b": Answer(Phase.JOINING)}
    there = {"a": Answer(Phase.PRIMARY), "b": Answer(Phase.PRIMARY)}
    before = [{}, {"a": Answer(Phase.BOOTSTRAPPING)}, joining]
    asked = iter([*before[3 - rounds :], there])
    assert wait_for_turn(lambda: next(asked))
    assert clock.now == 100.0 + rounds * arbiter.PACE
    assert next(asked, None) is None


def test_the_arbiter_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock("arbiter", monkeypatch)
    assert not wait_for_turn(dict)
    assert clock.now >= 100.0 + arbiter.PATIENCE


@contextmanager
def running(database: responder.Database) -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    port: int = listening.getsockname()[1]
    config = records.Config("controller1", {"controller1": "127.0.0.1"}, port)
    with responder.serving(config, listening, database) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield port
        finally:
            server.shutdown()
            thread.join()


def get(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        link.request(method, path)
        reply = link.getresponse()
        return reply.status, reply.read().decode().strip()
    finally:
        link.close()


def test_answers_at_once_for_a_database_that_accepts_and_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mysqld.sock"
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(path))
        hung.listen(64)
        database = responder.Database(path=str(path))
        assert database.sample().running
        with running(database) as port:
            assert get(port, "/")[0] == 503
            assert get(port, "/", "OPTIONS")[0] == 503
            assert get(port, "/", "HEAD") == (503, "")
            assert get(port, "/nothing")[0] == 404
            status, said = get(port, "/position")
            assert (status, records.decode(said).phase) == (200, Phase.DOWN)


def test_a_database_that_is_not_there_is_a_sample_too(tmp_path: Path) -> None:
    sample = responder.Database(path=str(tmp_path / "none")).sample()
    assert sample.values is None
    assert not sample.running


def test_peers_that_do_not_answer_sensibly_are_left_out(tmp_path: Path) -> None:
    with running(responder.Database(path=str(tmp_path / "none"))) as port:
        config = records.Config("a", {"a": "127.0.0.9", "b": "127.0.0.1"}, port)
        assert records.ask_all(config) == {"b": Answer(Phase.DOWN)}
    assert records.ask_all(config) == {}


# --- starting, and the arbiter ------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The paths of a host, under a temporary folder; nothing waits long."""
    for module, name in (
        (start, "OVERRIDE"),
        (start, "DATA"),
        (records, "GRASTATE"),
        (records, "VIEW"),
        (records, "STARTING"),
    ):
        monkeypatch.setattr(module, name, tmp_path / name)
    Clock("start", monkeypatch)
    return tmp_path


ALONE = records.Config("a", {"a": "127.0.0.1"}, 1)
PAIR = records.Config("a", {"a": "127.0.0.1", "b": "127.0.0.2"}, 1)


def hears(monkeypatch: pytest.MonkeyPatch, **answers: Answer) -> None:
    monkeypatch.setattr(records, "ask_all", lambda _config: answers)


def published() -> Answer:
    return records.decode(records.STARTING.read_text())


def test_the_only_data_host_bootstraps(here: Path) -> None:
    (here / "GRASTATE").write_text(grastate(UUID, 7))
    (here / "VIEW").write_text(f"{UUID} {members('a')}")
    assert start.start(ALONE) == ["--wsrep-new-cluster"]
    assert (here / "GRASTATE").read_text() == grastate(UUID, 7, safe=1)
    assert published().phase is Phase.BOOTSTRAPPING


def test_a_joiner_leaves_no_order_to_bootstrap(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "STARTING").write_text(records.encode(Answer(Phase.BOOTSTRAPPING)))  # an attempt that was killed
    hears(monkeypatch, b=Answer(Phase.PRIMARY))
    assert start.start(PAIR) == []
    assert published().phase is Phase.JOINING


def test_who_must_wait_says_where_it_stands_and_tries_again(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "GRASTATE").write_text(grastate(UUID, 7))
    (here / "VIEW").write_text(f"{UUID} {members('a', 'b')}")
    hears(monkeypatch)
    assert start.start(PAIR) is None
    assert published() == Answer(Phase.WAITING, Position(UUID, 7, frozenset({"a", "b"})))


def test_a_claim_gives_way_to_an_earlier_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "GRASTATE").write_text(grastate(UUID, 7))
    (here / "VIEW").write_text(f"{UUID} {members('b')}")
    rival = Answer(Phase.CLAIMING, Position(UUID, 6, frozenset({"a", "b"})))
    hears(monkeypatch, a=rival)
    later = records.Config("b", {"a": "127.0.0.2", "b": "127.0.0.1"}, 1)
    assert start.start(later) is None
    assert published().phase is Phase.WAITING


def test_a_persons_word_counts_once_for_this_host_and_not_beside_a_primary(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "GRASTATE").write_text(grastate(UUID, 7))
    (here / "VIEW").write_text(f"{UUID} {members('a', 'b')}")
    (here / "OVERRIDE").write_text("b\n")
    hears(monkeypatch)
    assert start.start(PAIR) is None
    (here / "OVERRIDE").write_text("a\n")
    hears(monkeypatch, b=Answer(Phase.BOOTSTRAPPING))
    assert start.start(PAIR) is None
    hears(monkeypatch)
    assert start.start(PAIR) == ["--wsrep-new-cluster"]
    assert not (here / "OVERRIDE").exists()


@pytest.fixture
def mariadbd(here: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A stand-in that says, at a recovery, what it is given; it writes down what it was told."""

    def stand_in(said: str) -> None:
        program = here / "mariadbd"
        program.write_text(f'#!/bin/sh\necho "$@" >>{here}/told\necho "{said}" >&2\n')
        program.chmod(0o755)
        monkeypatch.setattr(start, "MARIADBD", str(program))

    (here / "DATA").touch()
    return stand_in


def test_after_a_crash_mariadbd_is_told_the_position_it_recovered(
    here: Path, mariadbd: Callable[[str], None]
) -> None:
    mariadbd(f"[Note] WSREP: Recovered position: {UUID}:3267")
    (here / "GRASTATE").write_text(grastate(UUID, -1))
    (here / "VIEW").write_text(f"{UUID} {members('a')}")
    assert start.start(ALONE) == [f"--wsrep-start-position={UUID}:3267", "--wsrep-new-cluster"]
    assert (here / "told").read_text() == "--wsrep-recover --disable-log-error\n"


def test_only_an_empty_data_directory_gets_system_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "dir=${1#--datadir=}; ls -A $dir >$0.saw; mkdir $dir/mysql && touch $dir/ibdata1"
    log = tmp_path / "log"
    monkeypatch.setattr(start, "FILL", ("sh", "-ec", script, str(log)))
    data = tmp_path / "data"
    (data / "lost+found").mkdir(parents=True)
    start.fill(data)
    assert {path.name for path in data.iterdir()} == {"ibdata1", "mysql", "lost+found"}
    seen = tmp_path / "log.saw"
    seen.unlink()
    start.fill(data)
    assert not seen.exists()


def test_system_tables_that_were_not_completed_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "dir=${1#--datadir=}; mkdir $dir/mysql; touch $dir/ibdata1; [ -e $0 ]"
    allowed = tmp_path / "allowed"
    monkeypatch.setattr(start, "FILL", ("sh", "-ec", script, str(allowed)))
    data = tmp_path / "data"
    data.mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        start.fill(data)
    assert {path.name for path in data.iterdir()} == {start.FILLING, "ibdata1", "mysql"}
    allowed.touch()
    start.fill(data)  # mkdir would fail on what was left
    assert {path.name for path in data.iterdir()} == {"ibdata1", "mysql"}


def test_half_a_state_transfer_is_not_recovered(here: Path, mariadbd: Callable[[str], None]) -> None:
    mariadbd(f"[Note] WSREP: Recovered position: {UUID}:3267")
    (here / "GRASTATE").write_text(grastate(ZERO, -1))
    (here / "VIEW").write_text(f"{UUID} {members('a', 'b')}")
    assert start.start(ALONE) is None
    assert not (here / "told").exists()


def test_what_could_not_be_recovered_is_no_position(here: Path, mariadbd: Callable[[str], None]) -> None:
    mariadbd("[ERROR] InnoDB: corruption")
    (here / "GRASTATE").write_text(grastate(UUID, -1))
    (here / "VIEW").write_text(f"{UUID} {members('a')}")
    assert start.start(ALONE) is None
    assert published().position == Position(members=frozenset({"a"}))


def test_garbd_is_told_what_the_units_environment_says() -> None:
    environment = {"GALERA_NODES": "10.0.0.11,10.0.0.12", "GALERA_GROUP": "blog", "GALERA_OPTIONS": "a=b;c=d"}
    told = ["--address=gcomm://10.0.0.11,10.0.0.12", "--group=blog", "--options=a=b;c=d"]
    assert command(environment) == ["/usr/bin/garbd", *told]


def test_the_arbiter_knows_when_it_is_alone_with_the_vote() -> None:
    log = (
        "2026-11-22 17:25:46  INFO: New COMPONENT: primary = {}, bootstrap = no, my_idx = 0, memb_num = {}\n"
    )
    assert lonely(log.format("yes", 1))
    assert not lonely(log.format("yes", 2))
    assert not lonely(log.format("no", 1))
    assert not lonely(log.format("yes", 12))

"""DRBD: the file that it reads, the checks that go red, and what a site file may not say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.programs import opinion
from tests.support import EXAMPLES, context_of, site_of

from fournines.components.drbd.component import COMPONENT
from fournines.components.drbd.deploy import CONF, FENCE, UNFENCE
from fournines.components.drbd.on_host.state import State, states, version
from fournines.components.pacemaker.on_host.cib import MIRRORS
from fournines.errors import SpecError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.step import Command, Unit
from fournines.kit.verdict import Outcome, Verdict
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads

HERE = Path(__file__).parent
SITE = (EXAMPLES / "active-passive-drbd.yaml").read_text()
PROC = """\
version: 8.4.11 (api:1/proto:86-101)
srcversion: 211FB288A383ED945B83420

 1: cs:SyncSource ro:Primary/Secondary ds:UpToDate/Inconsistent C s-----
    ns:8192 nr:0 dw:8192 dr:16384 al:3 bm:0 lo:0 pe:2 ua:0 ap:0 ep:1 wo:f oos:507904
\t[>....................] sync'ed:  3.1% (507904/524288)K
\tfinish: 0:00:46 speed: 10,922 (10,922) K/sec
 2: cs:Unconfigured
"""
WELL = State("Connected", "Primary", "Secondary", "UpToDate", "UpToDate", suspended=False, behind=0)


@pytest.fixture(name="context", scope="module")
def of_the_example() -> Context:
    return context_of(site_of("active-passive-drbd.yaml"))


def test_what_the_kernel_says_is_read() -> None:
    assert version(PROC) == "8.4.11"
    wanted = State(
        "SyncSource", "Primary", "Secondary", "UpToDate", "Inconsistent", suspended=True, behind=507904
    )
    assert states(PROC) == {1: wanted}
    assert states("") == {}


def test_the_files_are_the_golden_ones_and_alike_on_both(context: Context) -> None:
    secret = context.secret("drbd/mysql")
    texts = {
        host: file_of(COMPONENT, context, host, CONF.format("mysql")).content.replace(secret, "SECRET")
        for host in ("controller1", "controller2")
    }
    assert texts["controller1"] == texts["controller2"] == (HERE / "golden" / "volume.res").read_text()
    for path in (FENCE, UNFENCE):
        text = file_of(COMPONENT, context, "controller1", path).content
        assert text == (HERE / "golden" / Path(path).name).read_text()


@pytest.mark.programs
@pytest.mark.parametrize("broken", [None, ("protocol C;", "protocoll C;"), ("minor 0", "minor x")])
def test_drbd_s_own_parser_takes_it(context: Context, tmp_path: Path, broken: tuple[str, str] | None) -> None:
    step = file_of(COMPONENT, context, "controller1", CONF.format("mysql"))
    argv = [word.replace("{}", "/run/mysql.res") for word in step.validate]
    text = step.content.replace(*broken) if broken else step.content
    done = opinion(argv, {"mysql.res": text}, tmp_path, program="/usr/lib/drbd/drbdadm-84")
    assert (done.returncode == 0) is (broken is None), done.stdout + done.stderr


def test_the_copies_are_left_to_the_cluster_manager(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.hosts["controller2"]))
    (unit,) = [step for step in steps if isinstance(step, Unit)]
    assert (unit.name, unit.enabled, unit.running) == ("drbd.service", False, False)
    fed = [json.loads(step.stdin) for step in steps if isinstance(step, Command)]
    assert fed == [{"device": "/dev/vdb", "first": False, "minor": 0, "name": "mysql", "size": 0}]


def test_what_its_handlers_write_and_take_away_the_cluster_s_configuration_keeps(context: Context) -> None:
    for path, clone in ((FENCE, "$clone"), (UNFENCE, "$1")):
        assert f'mark="{MIRRORS}{clone}"' in file_of(COMPONENT, context, "controller1", path).content


# --- checks -----------------------------------------------------------------------------------------------


def check(context: Context, name: str) -> Check:
    (found,) = [one for one in COMPONENT.checks(context) if one.id == f"drbd.{name}"]
    return found


def side(state: State | None, *mounted: str) -> Output:
    one = {"state": None if state is None else asdict(state), "mounted": list(mounted)}
    return Output(0, json.dumps({"module": "8.4.11", "volumes": {"mysql": one}}))


def other(state: State) -> State:
    return State(
        *(state.connection, state.peer_role, state.role, state.peer_disk, state.disk, state.suspended),
        behind=state.behind,
    )


def judged(context: Context, name: str, one: Output | None, two: Output | None) -> Verdict:
    return check(context, name).verdict({"controller1": one, "controller2": two})


@pytest.mark.parametrize("name", ["connected", "current", "in-use"])
def test_all_well(context: Context, name: str) -> None:
    found = judged(context, name, side(WELL, "/var/lib/mysql"), side(other(WELL)))
    assert found.outcome is Outcome.PASS, found.seen


def changed(state: State, **changes: object) -> State:
    return State(**{**asdict(state), **changes})


ALONE = changed(WELL, connection="StandAlone", peer_role="Unknown", peer_disk="DUnknown", behind=2048)
SYNC = changed(WELL, connection="SyncSource", peer_disk="Inconsistent", behind=20_480)


@pytest.mark.parametrize(
    ("name", "one", "two", "words"),
    [
        ("connected", side(None), side(WELL), "not up on controller1"),
        ("connected", side(changed(WELL, suspended=True)), side(WELL), "writes are suspended on controller1"),
        (
            "connected",
            side(changed(WELL, connection="WFConnection")),
            side(changed(WELL, connection="Connected")),
            "controller1 is in WFConnection",
        ),
        (
            "connected",
            side(ALONE),
            side(changed(ALONE, behind=64_000)),
            "controller1 (in use, UpToDate) has 2048 KiB that the other has not; controller2 (in use,",
        ),
        ("connected", side(ALONE), side(changed(ALONE, behind=64_000)), "has 62 MiB that the other has not"),
        ("connected", side(ALONE), side(ALONE), "drbdadm connect --discard-my-data"),
        ("current", side(SYNC), side(other(SYNC)), "controller2: Inconsistent, 20 MiB to go"),
        ("current", side(changed(WELL, disk="Diskless")), side(WELL), "controller1: Diskless"),
        ("in-use", side(WELL, "/a"), side(WELL, "/a"), "in use on controller1 and controller2"),
        ("in-use", side(other(WELL)), side(other(WELL)), "in use on no host"),
        ("in-use", side(WELL), side(other(WELL)), "in use on controller1, mounted on no host"),
        ("in-use", side(WELL, "/a"), side(other(WELL), "/a"), "mounted on controller1 and controller2"),
    ],
)
def test_what_is_not_well_is_told(context: Context, name: str, one: Output, two: Output, words: str) -> None:
    found = judged(context, name, one, two)
    assert found.outcome is Outcome.FAIL
    assert words in found.seen


def test_a_host_that_does_not_answer_leaves_a_doubt(context: Context) -> None:
    found = judged(context, "connected", side(WELL), None)
    assert (found.outcome, "controller2 cannot be asked" in found.seen) == (Outcome.UNKNOWN, True)


@pytest.mark.parametrize(
    ("constraints", "outcome"),
    [
        ("<constraints/>", Outcome.PASS),
        ('<constraints><rsc_location id="outdated-ms_drbd_mysql"/></constraints>', Outcome.FAIL),
    ],
)
def test_a_copy_that_is_kept_from_use_is_told(context: Context, constraints: str, outcome: Outcome) -> None:
    found = check(context, "free").verdict({"controller1": Output(0, constraints)})
    assert found.outcome is outcome


# --- what a site file may not say -------------------------------------------------------------------------

VOLUME = "mysql: {device: /dev/vdb}     # the same path on both hosts; it must be empty"


PAIR = SITE.replace("time, arbiter]", "time]", 1).replace(", fence_from: arbiters", "", 1)


def test_two_hosts_that_fence_each_other_need_no_third() -> None:
    assert [host.name for host in loads(PAIR, Path("site.yaml"), vocabulary()).voters] == [
        "controller1",
        "controller2",
    ]


@pytest.mark.parametrize(
    ("changed", "needing"),
    [
        (PAIR[: PAIR.index("components:")].replace("choose: {database: mariadb}", ""), "galera"),
        (PAIR.replace("components:\n", "components:\n  etcd: {}\n  rabbitmq: {}\n", 1), "etcd and rabbitmq"),
    ],
)
def test_two_hosts_are_too_few_for_what_needs_a_majority(changed: str, needing: str) -> None:
    said = rf"2 hosts vote \(controller1, controller2\), and {needing} would stop"
    with pytest.raises(SpecError, match=said):
        loads(changed, Path("site.yaml"), vocabulary())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (VOLUME, "mysql: {device: vdb}", "'vdb' is not a block device's path"),
        (VOLUME, "mysql: {device: /dev/vdb, size: 10}", "is not an amount such as"),
        (VOLUME, "mysql: {device: /dev/vdb, port: 3306}", "port 3306 is mariadb's already"),
        (VOLUME, "mysql: {device: /dev/vdb, port: 5000}", "port 5000 is keystone's already"),
        (
            VOLUME,
            "mysql: {device: /dev/vdb}\n      rabbitmq: {device: /dev/vdb}",
            "/dev/vdb is mysql's already",
        ),
        (
            VOLUME,
            "mysql: {device: /dev/vdb}\n      other: {device: /dev/vdc}",
            "nobody keeps anything on a volume other",
        ),
        (
            VOLUME,
            "mine: {device: /dev/vdb}",
            "mariadb keeps its data on a volume mysql, and nothing says where",
        ),
        (
            "  drbd:\n    answer_ms: 6000\n    volumes:\n      " + VOLUME,
            "  memcached: {}",
            "add components: {drbd: {volumes: {mysql:",
        ),
        ("mode: active-passive", "mode: active-active", "write mode: active-passive"),
        ("time, arbiter]", "time, controller]", "the controllers are 3"),
        ("choose: {database: mariadb}", "choose: {}", "nobody keeps anything on a volume mysql"),
    ],
)
def test_a_site_file_that_cannot_be_is_refused_at_its_place(old: str, new: str, said: str) -> None:
    assert old in SITE
    with pytest.raises(SpecError) as refused:
        loads(SITE.replace(old, new, 1), Path("site.yaml"), vocabulary())
    told = "".join(f"{mistake} try: {mistake.try_this}" for mistake in refused.value.mistakes)
    assert said in told
    assert "site.yaml:" in str(refused.value)

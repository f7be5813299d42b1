"""Galera: what it writes, and that each check goes red on a broken host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.programs import opinion

from fournines.components.galera.component import COMPONENT
from fournines.components.galera.deploy import CONF, GARB_CONF, TRANSFER
from fournines.components.galera.model import Options, votes
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Database, Endpoint
from fournines.kit.step import Command, File, Unit
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
SYNCED = (
    "wsrep_cluster_size\t3\n"
    "wsrep_cluster_state_uuid\t6e8f7d48\n"
    "wsrep_cluster_status\tPrimary\n"
    "wsrep_local_state_comment\tSynced\n"
    "wsrep_ready\tON\n"
)
DOWN = Output(1, "", "ERROR 2002 (HY000): Can't connect to local server through socket (111)\n")


def files_of(context: Context, host: str) -> dict[str, File]:
    steps = COMPONENT.steps(context, context.site.hosts[host])
    return {step.path: step for step in steps if isinstance(step, File)}


def check(context: Context, what: str) -> Check:
    (found,) = [c for c in COMPONENT.checks(context) if c.id == f"galera.{what}"]
    return found


def outcome(checked: Check, **answers: Output | None) -> Outcome:
    return checked.verdict(answers).outcome


# --- what it writes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["controller1", "dashboard"])
def test_every_file_is_as_reviewed(blog_context: Context, host: str) -> None:
    for path, file in files_of(blog_context, host).items():
        if path.endswith(".py"):
            continue
        golden = GOLDEN / host / path.removeprefix("/etc/").removeprefix("/usr/lib/").replace("/", "_")
        assert file.content == golden.read_text(), f"{path} differs from {golden}"


def test_the_programs_on_the_hosts_are_the_tested_ones(blog_context: Context) -> None:
    source = Path(__file__).parents[3] / "src/fournines/components/galera/on_host"
    installed = {
        p: f.content for h in ("controller1", "dashboard") for p, f in files_of(blog_context, h).items()
    }
    for program in ("election", "records", "start", "responder", "arbiter"):
        text = (source / f"{program}.py").read_text()
        assert installed[f"/usr/lib/fournines/fournines/components/galera/on_host/{program}.py"] == text


def test_three_controllers_need_no_arbiter_and_two_have_one(blog: Site, three: Site) -> None:
    assert [h.name for h in COMPONENT.hosts(blog)] == ["dashboard", "controller1", "controller2"]
    assert votes(blog) == votes(three) == 3
    assert len(COMPONENT.hosts(three)) == 3


def test_the_arbiter_listens_to_the_same_clock_as_the_data_hosts(blog_context: Context) -> None:
    data = files_of(blog_context, "controller1")[CONF].content
    garb = files_of(blog_context, "dashboard")[GARB_CONF].content
    for setting in ("evs.suspect_timeout=PT1S", "evs.join_retrans_period=PT0.2S", "pc.recovery=FALSE"):
        assert setting in data
        assert setting in garb
    assert "gmcast.listen_addr=tcp://10.0.0.10:4567" in garb


@pytest.mark.parametrize("suspect", [0.5, 1.0, 1.3, 5.0, 10.0])
def test_group_settings_keep_galeras_own_constraints(suspect: float) -> None:
    given = Options(suspect_timeout=suspect).provider("10.0.0.11")
    seconds = {k: float(v[2:-1]) for k, v in given.items() if v.startswith("PT")}
    assert seconds["evs.keepalive_period"] <= seconds["evs.suspect_timeout"] / 3
    assert seconds["evs.inactive_check_period"] <= seconds["evs.suspect_timeout"] / 2
    assert seconds["evs.suspect_timeout"] <= seconds["evs.inactive_timeout"]
    assert all(value >= 0.1 for value in seconds.values())


def test_the_balancer_is_told_of_one_writer_and_the_health_port(blog: Site) -> None:
    (endpoint,) = [d for d in COMPONENT.declarations(blog) if isinstance(d, Endpoint)]
    assert endpoint.single_writer
    assert not endpoint.tls
    assert endpoint.health is not None
    assert endpoint.health.port == 9200


def test_a_joiner_is_given_data_by_another_host_than_the_writer(
    blog_context: Context, three_context: Context
) -> None:
    assert 'wsrep_sst_donor = "controller1,"' in files_of(blog_context, "controller2")[CONF].content
    assert 'wsrep_sst_donor = ""' in files_of(blog_context, "controller1")[CONF].content
    assert 'wsrep_sst_donor = "controller2,"' in files_of(three_context, "controller1")[CONF].content


def test_the_start_program_knows_all_data_hosts_in_order(blog_context: Context) -> None:
    config = json.loads(files_of(blog_context, "controller2")["/etc/fournines/galera.json"].content)
    assert config["me"] == "controller2"
    assert list(config["hosts"]) == ["controller1", "controller2"]


def test_restarts_go_host_by_host(blog_context: Context) -> None:
    steps = COMPONENT.steps(blog_context, blog_context.site.hosts["controller1"])
    (unit,) = [s for s in steps if isinstance(s, Unit) and s.name == "mariadb.service"]
    assert unit.rolling
    assert unit.restart_on == (CONF,)


def test_databases_are_made_on_one_host_and_passwords_are_on_no_command_line(blog_context: Context) -> None:
    commands = {
        host: [
            s for s in COMPONENT.steps(blog_context, blog_context.site.hosts[host]) if isinstance(s, Command)
        ]
        for host in ("controller1", "controller2", "dashboard")
    }
    assert not commands["controller2"]
    assert not commands["dashboard"]
    names = [command.name for command in commands["controller1"]]
    for database in blog_context.declared(Database):
        assert f"database {database.name}" in names
        password = blog_context.secret(database.password)
        for command in commands["controller1"]:
            assert not any(password in word for word in (*command.argv, *command.unless))


REFUSING = """\
#!/bin/sh
# Says that it is synced; refuses the first statements, as a host does that just lost sight of the others.
case "$*" in *wsrep_ready*) echo "wsrep_ready ON"; exit 0 ;; esac
cat >>"$HERE/heard"
[ -e "$HERE/asked" ] || { : >"$HERE/asked"; echo "Lock wait timeout exceeded" >&2; exit 1; }
"""


def test_statements_refused_while_members_change_are_said_again_as_they_were(
    blog_context: Context, tmp_path: Path
) -> None:
    client = tmp_path / "mariadb"
    client.write_text(REFUSING)
    client.chmod(0o755)
    steps = COMPONENT.steps(blog_context, blog_context.site.hosts["controller1"])
    made = next(s for s in steps if isinstance(s, Command) and s.name.startswith("database"))
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HERE": str(tmp_path)}
    done = subprocess.run(
        made.argv, input=made.stdin, text=True, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert (tmp_path / "heard").read_text() == 2 * made.stdin
    assert "Lock wait timeout" in done.stderr


# --- the program that reads it ------------------------------------------------------------------------------


@pytest.mark.programs
@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (("max_connections = 1000", "max_conections = 1000"), "max_conections"),
        (("max_connections = 1000", "max_connections = lots"), "lots"),
    ],
)
def test_mariadbd_refuses_a_typo_before_it_is_installed(
    blog_context: Context, tmp_path: Path, broken: tuple[str, str], word: str
) -> None:
    conf = files_of(blog_context, "controller1")[CONF]
    argv = [part.replace("{}", "/run/staged.cnf") for part in conf.validate]
    assert opinion(argv, {"staged.cnf": conf.content}, tmp_path).returncode == 0
    said = opinion(argv, {"staged.cnf": conf.content.replace(*broken)}, tmp_path)
    assert said.returncode != 0
    assert word in said.stderr


# --- checks go red ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["synced", "whole"])
def test_members_go_red(blog_context: Context, what: str) -> None:
    checked = check(blog_context, what)
    well = Output(0, SYNCED)
    assert outcome(checked, controller1=well, controller2=well) is Outcome.PASS
    assert outcome(checked, controller1=well, controller2=DOWN) is Outcome.FAIL
    assert outcome(checked, controller1=well, controller2=None) is Outcome.UNKNOWN


def test_synced_goes_red_for_a_donor_and_for_a_host_that_refuses_statements(blog_context: Context) -> None:
    checked = check(blog_context, "synced")
    well = Output(0, SYNCED)
    for broken in (SYNCED.replace("Synced", "Donor/Desynced"), SYNCED.replace("ready\tON", "ready\tOFF"), ""):
        assert outcome(checked, controller1=well, controller2=Output(0, broken)) is Outcome.FAIL


def test_whole_goes_red_for_a_missing_member_a_lost_quorum_and_a_fork(blog_context: Context) -> None:
    checked = check(blog_context, "whole")
    well = Output(0, SYNCED)
    for broken in (
        SYNCED.replace("size\t3", "size\t2"),
        SYNCED.replace("Primary", "non-Primary"),
        SYNCED.replace("6e8f7d48", "11111111"),
    ):
        assert outcome(checked, controller1=well, controller2=Output(0, broken)) is Outcome.FAIL
    assert (
        outcome(checked, controller1=Output(0, SYNCED.replace("\t3", "\t2")), controller2=None)
        is Outcome.FAIL
    )


def test_settings_go_red_when_something_else_runs(blog_context: Context) -> None:
    checked = check(blog_context, "settings")
    well = (
        "innodb_flush_log_at_trx_commit\t1\nwsrep_sst_method\tmariabackup\nevs.suspect_timeout\t1.000000\n"
        "evs.join_retrans_period\t0.200000\npc.recovery\t0\n"
    )
    assert outcome(checked, controller1=Output(0, well), controller2=Output(0, well)) is Outcome.PASS
    for broken in (
        well.replace("commit\t1", "commit\t2"),
        well.replace("1.000000", "5.000000"),
        well.replace("mariabackup", "rsync"),
        well.replace("0.200000", "soon"),
        well.replace("recovery\t0", "recovery\t1"),
    ):
        assert outcome(checked, controller1=Output(0, well), controller2=Output(0, broken)) is Outcome.FAIL


def test_responder_goes_red_when_it_and_mariadbd_disagree(blog_context: Context) -> None:
    checked = check(blog_context, "responder")
    well = Output(0, "responder 200\n" + SYNCED)
    assert outcome(checked, controller1=well, controller2=well) is Outcome.PASS
    for broken in (
        "responder 503\n" + SYNCED,
        "responder 200\nmariadbd down\n",
        "responder 503\nmariadbd down\n",
        "responder 200\n" + SYNCED.replace("Primary", "non-Primary"),
    ):
        assert outcome(checked, controller1=well, controller2=Output(0, broken)) is Outcome.FAIL
    refused = Output(1, "", "ConnectionRefusedError: [Errno 111] Connection refused")
    assert outcome(checked, controller1=well, controller2=refused) is Outcome.FAIL


def test_databases_go_red_when_one_is_missing(blog_context: Context) -> None:
    checked = check(blog_context, "databases")
    declared = blog_context.declared(Database)
    well = "".join(f"database\t{d.name}\naccount\t{d.user}\n" for d in declared)
    assert outcome(checked, controller1=Output(0, well), controller2=Output(0, well)) is Outcome.PASS
    for gone in ("database\tnines_ledger\n", "account\tnines_ledger\n"):
        broken = Output(0, well.replace(gone, ""))
        assert outcome(checked, controller1=Output(0, well), controller2=broken) is Outcome.FAIL


def test_units_go_red_when_one_is_off_now_or_at_boot(blog_context: Context) -> None:
    checked = check(blog_context, "units")
    data, garb = Output(0, "enabled\n" * 4 + "active\n" * 4), Output(0, "enabled\nactive\n")
    assert outcome(checked, controller1=data, controller2=data, dashboard=garb) is Outcome.PASS
    for broken in ("disabled\nactive\n", "enabled\nfailed\n", "active\n"):
        assert (
            outcome(checked, controller1=data, controller2=data, dashboard=Output(3, broken)) is Outcome.FAIL
        )
    assert outcome(checked, controller1=data, controller2=data, dashboard=None) is Outcome.UNKNOWN


def test_faults_have_commands_for_both_ways(blog_context: Context) -> None:
    faults = {fault.id: fault for fault in COMPONENT.faults(blog_context)}
    assert set(faults) == {"galera.crash", "galera.kill", "galera.hang", "galera.stop"}


_CARRIED = r"""
ip link set lo up
options=$(my_print_defaults --defaults-file=/run/conf sst | sed -n 's/^--sockopt=/,/p')
cat > /run/gives <<end
tcmd="socat -u stdio TCP:127.0.0.1:4444$options"
eval "printf 'which\n' | \$tcmd"
sleep 10
eval "printf 'a state\n' | \$tcmd"
end
timeout 30 socat -u "TCP-LISTEN:4444,reuseaddr$options" stdio & first=$!
sleep 0.5  # it listens by then
kill -STOP $(pidof socat)
BASH_ENV=/run/transfer bash -e /run/gives & gives=$!
sleep 0.5
kill -CONT $(pidof -s socat) $(pidof socat)
wait $first
sleep 0.5
timeout 30 socat -u "TCP-LISTEN:4444,reuseaddr$options" stdio
wait $gives
"""
_SLEPT = r"""
export BASH_ENV=/run/transfer PATH=/run/own:$PATH
mkdir -p /run/own; printf '#!/bin/sh\necho slept $*\n' >/run/own/sleep; chmod +x /run/own/sleep
bash -c 'tcmd="socat -u stdio TCP:10.0.0.12:4444,retry=60"; sleep 10'
bash -c 'tcmd="socat -u stdio TCP:10.0.0.12:4444,retry=60"; sleep 0.2'
bash -c 'tcmd="socat -u stdio TCP:10.0.0.12:4444"; sleep 10'
bash -c 'tcmd="socat -u stdio openssl-connect:10.0.0.12:4444,retry=60"; sleep 10'
bash -c 'sleep 10'
"""


@pytest.mark.programs
def test_a_state_comes_after_what_precedes_it_was_taken_however_late_that_is(
    blog_context: Context, tmp_path: Path
) -> None:
    files = files_of(blog_context, "controller1")
    held = {"conf": files[CONF].content, "transfer": files[TRANSFER].content}
    said = opinion(["bash", "-e", "-c", _CARRIED], held, tmp_path, program="mariadbd")
    assert (said.returncode, said.stdout) == (0, "which\na state\n"), said.stderr


def test_the_sleep_before_a_state_is_left_out_only_where_the_other_side_is_tried_again(
    blog_context: Context, tmp_path: Path
) -> None:
    transfer = tmp_path / "transfer"
    transfer.write_text(str(files_of(blog_context, "controller1")[TRANSFER].content))
    script = _SLEPT.replace("/run/", f"{tmp_path}/")
    said = subprocess.run(["bash", "-e", "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["slept 0.2", "slept 10", "slept 10", "slept 10"]

"""MariaDB on a volume: what it writes, how it fills an empty volume, and that each check goes red."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.programs import opinion
from tests.support import context_of, site_of

from fournines.components.mariadb.component import COMPONENT
from fournines.components.mariadb.deploy import CONF, ELSEWHERE, FILL
from fournines.components.mariadb.model import UNIT
from fournines.kit.check import Check, Output
from fournines.kit.common.accounts import CLIENT
from fournines.kit.context import Context
from fournines.kit.declare import Resource, Volume
from fournines.kit.step import Command, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.order import levels

GOLDEN = Path(__file__).parent / "golden"
NOT_HERE = Output(1, "", "ERROR 2002 (HY000): Can't connect to local server through socket (2)\n")


@pytest.fixture(name="context", scope="module")
def of_the_example() -> Context:
    return context_of(site_of("active-passive-drbd.yaml"))


@pytest.mark.parametrize("path", [CONF, FILL, unit_file(UNIT)])
def test_its_files_are_as_reviewed(context: Context, path: str) -> None:
    assert file_of(COMPONENT, context, "controller2", path).content == (GOLDEN / Path(path).name).read_text()


@pytest.mark.programs
@pytest.mark.parametrize("broken", [False, True])
def test_mariadbd_takes_the_file(context: Context, tmp_path: Path, broken: bool) -> None:  # noqa: FBT001
    step = file_of(COMPONENT, context, "controller2", CONF)
    argv = [word.replace("{}", "/run/conf") for word in step.validate]
    text = step.content.replace("max_connections", "max_conections") if broken else step.content
    done = opinion(argv, {"conf": text}, tmp_path)
    assert (done.returncode != 0) is broken, done.stderr


_FIRST_START = """\
set -e
chmod 755 /run
ip link set lo up
mount -t tmpfs tmpfs /var/lib/mysql
mkdir /run/mysqld
chown mysql /run/mysqld
sh /run/fill
setpriv --reuid mysql --clear-groups mariadbd --defaults-file=/run/conf --bind-address=127.0.0.1 &
for _ in $(seq 100); do sh -c "$1" 2>/dev/null && break; sleep 0.2; done
sh -c "$1"
sh -c "$2" </run/statement
"""


@pytest.mark.programs
def test_on_an_empty_volume_it_starts_and_answers_those_who_ask_it(context: Context, tmp_path: Path) -> None:
    """The cluster's question, and the client that reads its file as root's would."""
    (volume,) = context.declared(Volume)
    client = CLIENT.replace("mariadb", "mariadb --defaults-file=/run/conf", 1)
    files = {
        "conf": file_of(COMPONENT, context, "controller2", CONF).content,
        "fill": file_of(COMPONENT, context, "controller2", FILL).content,
        "statement": "SELECT 6 * 7;",
    }
    argv = ["bash", "-c", _FIRST_START, "bash", str(volume.resource.asked), client]
    done = opinion(argv, files, tmp_path, program="mariadbd")
    assert (done.returncode, done.stdout) == (0, "42\n"), done.stderr


def test_nobody_but_the_cluster_manager_starts_it(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.hosts["controller1"]))
    (unit,) = [step for step in steps if isinstance(step, Unit)]
    assert (unit.enabled, unit.running, unit.restart_by[-1]) == (False, None, "mariadb")


def test_its_accounts_are_made_where_it_runs_once_it_runs(context: Context) -> None:
    for host in COMPONENT.hosts(context.site):
        steps = COMPONENT.stages[1].steps(context, host)
        commands = [step for step in steps if isinstance(step, Command)]
        assert [c.name for c in commands][1:3] == ["database keystone", "database nines_ledger"]
        assert all(c.unless[-1].startswith(f"{ELSEWHERE} && exit 0\n") for c in commands)
    order = [p.name for level in levels(context.site, taking_part(context.site)) for p in level]
    wanted = ["drbd", "mariadb service", "pacemaker volumes", "mariadb accounts", "keystone service"]
    assert [name for name in order if name in wanted] == wanted
    assert order.index("keystone service") < order.index("pacemaker configuration")


def test_what_hangs_is_found_by_a_question(context: Context) -> None:
    (volume,) = context.declared(Volume)
    assert isinstance(volume.resource, Resource)
    assert "DO 0" in (volume.resource.asked or "")
    assert volume.resource.grace < volume.resource.stop


# --- an empty volume --------------------------------------------------------------------------------------


def filled(context: Context, folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """The start program in a folder, with programs of our own in the place of those that need root."""
    data, bin_ = folder / "data", folder / "bin"
    bin_.mkdir(exist_ok=True)
    fakes = {"mountpoint": "exit 0", "chown": "exit 0", "sync": "exit 0"}
    fakes["mariadb-install-db"] = f"[ -e {data}/.fournines-filling ] && touch {data}/ibdata1"
    for name, script in {**fakes, **programs}.items():
        (bin_ / name).write_text(f"#!/bin/sh\n{script}\n")
        (bin_ / name).chmod(0o755)
    text = file_of(COMPONENT, context, "controller2", FILL).content.replace("/var/lib/mysql", str(data))
    env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", text], env=env, capture_output=True, text=True, check=False)


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "data").iterdir()}


def test_an_empty_volume_gets_its_tables_and_a_full_one_is_left(context: Context, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert filled(context, tmp_path).returncode == 0
    assert names(tmp_path) == {"ibdata1"}
    (tmp_path / "data" / "keystone").mkdir()
    assert filled(context, tmp_path, **{"mariadb-install-db": "exit 1"}).returncode == 0
    assert names(tmp_path) == {"ibdata1", "keystone"}


def test_tables_that_were_cut_off_are_made_anew(context: Context, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    half = f"touch {tmp_path}/data/half; exit 1"
    assert filled(context, tmp_path, **{"mariadb-install-db": half}).returncode != 0
    assert names(tmp_path) == {"half", ".fournines-filling"}
    assert filled(context, tmp_path).returncode == 0
    assert names(tmp_path) == {"ibdata1"}


def test_without_its_volume_it_does_not_start(context: Context, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = filled(context, tmp_path, mountpoint="exit 32")
    assert (done.returncode, names(tmp_path)) == (1, set())
    assert "is no volume" in done.stderr


# --- checks -----------------------------------------------------------------------------------------------


def check(context: Context, name: str) -> Check:
    (found,) = [one for one in COMPONENT.checks(context) if one.id == f"mariadb.{name}"]
    return found


GOOD = {
    "databases": "database\tnines_ledger\ndatabase\tkeystone\naccount\tnines_ledger\naccount\tkeystone\n",
    "settings": "innodb_flush_log_at_trx_commit\t1\ndatadir\t/var/lib/mysql/\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_it_is_judged_where_it_runs(context: Context, name: str) -> None:
    one, found = Output(0, GOOD[name]), check(context, name)
    verdict = found.verdict({"controller1": NOT_HERE, "controller2": one})
    assert (verdict.outcome, verdict.seen.startswith("on controller2: ")) == (Outcome.PASS, True)
    assert found.verdict({"controller1": one, "controller2": one}).outcome is Outcome.FAIL
    assert found.verdict({"controller1": NOT_HERE, "controller2": NOT_HERE}).outcome is Outcome.FAIL
    assert found.verdict({"controller1": NOT_HERE, "controller2": None}).outcome is Outcome.UNKNOWN
    line = GOOD[name].splitlines()[0]
    less = Output(0, GOOD[name].replace(f"{line}\n", "", 1))
    assert found.verdict({"controller1": NOT_HERE, "controller2": less}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, "greets as 11.8.6-MariaDB-0+deb13u1\n"), Outcome.PASS),
        (Output(0, "greets as \n"), Outcome.FAIL),
        (Output(1, "", "ConnectionRefusedError: [Errno 111] Connection refused\n"), Outcome.FAIL),
    ],
)
def test_each_controller_must_reach_it(context: Context, answer: Output, outcome: Outcome) -> None:
    good = Output(0, "greets as 11.8.6-MariaDB\n")
    found = check(context, "reached").verdict({"controller1": good, "controller2": answer})
    assert found.outcome is outcome

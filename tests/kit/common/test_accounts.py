"""Accounts in a MariaDB: the statements that make, look for and lock them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.support import context_of, site_of

from fournines.kit.common.accounts import (
    account_steps,
    create_sql,
    exists_sql,
    lock_sql,
    unlocked_sql,
)
from fournines.kit.declare import Database

LOST = "ERROR 1047 (08S01) at line 1: WSREP has not yet prepared node for application use"
DOWN = "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)"


def test_a_grants_underscore_is_no_wildcard() -> None:
    database = Database("nova_api", "nova", "nova/database")
    created = create_sql(database, "10.0.0.0/255.255.255.0", "pw")
    assert r"GRANT ALL PRIVILEGES ON `nova\_api`.* TO 'nova'@'10.0.0.0/255.255.255.0'" in created
    assert "CREATE DATABASE IF NOT EXISTS `nova_api`" in created
    assert r"Db = 'nova\\_api'" in exists_sql(database, "10.0.0.0/255.255.255.0", "pw")


def test_only_our_own_accounts_are_locked_when_nobody_declares_them() -> None:
    here = "10.0.0.0/255.255.255.0"
    marked = create_sql(Database("nova", "nova", "nova/database"), here, "pw")
    assert "GRANT fournines TO 'nova'@'10.0.0.0/255.255.255.0'" in marked
    assert "ACCOUNT UNLOCK" in marked, "declared again, it is opened again"
    for statement in (lock_sql(["keystone", "nova"], here), unlocked_sql(["keystone", "nova"], here)):
        assert "m.Role = 'fournines' AND m.Admin_option = 'N'" in statement
        assert "NOT (a.Host = '10.0.0.0/255.255.255.0' AND a.User IN ('keystone', 'nova'))" in statement
        assert "DROP" not in statement


@pytest.fixture(name="client")
def a_client_that_says(tmp_path: Path) -> Path:
    """A stand-in for MariaDB's client: its n-th call says the n-th file's text, the last one's for ever."""
    program = tmp_path / "mariadb"
    program.write_text(f"""#!/bin/sh
cd {tmp_path}; cat >question
n=$(($(cat calls 2>/dev/null || echo 0) + 1)); echo $n >calls
while [ ! -e "says.$n" ]; do n=$((n - 1)); done
cat "says.$n"
! grep -q ERROR "says.$n"
""")
    program.chmod(0o755)
    (tmp_path / "sleep").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("said", "well", "calls"),
    [
        (["1\n"], (True, False), 1),
        (["0\n"], (False, False), 1),
        ([""], (False, True), 1),
        ([DOWN], (False, False), 1),  # before there is any server: nobody has the time to wait for it
        ([LOST, LOST, "1\n"], (True, False), 3),
        ([LOST, ""], (False, True), 2),
        ([LOST], (False, False), 20),
    ],
)
def test_a_server_that_cannot_answer_now_is_asked_again(
    client: Path, said: list[str], well: tuple[bool, bool], calls: int
) -> None:
    for number, text in enumerate(said, 1):
        (client / f"says.{number}").write_text(text)
    steps = list(account_steps(context_of(site_of("blog.yaml"))))
    for step, wanted in ((steps[0], well[0]), (steps[-1], well[1])):
        (client / "calls").unlink(missing_ok=True)
        assert step.unless is not None
        done = subprocess.run(
            step.unless,
            input=step.unless_stdin,
            text=True,
            capture_output=True,
            env={"PATH": f"{client}:{os.environ['PATH']}"},
            check=False,
        )
        assert (done.returncode == 0) == wanted
        assert int((client / "calls").read_text()) == calls
        assert (client / "question").read_text() == step.unless_stdin

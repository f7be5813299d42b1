"""keystone-manage's commands in one process, against a Keystone that tells what happens to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fournines.components.keystone.on_host import manage
from fournines.kit import program

MANAGE = """\
import os, sys
print("loaded", flush=True)
from keystone.federation import idp
def main():
    command = sys.argv[1]
    print(sys.argv[0], command, os.environ["OS_BOOTSTRAP_PASSWORD"], flush=True)
    if command == "saml_idp_metadata":
        print(idp.METADATA, flush=True)
    return {"fails": 3}.get(command, 0)
"""
IDP = 'print("federation", flush=True)\nMETADATA = "<xml/>"\n'


@pytest.fixture
def keystone(tmp_path: Path) -> Path:
    """A folder with a package of Keystone's name."""
    for package in ("keystone", "keystone/cmd", "keystone/federation"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "keystone/cmd/manage.py").write_text(MANAGE)
    (tmp_path / "keystone/federation/idp.py").write_text(IDP)
    return tmp_path


def run(keystone: Path, *commands: str) -> tuple[int, list[str]]:
    text = program.argv(manage)[-1]
    ran = subprocess.run(
        [sys.executable, "-c", text, *commands],
        input="s3cret\n",
        env={**os.environ, "PYTHONPATH": str(keystone)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ran.stderr
    return ran.returncode, ran.stdout.splitlines()


def test_it_is_loaded_once_and_each_command_finds_its_arguments(keystone: Path) -> None:
    assert run(keystone, "db_sync", "bootstrap") == (
        0,
        ["loaded", "keystone-manage db_sync s3cret", "keystone-manage bootstrap s3cret"],
    )


def test_the_first_that_fails_ends_it(keystone: Path) -> None:
    assert run(keystone, "fails", "bootstrap") == (3, ["loaded", "keystone-manage fails s3cret"])


def test_what_asks_for_a_federation_gets_it(keystone: Path) -> None:
    code, said = run(keystone, "saml_idp_metadata", "db_sync")
    assert (code, said[2:]) == (0, ["federation", "<xml/>", "keystone-manage db_sync s3cret"])

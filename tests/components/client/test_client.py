"""The client files: what is in them, who may read them, and that the check goes red."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from tests.components.fixed import file_of
from tests.components.openstack import openstack

from fournines.components.client.checks import checks
from fournines.components.client.component import COMPONENT
from fournines.components.client.deploy import CLOUDS, OPENRC
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.step import File
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def context(blog: Site) -> Context:
    return openstack(blog, keystone__admin="s3cret")


@pytest.mark.parametrize("path", [OPENRC, CLOUDS])
def test_the_whole_file_is_as_reviewed(blog: Site, path: str) -> None:
    found = file_of(COMPONENT, openstack(blog), "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_administrators_have_them_on_controllers_and_dashboards(blog: Site) -> None:
    assert [h.name for h in COMPONENT.hosts(blog)] == ["dashboard", "controller1", "controller2"]
    without = blog.model_copy(update={"services": ()})
    assert COMPONENT in taking_part(blog)
    assert COMPONENT not in taking_part(without)


def test_only_root_reads_them(context: Context) -> None:
    host = context.site.hosts["dashboard"]
    files = [s for s in COMPONENT.steps(context, host) if isinstance(s, File)]
    assert {(f.mode, f.owner) for f in files} == {(0o600, "root")}


def test_the_openrc_says_what_clouds_yaml_says(context: Context, tmp_path: Path) -> None:
    rc = tmp_path / "openrc"
    rc.write_text(file_of(COMPONENT, context, "controller1", OPENRC).content)
    shown = subprocess.run(
        ["sh", "-c", '. "$1" && env', "sh", rc],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/bin"},
    )
    env = dict(line.split("=", 1) for line in shown.stdout.splitlines() if line.startswith("OS_"))
    cloud = yaml.safe_load(file_of(COMPONENT, context, "controller1", CLOUDS).content)["clouds"]["blog"]
    assert env["OS_PASSWORD"] == cloud["auth"]["password"] == "s3cret"
    assert env["OS_AUTH_URL"] == cloud["auth"]["auth_url"] == "https://controller:5000/v3"
    assert env["OS_CACERT"] == cloud["cacert"]
    assert env["OS_REGION_NAME"] == cloud["region_name"]


def question(context: Context) -> Check:
    (found,) = checks(context)
    return found


def test_the_check_goes_red_on_a_readable_or_another_file(context: Context, tmp_path: Path) -> None:
    """The real question on real files, but for their owner's name where the tests do not run as root."""
    paths = []
    for path in (OPENRC, CLOUDS):
        copy = tmp_path / Path(path).name
        copy.write_text(file_of(COMPONENT, context, "controller1", path).content)
        copy.chmod(0o600)
        paths.append(copy)

    def verdict() -> Outcome:
        argv = [*question(context).asks["controller1"].argv[:4], *map(str, paths)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        answer = Output(done.returncode, done.stdout.replace(paths[0].owner(), "root"), done.stderr)
        return question(context).verdict(dict.fromkeys(question(context).asks, answer)).outcome

    assert verdict() is Outcome.PASS
    paths[0].chmod(0o644)
    assert verdict() is Outcome.FAIL
    paths[0].chmod(0o600)
    paths[1].write_text("clouds: {}\n")
    assert verdict() is Outcome.FAIL
    paths[1].unlink()
    assert verdict() is Outcome.FAIL

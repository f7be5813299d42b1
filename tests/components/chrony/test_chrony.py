"""Chrony: what it writes, what chronyd thinks of it, and that its checks go red."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.components.fixed import file_of
from tests.programs import opinion

from fournines.components.chrony.component import COMPONENT
from fournines.components.chrony.deploy import CONF, DROP_IN
from fournines.components.chrony.model import Options, time_hosts
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.verdict import Outcome
from fournines.spec.model import Role, Site

GOLDEN = Path(__file__).parent / "golden"
FOLLOWS = (
    "0A00000A,10.0.0.10,11,1795282531.1,-0.000003,0.000001,0.00001,0.1,0.0,0.1,0.00004,0.00002,64.1,Normal\n"
    "\n^,*,10.0.0.10,10,3,377,5,0.000001,0.000002,0.0001\n"
)
SERVES = "7F7F0101,127.127.1.1,10,1795282531.1,0.000000,0,0,0.1,0.0,0.1,0.0,0.0,64.1,Normal\n\n"


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


@pytest.mark.parametrize("host", ["dashboard", "controller1"])
def test_the_whole_file_is_as_reviewed(blog_context: Context, host: str) -> None:
    golden = (GOLDEN / f"{host}-chrony.conf").read_text()
    assert file_of(COMPONENT, blog_context, host, CONF).content == golden
    drop_in = (GOLDEN / "drop-in.conf").read_text()
    assert file_of(COMPONENT, blog_context, host, DROP_IN).content == drop_in


def test_the_time_host_needs_nobody_and_the_others_need_it(blog_context: Context) -> None:
    server = file_of(COMPONENT, blog_context, "dashboard", CONF).content.splitlines()
    assert "local stratum 10" in server
    assert "allow 10.0.0.0/24" in server
    assert not any(line.startswith("server ") for line in server)
    follower = file_of(COMPONENT, blog_context, "controller2", CONF).content.splitlines()
    assert [line.split()[1] for line in follower if line.startswith("server ")] == ["10.0.0.10"]
    assert not any(line.startswith(("local", "allow")) for line in follower)


def test_without_a_time_host_the_first_controller_serves(blog: Site) -> None:
    dashboard = blog.hosts["dashboard"].model_copy(update={"roles": (Role.DASHBOARD,)})
    site = blog.model_copy(update={"hosts": {**blog.hosts, "dashboard": dashboard}})
    assert [host.name for host in time_hosts(site)] == ["controller1"]


def test_two_time_hosts_keep_one_time_without_the_world(blog: Site) -> None:
    second = blog.hosts["controller1"].model_copy(update={"roles": (Role.CONTROLLER, Role.TIME)})
    site = blog.model_copy(update={"hosts": {**blog.hosts, "controller1": second}})
    lines = file_of(COMPONENT, Context(site, (), {}), "controller1", CONF).content.splitlines()
    assert "local stratum 10 orphan" in lines
    assert any(line.startswith("server 10.0.0.10 ") for line in lines)


def test_upstreams_are_the_time_hosts_business_only(blog: Site) -> None:
    context = Context(blog, (), {}, parsed={"chrony": Options(upstream=("ntp.example.org",))})
    assert "server ntp.example.org iburst" in file_of(COMPONENT, context, "dashboard", CONF).content
    assert "example.org" not in file_of(COMPONENT, context, "controller1", CONF).content


def test_the_server_goes_red(blog_context: Context) -> None:
    serves = check(blog_context, "chrony.serves")
    assert serves.verdict({"dashboard": Output(0, SERVES)}).outcome is Outcome.PASS
    lost = SERVES.replace("Normal", "Not synchronised")
    assert serves.verdict({"dashboard": Output(0, lost)}).outcome is Outcome.FAIL
    dead = Output(1, "506 Cannot talk to daemon\n")
    assert serves.verdict({"dashboard": dead}).outcome is Outcome.FAIL
    late = SERVES.replace(",0.000000,", ",0.730000,")
    assert serves.verdict({"dashboard": Output(0, late)}).outcome is Outcome.FAIL


def test_followers_go_red(blog_context: Context) -> None:
    follows = check(blog_context, "chrony.follows")
    well = {"controller1": Output(0, FOLLOWS), "controller2": Output(0, FOLLOWS)}
    assert follows.verdict(well).outcome is Outcome.PASS
    late = Output(0, FOLLOWS.replace("-0.000003", "30.000100"))
    assert "+30.000 s off" in follows.verdict(well | {"controller2": late}).seen
    assert follows.verdict(well | {"controller2": late}).outcome is Outcome.FAIL
    lost = Output(0, FOLLOWS.replace("Normal", "Not synchronised").replace("^,*", "^,?").replace("377", "0"))
    assert "10.0.0.10 reach 0" in follows.verdict(well | {"controller2": lost}).seen
    stranger = Output(0, FOLLOWS.replace("^,*,10.0.0.10", "^,*,192.0.2.9"))
    assert follows.verdict(well | {"controller2": stranger}).outcome is Outcome.FAIL
    assert follows.verdict(well | {"controller2": None}).outcome is Outcome.UNKNOWN


@pytest.mark.programs
@pytest.mark.parametrize("host", ["dashboard", "controller1"])
def test_chronyd_accepts_it(blog_context: Context, host: str, tmp_path: Path) -> None:
    content = file_of(COMPONENT, blog_context, host, CONF).content
    said = opinion(["chronyd", "-p", "-f", "/run/chrony.conf"], {"chrony.conf": content}, tmp_path)
    assert said.returncode == 0, said.stderr
    wrong = content + "alow all\n"
    assert opinion(["chronyd", "-p", "-f", "/run/chrony.conf"], {"chrony.conf": wrong}, tmp_path).returncode

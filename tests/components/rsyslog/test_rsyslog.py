"""Rsyslog: what it writes, what rsyslogd and logrotate think of it, and that its checks go red."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.components.fixed import file_of, fixed
from tests.programs import opinion

from fournines.components.rsyslog.component import COMPONENT
from fournines.components.rsyslog.deploy import CONF, ROTATE
from fournines.components.rsyslog.model import logs_on
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import LogFile
from fournines.kit.verdict import Outcome
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def context(blog: Site, blog_context: Context) -> Context:
    return fixed(blog, blog_context)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == name)


def test_the_whole_files_are_as_reviewed(context: Context) -> None:
    conf = file_of(COMPONENT, context, "controller1", CONF).content
    assert conf == (GOLDEN / "rsyslog.conf").read_text()
    rotate = file_of(COMPONENT, context, "controller1", ROTATE).content
    assert rotate == (GOLDEN / "logrotate").read_text()


def test_programs_that_share_a_file_share_a_rule() -> None:
    declared = (
        LogFile("b", "/var/log/x.log"),
        LogFile("a", "/var/log/x.log"),
        LogFile("c", "/var/log/c.log"),
    )
    assert logs_on("h", declared) == (("/var/log/c.log", ("c",)), ("/var/log/x.log", ("a", "b")))


def test_a_log_of_other_hosts_is_not_rotated_here(context: Context) -> None:
    """A package's own rule for that file may still lie there: two would be an error of logrotate."""
    assert "haproxy.log" in file_of(COMPONENT, context, "controller1", ROTATE).content
    assert "haproxy.log" not in file_of(COMPONENT, context, "dashboard", ROTATE).content


def test_what_has_a_file_of_its_own_goes_nowhere_else(context: Context) -> None:
    content = file_of(COMPONENT, context, "controller1", CONF).content
    assert content.count("stop\n") == content.count("action(") == 3


def test_arrival_goes_red(context: Context) -> None:
    arrives = check(context, "rsyslog.arrives")
    hosts = context.site.hosts
    well = dict.fromkeys(hosts, Output(0, "own 1\nsyslog 0\n"))
    assert arrives.verdict(well).outcome is Outcome.PASS
    for broken in ("own 0\nsyslog 1\n", "own 0\nsyslog 0\n", "own 1\nsyslog 1\n", "own 2\nsyslog 0\n"):
        assert arrives.verdict(well | {"dashboard": Output(0, broken)}).outcome is Outcome.FAIL
    no_socket = Output(1, "", "logger: socket /dev/log: No such file or directory")
    assert arrives.verdict(well | {"dashboard": no_socket}).outcome is Outcome.FAIL


def test_rotation_goes_red(context: Context) -> None:
    rotates = check(context, "rsyslog.rotates")
    text = "reading config file apt\nreading config file fournines\nHandling 12 logs\n"
    well = dict.fromkeys(context.site.hosts, Output(0, text))
    assert rotates.verdict(well).outcome is Outcome.PASS
    twice = text + "error: haproxy:1 duplicate log entry for /var/log/haproxy.log\n"
    assert rotates.verdict(well | {"dashboard": Output(0, twice)}).outcome is Outcome.FAIL
    missing = Output(0, text.replace("fournines", "rsyslog"))
    assert rotates.verdict(well | {"dashboard": missing}).outcome is Outcome.FAIL


@pytest.mark.programs
def test_rsyslogd_accepts_it(context: Context, tmp_path: Path) -> None:
    content = file_of(COMPONENT, context, "controller1", CONF).content
    argv = ["rsyslogd", "-N1", "-f", "/run/f.conf"]
    said = opinion(argv, {"f.conf": content}, tmp_path)
    assert said.returncode == 0, said.stderr
    assert opinion(argv, {"f.conf": content.replace("then {", "{")}, tmp_path).returncode


@pytest.mark.programs
def test_logrotate_accepts_it(context: Context, tmp_path: Path) -> None:
    content = file_of(COMPONENT, context, "controller1", ROTATE).content
    argv = ["logrotate", "--debug", "--state", "/dev/null", "/run/rotate"]
    said = opinion(argv, {"rotate": content}, tmp_path)
    assert said.returncode == 0, said.stderr
    assert "error:" not in said.stdout + said.stderr
    assert opinion(argv, {"rotate": content.replace("    endscript\n", "")}, tmp_path).returncode

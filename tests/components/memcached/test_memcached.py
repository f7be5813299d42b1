"""Memcached: what it writes, and that its check goes red."""

from __future__ import annotations

from pathlib import Path

from fournines.components.memcached.component import COMPONENT
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.step import File
from fournines.kit.verdict import Outcome

GOLDEN = Path(__file__).parent / "golden"
WELL = Output(0, "STORED\r\nVALUE nines-check 0 2\r\nok\r\nEND\r\n")


def test_listens_on_the_hosts_own_cluster_address_without_udp(blog_context: Context) -> None:
    host = blog_context.site.hosts["controller2"]
    (conf,) = [s for s in COMPONENT.steps(blog_context, host) if isinstance(s, File)]
    lines = conf.content.splitlines()
    assert "-l 10.0.0.12" in lines
    assert "-U 0" in lines
    assert "-m 64" in lines


def test_the_whole_file_is_as_reviewed(blog_context: Context) -> None:
    host = blog_context.site.hosts["controller1"]
    (conf,) = [s for s in COMPONENT.steps(blog_context, host) if isinstance(s, File)]
    assert conf.content == (GOLDEN / "memcached.conf").read_text()


def test_round_trip_goes_red_when_one_host_refuses_or_is_silent(blog_context: Context) -> None:
    (check,) = COMPONENT.checks(blog_context)
    well = {"controller1": WELL, "controller2": WELL}
    assert check.verdict(well).outcome is Outcome.PASS
    refused = Output(1, "", "ConnectionRefusedError: [Errno 111] Connection refused\n")
    assert check.verdict(well | {"controller2": refused}).outcome is Outcome.FAIL
    assert check.verdict(well | {"controller2": None}).outcome is Outcome.UNKNOWN
    assert check.verdict(well | {"controller2": Output(0, "STORED\r\nEND\r\n")}).outcome is Outcome.FAIL

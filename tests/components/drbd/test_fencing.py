"""The handlers: a host goes on alone only when the other one cannot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.components.fixed import file_of
from tests.support import context_of, site_of

from fournines.components.drbd.component import COMPONENT
from fournines.components.drbd.deploy import UNFENCE
from fournines.components.drbd.on_host import fencing
from fournines.components.drbd.on_host.fencing import Exit, View, constraint, decide, read

MON = """\
<pacemaker-result>
  <summary><current_dc present="true" name="dashboard" with_quorum="{quorum}"/></summary>
  <nodes><node name="controller1" online="true" unclean="false"/>
  <node name="controller2" online="{online}" unclean="{unclean}"/></nodes>
</pacemaker-result>"""


def said(*, quorum: bool = True, online: bool = False, unclean: bool = False) -> str:
    words = {"quorum": quorum, "online": online, "unclean": unclean}
    return MON.format(**{name: str(value).lower() for name, value in words.items()})


@pytest.mark.parametrize(
    ("view", "waited", "wanted"),
    [
        (View(quorate=True, online=False, unclean=False), 0.0, Exit.STONITHED),
        (View(quorate=True, online=False, unclean=True), 60.0, None),
        (View(quorate=True, online=True, unclean=False), 1.0, None),
        (View(quorate=True, online=True, unclean=False), 2.2, Exit.OUTDATED),
        (View(quorate=False, online=False, unclean=False), 60.0, None),
        (View(quorate=False, online=True, unclean=False), 60.0, None),
        (None, 60.0, None),
    ],
)
def test_it_ends_when_it_is_certain(view: View | None, waited: float, wanted: Exit | None) -> None:
    assert decide(view, waited, agreed=2.2) is wanted


def test_it_reads_what_crm_mon_says() -> None:
    assert read(said(), "controller2") == View(quorate=True, online=False, unclean=False)
    assert read(said(quorum=False, unclean=True), "controller2") == View(False, False, True)  # noqa: FBT003
    assert read(said(), "stranger") is None
    assert read("crm_mon: Connection to cluster failed", "controller2") is None


def test_the_constraint_lets_only_this_host_be_promoted() -> None:
    found = ET.fromstring(constraint("ms_drbd_mysql", "controller1"))  # noqa: S314
    rule = found.find("rule")
    assert rule is not None
    assert found.attrib == {"id": "outdated-ms_drbd_mysql", "rsc": "ms_drbd_mysql"}
    assert (rule.get("role"), rule.get("score")) == ("Promoted", "-INFINITY")
    host = rule.find("expression")
    assert host is not None
    assert (host.get("operation"), host.get("value")) == ("ne", "controller1")


class Cluster:
    """Stands in for the programs: each call of crm_mon gets the next answer, the last one for ever."""

    def __init__(self, *answers: str, cib: int = 0) -> None:
        self.answers, self.cib, self.told = list(answers), cib, list[tuple[str, ...]]()

    def __call__(self, *argv: str) -> subprocess.CompletedProcess[str]:
        self.told.append(argv)
        if argv[0] == "uname":
            return subprocess.CompletedProcess(argv, 0, "controller1\n", "")
        if argv[0] == "crm_mon":
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return subprocess.CompletedProcess(argv, 0, answer, "")
        return subprocess.CompletedProcess(argv, self.cib, "", "")


class Clock:
    """A second passes with each look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "time", Clock())


def run(monkeypatch: pytest.MonkeyPatch, cluster: Cluster, *arguments: str) -> int:
    monkeypatch.setattr(fencing, "_tell", cluster)
    return fencing.main(*arguments)


FENCE = ("ms_drbd_mysql", "2.2", "controller1", "controller2")


def test_a_lost_peer_is_waited_for_until_it_is_fenced(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(said(online=True), said(unclean=True), said(unclean=True), said())
    assert run(monkeypatch, cluster, *FENCE) == Exit.STONITHED
    programs = [argv[0] for argv in cluster.told]
    assert programs == ["uname", "cibadmin", *["crm_mon"] * 4], "first the constraint, then the waiting"


def test_a_cut_link_alone_costs_the_time_in_which_members_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, Cluster(said(online=True)), *FENCE) == Exit.OUTDATED


@pytest.mark.parametrize(
    "cluster", [Cluster(said(quorum=False)), Cluster(said(), cib=1)], ids=["minority", "cib"]
)
def test_without_the_majority_it_never_goes_on(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> None:
    assert run(monkeypatch, cluster, *FENCE) == Exit.FAILED


def test_a_host_that_is_none_of_the_two_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(said())
    assert run(monkeypatch, cluster, "ms", "2.2", "a", "b") == Exit.FAILED
    assert [argv[0] for argv in cluster.told] == ["uname"]


TOLD = """\
#!/bin/sh
echo "$@" >>"$(dirname "$0")/told"
case $1 in --query) exit {found} ;; esac
"""


@pytest.mark.parametrize(("found", "count"), [(0, 2), (105, 1)], ids=["kept from use", "nothing there"])
def test_a_copy_that_has_caught_up_is_free_again(tmp_path: Path, found: int, count: int) -> None:
    """Where nothing keeps it from use nothing is written: it is run every few seconds."""
    cibadmin = tmp_path / "cibadmin"
    cibadmin.write_text(TOLD.format(found=found))
    cibadmin.chmod(0o755)
    site = site_of("active-passive-drbd.yaml")
    script = file_of(COMPONENT, context_of(site), "controller1", UNFENCE).content
    done = subprocess.run(
        ["sh", "-s", "ms_drbd_mysql"],
        input=script,
        text=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=False,
    )
    assert done.returncode == 0
    told = (tmp_path / "told").read_text().splitlines()
    assert (
        told
        == [
            "--query --xpath //rsc_location[@id='outdated-ms_drbd_mysql']",
            '--delete --scope constraints --xml-text <rsc_location id="outdated-ms_drbd_mysql"/>',
        ][:count]
    )

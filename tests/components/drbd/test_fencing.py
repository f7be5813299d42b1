"""The handlers: a host goes on alone only when the other one cannot. The real scripts, pretended programs."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.components.fixed import file_of
from tests.support import context_of, site_of

from fournines.components.drbd.component import COMPONENT
from fournines.components.drbd.deploy import FENCE, FENCE_PATIENCE, UNFENCE

OUTDATED, STONITHED, FAILED = 4, 7, 1

MON = """\
<pacemaker-result api-version="2.38" request="crm_mon -1 --output-as=xml">
  <summary>
    <current_dc present="true" version="3.0.0" name="dashboard" id="3" with_quorum="{quorum}"/>
  </summary>
  <nodes>
    <node name="controller1" id="1" online="true" standby="false" unclean="false" type="member"/>
    <node name="controller2" id="2" online="{online}" standby="false" unclean="{unclean}" type="member"/>
  </nodes>
  <resources>
    <resource id="mariadb" role="Started"><node name="controller2" id="2" cached="true"/></resource>
  </resources>
</pacemaker-result>
"""


def said(*, quorum: bool = True, online: bool = False, unclean: bool = False) -> str:
    words = {"quorum": quorum, "online": online, "unclean": unclean}
    return MON.format(**{name: str(value).lower() for name, value in words.items()})


def script(path: str) -> str:
    return file_of(COMPONENT, context_of(site_of("active-passive-drbd.yaml")), "controller1", path).content


PROGRAM = """\
#!/bin/sh
cd "$(dirname "$0")"
echo "${{0##*/}} $@" >>told
{rest}
"""
ANSWERS = """\
for answer in answers/*; do break; done
cat "$answer"
set -- answers/*
[ $# -eq 1 ] || rm "$answer"
"""
"""Each call gets the next answer, the last one for ever."""


@dataclass(frozen=True)
class Cluster:
    """A folder of programs that stand in for the cluster's."""

    path: Path

    @classmethod
    def of(cls, path: Path, *answers: str, cib: int = 0) -> Cluster:
        rests = {"uname": "echo controller1", "cibadmin": f"exit {cib}", "crm_mon": ANSWERS}
        for name, rest in rests.items():
            (path / name).write_text(PROGRAM.format(rest=rest))
            (path / name).chmod(0o755)
        (path / "answers").mkdir()
        for number, answer in enumerate(answers):
            (path / "answers" / str(number)).write_text(answer)
        return cls(path)

    def told(self) -> list[str]:
        return (self.path / "told").read_text().splitlines()

    def run(self, text: str, *arguments: str) -> int:
        env = {"PATH": f"{self.path}:{os.environ['PATH']}"}
        return subprocess.run(
            ["sh", "-s", *arguments], input=text, text=True, env=env, check=False
        ).returncode

    def fence(self, agreed: float = 0.2, *hosts: str, patience: int = FENCE_PATIENCE) -> int:
        text = script(FENCE).replace(f"patience={FENCE_PATIENCE}", f"patience={patience}")
        return self.run(text, "ms_drbd_mysql", f"{agreed:.1f}", *(hosts or ("controller1", "controller2")))


def test_a_lost_peer_is_waited_for_until_it_is_fenced(tmp_path: Path) -> None:
    seen = (said(online=True), said(unclean=True), said(unclean=True), said())
    cluster = Cluster.of(tmp_path, *seen)
    assert cluster.fence(30.0) == STONITHED
    programs = [line.split()[0] for line in cluster.told()]
    assert programs == ["uname", "cibadmin", *["crm_mon"] * 4], "first the constraint, then the waiting"


def test_one_that_is_down_is_not_waited_for(tmp_path: Path) -> None:
    cluster = Cluster.of(tmp_path, said())
    assert cluster.fence(30.0, "controller2", "controller1") == STONITHED
    assert [line.split()[0] for line in cluster.told()] == ["uname", "cibadmin", "crm_mon"]


@pytest.mark.parametrize("agreed", [0.2, 1.3])
def test_a_cut_link_alone_costs_the_time_in_which_members_agree(tmp_path: Path, agreed: float) -> None:
    begun = time.monotonic()
    assert Cluster.of(tmp_path, said(online=True)).fence(agreed) == OUTDATED
    assert time.monotonic() - begun >= agreed - 0.02, "the clock of /proc has hundredths"


@pytest.mark.parametrize(
    ("answer", "cib"),
    [
        (said(quorum=False), 0),
        (said(quorum=False, online=True), 0),
        (said(unclean=True), 0),
        (said(), 1),
        (said().replace("controller2", "stranger"), 0),
        (said().replace('present="true"', 'present="false"'), 0),
        ("crm_mon: Connection to cluster failed", 0),
    ],
    ids=[
        "minority",
        "minority sees it",
        "not yet fenced",
        "no constraint",
        "stranger",
        "no leader",
        "no answer",
    ],
)
def test_what_is_not_certain_never_lets_it_go_on(tmp_path: Path, answer: str, cib: int) -> None:
    assert Cluster.of(tmp_path, answer, cib=cib).fence(patience=1) == FAILED


def test_the_constraint_lets_only_this_host_be_promoted(tmp_path: Path) -> None:
    cluster = Cluster.of(tmp_path, said())
    cluster.fence()
    (told,) = [line for line in cluster.told() if line.startswith("cibadmin")]
    words, _, xml = told.partition(" --xml-text ")
    assert words == "cibadmin --modify --allow-create --scope constraints"
    found = ET.fromstring(xml)  # noqa: S314
    rule = found.find("rule")
    assert rule is not None
    assert found.attrib == {"id": "outdated-ms_drbd_mysql", "rsc": "ms_drbd_mysql"}
    assert (rule.get("role"), rule.get("score")) == ("Promoted", "-INFINITY")
    host = rule.find("expression")
    assert host is not None
    assert (host.get("operation"), host.get("value")) == ("ne", "controller1")


def test_a_host_that_is_none_of_the_two_does_nothing(tmp_path: Path) -> None:
    cluster = Cluster.of(tmp_path, said())
    assert cluster.fence(0.2, "a", "b") == FAILED
    assert [line.split()[0] for line in cluster.told()] == ["uname"]


@pytest.mark.parametrize(("found", "count"), [(0, 2), (105, 1)], ids=["kept from use", "nothing there"])
def test_a_copy_that_has_caught_up_is_free_again(tmp_path: Path, found: int, count: int) -> None:
    """Where nothing keeps it from use nothing is written: it is run every few seconds."""
    cluster = Cluster.of(tmp_path)
    (tmp_path / "cibadmin").write_text(PROGRAM.format(rest=f"case $1 in --query) exit {found} ;; esac"))
    assert cluster.run(script(UNFENCE), "ms_drbd_mysql") == 0
    told = [
        "cibadmin --query --xpath //rsc_location[@id='outdated-ms_drbd_mysql']",
        'cibadmin --delete --scope constraints --xml-text <rsc_location id="outdated-ms_drbd_mysql"/>',
    ]
    assert cluster.told() == told[:count]

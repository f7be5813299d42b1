"""etcd: what it writes, and that two clusters, a lost leader and a silent member go red."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.components.fixed import file_of
from tests.components.openstack import serving

from fournines.components.etcd.component import COMPONENT
from fournines.components.etcd.deploy import CONF, UNIT_FILE
from fournines.components.etcd.on_host import members
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Coordination, FirewallPort
from fournines.kit.openstack import coordination_section
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
FILES = (CONF, UNIT_FILE)
NAMES = ["controller1", "controller2", "dashboard"]


@pytest.fixture
def context(blog: Site) -> Context:
    return serving(blog, COMPONENT)


def check(context: Context) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == "etcd.members")


def said(**changes: object) -> Output:
    well = {"members": NAMES, "leader": "controller1", "seconds": 0.01}
    return Output(0, json.dumps(well | changes))


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_each_talks_to_the_others_and_answers_its_own_host_only(context: Context) -> None:
    found = yaml.safe_load(file_of(COMPONENT, context, "controller2", CONF).content)
    assert found["name"] == "controller2"
    assert found["listen-peer-urls"] == "http://10.0.0.12:2380"
    assert found["listen-client-urls"] == "http://127.0.0.1:2379"
    members = dict(one.split("=") for one in found["initial-cluster"].split(","))
    assert sorted(members) == NAMES
    assert members["controller2"] == found["initial-advertise-peer-urls"]


def test_etcd_wants_five_signs_of_life_in_an_election_timeout(context: Context) -> None:
    found = yaml.safe_load(file_of(COMPONENT, context, "controller1", CONF).content)
    assert found["election-timeout"] >= 5 * found["heartbeat-interval"]


def test_it_is_there_only_where_somebody_wants_locks(blog: Site) -> None:
    assert COMPONENT not in taking_part(blog)


def test_the_services_are_told_and_the_firewall_opens_for_members_only(context: Context) -> None:
    assert "backend_url = etcd3+http://127.0.0.1:2379" in coordination_section(context)
    declared = COMPONENT.declarations(context.site)
    assert len([one for one in declared if isinstance(one, Coordination)]) == 1
    (opened,) = [one for one in declared if isinstance(one, FirewallPort)]
    assert (opened.port, opened.network) == (2380, "mgmt")


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        (said(), Outcome.PASS),
        (said(leader=""), Outcome.FAIL),
        (said(leader="controller2"), Outcome.FAIL),
        (said(members=["dashboard"]), Outcome.FAIL),
        (Output(1, "", "TimeoutError: timed out"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_a_member_that_sees_another_cluster_goes_red(
    context: Context, changed: Output | None, outcome: Outcome
) -> None:
    answers = {"controller1": said(), "controller2": said(), "dashboard": changed}
    assert check(context).verdict(answers).outcome is outcome


def test_a_member_is_asked_for_the_others_and_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def post(url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        asked.append(url.removeprefix("http://e"))
        assert body == {} or body["key"] == members.KEY
        known = [{"ID": "1", "name": "b"}, {"ID": "2", "name": "a"}]
        return {"members": known, "leader": "2"}

    monkeypatch.setattr(members, "post", post)
    found = members.main({"url": "http://e"})
    assert (found["members"], found["leader"]) == (["a", "b"], "a")
    assert asked == ["/v3/cluster/member/list", "/v3/maintenance/status", "/v3/kv/put"]

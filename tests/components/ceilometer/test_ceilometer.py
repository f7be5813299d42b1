"""Ceilometer: what it writes and asks for, that its agents share it, and that its checks go red."""

from __future__ import annotations

import json
from configparser import ConfigParser
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import yaml
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.telemetry import telemetry
from tests.programs import opinion

from fournines.components.ceilometer.component import COMPONENT
from fournines.components.ceilometer.deploy import CLIENT, CONF, PIPELINE, POLLING
from fournines.components.ceilometer.model import GROUP, KEEPER, UNITS
from fournines.components.ceilometer.on_host import polled, types
from fournines.components.gnocchi.model import STORE_USER
from fournines.kit.check import Check, Output
from fournines.kit.common.groups import MEMBER
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry, Endpoint, ServiceUser
from fournines.kit.step import Command, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
FILES = (CONF, POLLING, PIPELINE, *(unit_file(unit) for unit in UNITS.values()))


@pytest.fixture
def context(blog: Site) -> Context:
    return telemetry(blog, COMPONENT)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"ceilometer.{name}")


def settings(context: Context, host: str = "controller1") -> ConfigParser:
    parser = ConfigParser(interpolation=None, default_section="none")
    parser.read_string(file_of(COMPONENT, context, host, CONF).content)
    return parser


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_brings_brokers_and_locks_along(context: Context) -> None:
    assert {"ceilometer", "rabbitmq", "etcd"} <= {c.name for c in taking_part(context.site)}


def test_it_has_a_user_and_no_endpoint(context: Context) -> None:
    declared = COMPONENT.declarations(context.site)
    (user,) = [one for one in declared if isinstance(one, ServiceUser)]
    assert "ResellerAdmin" in user.roles
    assert not [one for one in declared if isinstance(one, CatalogueEntry | Endpoint)]


def test_the_agents_of_all_hosts_are_of_one_group(context: Context) -> None:
    first, second = settings(context), settings(context, "controller2")
    assert first["coordination"] == second["coordination"]
    assert not first.has_section("polling"), "a prefix would make the group another one"
    assert (first["DEFAULT"]["host"], second["DEFAULT"]["host"]) == ("controller1", "controller2")
    unit = file_of(COMPONENT, context, "controller1", unit_file(UNITS["central"])).content
    assert f"{MEMBER} /usr/bin/ceilometer-polling --polling-namespaces central " in unit
    assert GROUP.startswith("central-")


def test_what_is_asked_for_is_what_the_site_has(context: Context) -> None:
    def meters(found: Context) -> list[str]:
        (source,) = yaml.safe_load(file_of(COMPONENT, found, "controller1", POLLING).content)["sources"]
        asked: list[str] = source["meters"]
        return asked

    assert "storage.objects" in meters(context)
    assert "volume.size" not in meters(context)
    volumes = CatalogueEntry("cinderv3", "volumev3", "", endpoint="cinder")
    assert "volume.size" in meters(replace(context, declarations=(*context.declarations, volumes)))


def test_what_gnocchi_keeps_measures_in_is_not_measured(context: Context) -> None:
    (sink,) = yaml.safe_load(file_of(COMPONENT, context, "controller1", PIPELINE).content)["sinks"]
    assert sink["publishers"] == [f"gnocchi://?filter_project={STORE_USER.project}"]
    assert STORE_USER.project == KEEPER


def test_gnocchi_is_told_of_types_on_one_host(context: Context) -> None:
    made = [
        len([s for s in COMPONENT.steps(context, host) if isinstance(s, Command)])
        for host in context.site.controllers
    ]
    assert made == [1, 0]


def test_units_are_rolled_and_know_their_programs(context: Context) -> None:
    units = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert {u.name for u in units} == set(UNITS.values())
    assert all(u.rolling and "python3-ceilometer" in u.packages and CONF in u.restart_on for u in units)


@pytest.mark.parametrize(
    ("ages", "outcome"),
    [
        ({"admin": 10.0, "service": 900.0}, Outcome.PASS),
        ({"admin": 10.0, "service": 1100.0}, Outcome.FAIL),
        ({"admin": 10.0, "service": None}, Outcome.UNKNOWN),
        ({"admin": 1100.0, "service": None}, Outcome.FAIL),
        ({"admin": None, "service": None}, Outcome.FAIL),
        ({}, Outcome.FAIL),
    ],
)
def test_what_nobody_asks_for_any_more_is_red(
    context: Context, ages: dict[str, float | None], outcome: Outcome
) -> None:
    answer = {"dashboard": Output(0, json.dumps({"ages": ages}))}
    assert check(context, "polled").verdict(answer).outcome is outcome


@pytest.mark.parametrize(
    ("members", "outcome"),
    [(["a", "b"], Outcome.PASS), (["a"], Outcome.FAIL), (["a", "b", "c"], Outcome.FAIL)],
)
def test_an_agent_that_is_missing_or_asks_beside_the_group_is_red(
    context: Context, members: list[str], outcome: Outcome
) -> None:
    asked = check(context, "group")
    answers = dict.fromkeys(asked.asks, Output(0, json.dumps({"members": members})))
    assert asked.verdict(answers).outcome is outcome


NOW = datetime.now(UTC)


def answer(method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
    assert (method, body) == ("GET", None)
    if url.endswith("/v3/projects"):
        return {"projects": [{"name": name, "id": f"id-{name}"} for name in ("admin", "new", "idle", KEEPER)]}
    project = url.split("/")[6]
    if project == "id-new":
        raise HTTPError(url, 404, "no such resource", None, None)  # type: ignore[arg-type]
    values = [[(NOW - timedelta(hours=hours)).isoformat(), 300.0, 1.0] for hours in (9, 3)]
    return values if project == "id-admin" else []


def test_the_age_of_each_projects_last_count_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polled, "Api", Asked(answer))
    question = {"keystone": "https://k:5000", "gnocchi": "https://g:8041", "password": "p"}
    found = polled.main(question | {"meter": "storage.objects", "but": KEEPER})
    ages: Any = found["ages"]
    assert set(ages) == {"admin", "new", "idle"}
    assert 3 <= ages["admin"] / 3600 < 9, "the last one's"
    assert ages["new"] is ages["idle"] is None


SOURCE = """
resources_initial = {"volume": {"name": {"type": "string"}}, "network": {}}
resources_update_operations = [
    {"type": "update_attribute_type", "resource_type": "volume",
     "data": [{"op": "add", "path": "/attributes/kind", "value": {}},
              {"op": "remove", "path": "/attributes/name"}]},
    {"type": "create_resource_type", "resource_type": "share",
     "data": [{"attributes": {"host": {}}}]},
]
"""
TYPES = {"volume": {"kind"}, "network": set[str](), "share": {"host"}}


def test_types_are_read_with_all_that_was_done_to_them() -> None:
    assert types.wanted(SOURCE) == TYPES
    with pytest.raises(KeyError):
        types.wanted("resources = {}\n")


def known(**attributes: list[str]) -> list[dict[str, Any]]:
    return [{"name": name, "attributes": dict.fromkeys(found)} for name, found in attributes.items()]


@pytest.mark.parametrize(
    ("has", "said"),
    [
        (known(volume=["kind", "name"], network=[], share=["host"], generic=[]), ""),
        (known(volume=[], network=[], share=["host"]), "volume's kind"),
        (known(volume=["kind"], network=[]), "share"),
        ([], "network, share, volume"),
    ],
)
def test_what_gnocchi_does_not_know_is_told(has: list[dict[str, Any]], said: str) -> None:
    assert said in ", ".join(types.missing(TYPES, has))
    assert bool(said) is bool(types.missing(TYPES, has))


@pytest.mark.parametrize(("has", "code"), [(["kind"], 0), ([], 1)])
def test_nothing_is_left_to_do_only_where_all_types_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has: list[str], code: int
) -> None:
    (tmp_path / "client.py").write_text(SOURCE)
    monkeypatch.setattr(types, "Api", Asked(lambda *_: known(volume=has, network=[], share=["host"])))
    question = {"keystone": "https://k:5000", "gnocchi": "https://g:8041", "password": "p"}
    assert types.main(str(tmp_path / "client.py"), question) == code


@pytest.mark.programs
def test_the_installed_ceilometer_has_types_that_can_be_read(tmp_path: Path) -> None:
    said = opinion(["cat", CLIENT], {}, tmp_path, program="/usr/bin/ceilometer-polling")
    found = types.wanted(said.stdout)
    assert {"swift_account", "volume", "image"} <= set(found)
    assert "storage_policy" in found["swift_account"]


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"ceilometer.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/ceilometer.conf"]
    for space in ("ceilometer", "ceilometer-auth", "oslo.log", "oslo.messaging"):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="/usr/bin/ceilometer-polling")
    errors = [line.removeprefix("ERROR:root:") for line in said.stderr.splitlines() if "ERROR" in line]
    # What a session of keystoneauth reads is in no sample.
    assert [e.split()[0] for e in errors] == ["service_credentials/cafile"], said.stderr

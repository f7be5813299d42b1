"""Placement: what it writes, that its tables are made once, and that its checks go red."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.components.placement.component import COMPONENT
from fournines.components.placement.deploy import CONF, SCRIPT, UNIT, UWSGI
from fournines.components.placement.model import PORT
from fournines.components.placement.on_host import look
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry, DatabaseClients, Endpoint, Secret, ServiceUser
from fournines.kit.step import Absent, Command
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
SERVICES = ("keystone", "placement")
WELL = {"seconds": 0.1, "traits": 300, "providers": 0}


@pytest.fixture
def context(blog: Site) -> Context:
    site = blog.model_copy(update={"services": SERVICES})
    shared, own = openstack(site), COMPONENT.declarations(site)
    secrets = {one.name: f"<{one.name}>" for one in own if isinstance(one, Secret)}
    return replace(shared, declarations=(*shared.declarations, *own), secrets={**shared.secrets, **secrets})


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"placement.{name}")


@pytest.mark.parametrize("path", [CONF, UWSGI, UNIT])
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_takes_part_where_it_is_listed(blog: Site, context: Context) -> None:
    assert COMPONENT in taking_part(context.site)
    assert COMPONENT not in taking_part(blog)


def test_each_listens_on_its_own_address_only(context: Context) -> None:
    second = file_of(COMPONENT, context, "controller2", UWSGI).content
    assert f"http-socket = 10.0.0.12:{PORT}\n" in second
    assert "10.0.0.11" not in second


def test_the_configuration_is_the_same_everywhere_and_hidden_from_strangers(context: Context) -> None:
    first, second = (file_of(COMPONENT, context, host, CONF) for host in ("controller1", "controller2"))
    assert first == second
    assert (first.mode, first.owner, first.group) == (0o640, "root", "placement")


def test_the_tables_are_made_on_one_host_without_the_apis_time_limits(context: Context) -> None:
    site = context.site
    made = {
        h.name: [s for s in COMPONENT.steps(context, h) if isinstance(s, Command)] for h in site.controllers
    }
    assert [len(commands) for commands in made.values()] == [1, 0]
    (sync,) = made["controller1"]
    assert sync.argv[:2] == ("env", "OS_PLACEMENT_DATABASE__CONNECTION_PARAMETERS=")
    assert "<placement/database>" not in " ".join((*sync.argv, *sync.unless))
    assert "<placement/database>" in sync.unless_stdin


def test_no_script_of_the_old_kind_hinders_the_unit(context: Context) -> None:
    assert Absent(SCRIPT) in list(COMPONENT.steps(context, context.site.controllers[1]))


def test_what_others_make_of_it_is_declared(context: Context) -> None:
    found = {type(one): one for one in COMPONENT.declarations(context.site)}
    assert found[ServiceUser] == ServiceUser("placement", "placement/keystone")
    entry, endpoint = found[CatalogueEntry], found[Endpoint]
    assert isinstance(entry, CatalogueEntry)
    assert isinstance(endpoint, Endpoint)
    assert (entry.type, entry.endpoint) == ("placement", endpoint.name)
    assert found[DatabaseClients] == DatabaseClients("placement", ("controller1", "controller2"), 1, 10)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, json.dumps(WELL)), Outcome.PASS),
        (Output(0, json.dumps(WELL | {"traits": 0})), Outcome.FAIL),
        (Output(1, "", "urllib.error.HTTPError: HTTP Error 503: Service Unavailable"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_answering_goes_red(context: Context, answer: Output | None, outcome: Outcome) -> None:
    promise = check(context, "answers")
    assert list(promise.asks) == ["dashboard"]
    assert promise.verdict({"dashboard": answer}).outcome is outcome


def test_another_sites_configuration_goes_red(context: Context) -> None:
    promise = check(context, "same-secrets")
    other = Output(0, f"{'0' * 64}  {CONF}\n")
    assert promise.verdict(dict.fromkeys(promise.asks, other)).outcome is Outcome.FAIL
    assert promise.verdict(dict.fromkeys(promise.asks, Output(1, "", "denied"))).outcome is Outcome.FAIL


def test_the_versions_stand_in_for_a_health_page(context: Context) -> None:
    asked = check(context, "health").asks["controller2"].argv
    assert asked[-1] == f"http://10.0.0.12:{PORT}/"


def test_it_is_asked_with_a_token_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Asked(lambda *_: {"traits": ["A", "B"], "resource_providers": [{}]})
    monkeypatch.setattr(look, "Api", api)
    found = look.main({"keystone": "https://k:5000", "placement": "https://k:8778", "password": "p"})
    assert (found["traits"], found["providers"]) == (2, 1)
    assert api.said == ["GET https://k:8778/traits", "GET https://k:8778/resource_providers"]


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"placement.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/placement.conf"]
    for space in (
        "placement.conf",
        "keystonemiddleware.auth_token",
        "oslo.log",
        "oslo.middleware.http_proxy_to_wsgi",
    ):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="/usr/bin/placement-api")
    assert "ERROR" not in said.stderr, said.stderr
    assert said.returncode == 0

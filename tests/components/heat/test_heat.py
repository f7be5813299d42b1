"""Heat: what it writes, that a trust names no project, and that its checks go red."""

from __future__ import annotations

import json
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.openstack import serving
from tests.programs import opinion
from tests.support import context_of, passive_site

from fournines.components.heat.component import COMPONENT
from fournines.components.heat.model import CONF, UNITS
from fournines.components.heat.on_host import stack
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import (
    CatalogueEntry,
    DatabaseClients,
    Endpoint,
    MessageUser,
    Resource,
    ServiceUser,
)
from fournines.kit.step import Command, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
FILES = (
    CONF,
    "/etc/heat/heat-api-uwsgi.ini",
    "/etc/heat/heat-api-cfn-uwsgi.ini",
    *(unit_file(unit) for unit in UNITS.values()),
)
WELL = {
    "engines": {"controller1": 1, "controller2": 2},
    "status": "CREATE_COMPLETE",
    "reason": "",
    "output": stack.LENGTH,
    "made": 1.0,
    "removed": 1.0,
    "left": False,
}


@pytest.fixture
def context(blog: Site) -> Context:
    site = blog.model_copy(update={"services": ("keystone", "heat")})
    return serving(site, COMPONENT)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"heat.{name}")


def settings(context: Context, host: str = "controller1") -> ConfigParser:
    parser = ConfigParser(interpolation=None, default_section="none")
    parser.read_string(file_of(COMPONENT, context, host, CONF).content)
    return parser


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_brings_the_brokers_along(blog: Site, context: Context) -> None:
    names = {c.name for c in taking_part(context.site.model_copy(update={"components": {}}))}
    assert {"heat", "rabbitmq"} <= names
    assert COMPONENT not in taking_part(blog)


def test_each_is_one_of_its_kind_and_hidden_from_strangers(context: Context) -> None:
    first, second = (file_of(COMPONENT, context, host, CONF) for host in ("controller1", "controller2"))
    assert first.content.replace("host = controller1", "host = controller2") == second.content
    assert (first.mode, first.owner, first.group) == (0o640, "root", "heat")
    for name, port in (("heat-api", 8004), ("heat-api-cfn", 8000)):
        ini = file_of(COMPONENT, context, "controller2", f"/etc/heat/{name}-uwsgi.ini").content
        assert f"http-socket = 10.0.0.12:{port}\n" in ini


def test_who_acts_by_a_trust_names_no_project(context: Context) -> None:
    trustee = settings(context)["trustee"]
    assert trustee["username"] == "heat"
    assert not [key for key in trustee if "project" in key or key == "domain_name"]


def test_the_key_that_stacks_are_encrypted_with_has_the_length_that_heat_wants(context: Context) -> None:
    """``heat.common.config.startup_sanity_check`` wants 32; passwords of the site are as long."""
    assert settings(context)["DEFAULT"]["auth_encryption_key"] == "<heat/encryption-key>"


def test_an_answer_that_never_comes_ends_before_the_process_and_the_balancer_do(context: Context) -> None:
    waits = int(settings(context)["DEFAULT"]["rpc_response_timeout"])
    uwsgi = ConfigParser(strict=False)
    uwsgi.read_string(file_of(COMPONENT, context, "controller1", "/etc/heat/heat-api-uwsgi.ini").content)
    assert uwsgi.getint("uwsgi", "harakiri") > waits
    assert all(
        e.timeout_server > waits for e in COMPONENT.declarations(context.site) if isinstance(e, Endpoint)
    )


def test_the_tables_are_made_on_one_host(context: Context) -> None:
    made = [
        len([s for s in COMPONENT.steps(context, host) if isinstance(s, Command)])
        for host in context.site.controllers
    ]
    assert made == [1, 0]


def test_units_are_rolled_and_know_their_programs(context: Context) -> None:
    units = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert {u.name for u in units} == set(UNITS.values())
    assert all(u.rolling and "python3-heat" in u.packages and CONF in u.restart_on for u in units)


def test_what_others_make_of_it_is_declared(context: Context) -> None:
    declared = COMPONENT.declarations(context.site)
    users = {u.name: u for u in declared if isinstance(u, ServiceUser)}
    assert users["heat"].project == "service"
    assert (users["heat_domain_admin"].domain, users["heat_domain_admin"].project) == ("heat", None)
    entries = {e.type: e.path for e in declared if isinstance(e, CatalogueEntry)}
    assert entries == {"orchestration": "/v1/%(project_id)s", "cloudformation": "/v1"}
    assert [m.user for m in declared if isinstance(m, MessageUser)] == ["heat"]


def test_what_an_engine_opens_is_what_is_counted(context: Context) -> None:
    """Heat raises max_overflow to the size of the thread pool by itself."""
    (clients,) = [d for d in COMPONENT.declarations(context.site) if isinstance(d, DatabaseClients)]
    found = settings(context)
    opened = int(found["database"]["max_pool_size"]) + int(found["DEFAULT"]["executor_thread_pool_size"])
    assert clients.each == opened
    assert found["database"]["max_overflow"] == found["DEFAULT"]["executor_thread_pool_size"]


@pytest.mark.parametrize(
    ("changes", "engines", "made"),
    [
        ({}, Outcome.PASS, Outcome.PASS),
        ({"engines": {"controller1": 1}}, Outcome.FAIL, Outcome.PASS),
        ({"status": "CREATE_FAILED", "reason": "no"}, Outcome.PASS, Outcome.FAIL),
        ({"status": "CREATE_IN_PROGRESS"}, Outcome.PASS, Outcome.FAIL),
        ({"output": 0}, Outcome.PASS, Outcome.FAIL),
        ({"left": True}, Outcome.PASS, Outcome.FAIL),
    ],
)
def test_engines_and_stack_go_red(
    context: Context, changes: dict[str, object], engines: Outcome, made: Outcome
) -> None:
    answer = {"dashboard": Output(0, json.dumps(WELL | changes))}
    assert check(context, "engines").verdict(answer).outcome is engines
    assert check(context, "stack").verdict(answer).outcome is made


def test_an_api_that_fails_fails_both(context: Context) -> None:
    refused = {"dashboard": Output(1, "", "urllib.error.HTTPError: HTTP Error 503: Service Unavailable")}
    assert check(context, "engines").verdict(refused).outcome is Outcome.FAIL
    assert check(context, "stack").verdict(refused).outcome is Outcome.FAIL


class Heat:
    """Heat's API: a stack that is made at the second look and gone at the second look after that."""

    def __init__(self, *, status: str = "CREATE_COMPLETE", stuck: bool = False) -> None:
        self.status, self.stuck = status, stuck
        self.looks = 0
        self.deleted = False
        self.old = {"stack_name": "old", "id": "1", "creation_time": "2020-01-01T00:00:00Z"}

    def answer(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        match method, url.removeprefix("https://h:8004/v1/p/").split("?")[0].split("/"):
            case "GET", ["services"]:
                up = {"host": "controller1", "status": "up"}
                return {"services": [up, up, {"host": "controller2", "status": "down"}]}
            case "GET", ["stacks"]:
                return {"stacks": [self.old]}
            case "POST", ["stacks"]:
                assert body["template"] == stack.TEMPLATE
                return {"stack": {"id": "new"}}
            case "DELETE", ["stacks", name, _]:
                self.deleted, self.looks = self.deleted or name != "old", 0
                return None
            case "GET", ["stacks", _, "new"]:
                return self.look(url)
        raise AssertionError(url)

    def look(self, url: str) -> dict[str, Any]:
        self.looks += 1
        if self.looks == 1 or (self.deleted and self.stuck):
            status = "DELETE_IN_PROGRESS" if self.deleted else "CREATE_IN_PROGRESS"
        elif self.deleted:
            raise HTTPError(url, 404, "gone", None, None)  # type: ignore[arg-type]
        else:
            status = self.status
        outputs = [{"output_value": "x" * stack.LENGTH}]
        return {"stack": {"stack_status": status, "stack_status_reason": "r", "outputs": outputs}}


QUESTION = {"keystone": "https://k:5000", "heat": "https://h:8004/v1", "password": "p"}


def played(monkeypatch: pytest.MonkeyPatch, heat: Heat) -> tuple[dict[str, object], Asked]:
    api = Asked(heat.answer)
    monkeypatch.setattr(stack, "Api", api)
    monkeypatch.setattr(stack, "PAUSE", 0)
    return stack.main(QUESTION), api


def test_a_stack_is_made_looked_at_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    found, api = played(monkeypatch, Heat())
    assert found["engines"] == {"controller1": 2}
    assert (found["status"], found["output"], found["left"]) == ("CREATE_COMPLETE", stack.LENGTH, False)
    assert "DELETE https://h:8004/v1/p/stacks/old/1" in api.said


def test_one_that_fails_is_taken_away_too(monkeypatch: pytest.MonkeyPatch) -> None:
    heat = Heat(status="CREATE_FAILED")
    found, _ = played(monkeypatch, heat)
    assert (found["status"], found["reason"], found["left"]) == ("CREATE_FAILED", "r", False)
    assert heat.deleted


def test_one_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "PATIENCE", 0.0)
    found, _ = played(monkeypatch, Heat(stuck=True))
    assert found["left"] is True


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"heat.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/heat.conf"]
    for space in (
        *(
            f"heat.{part}"
            for part in ("common.config", "common.context", "engine.clients", "api.aws.ec2token")
        ),
        *("heat.common.crypt", "heat.engine.notification", "heat.engine.resources", "heat.common.wsgi"),
        *("keystonemiddleware.auth_token", "oslo.concurrency", "oslo.db", "oslo.log", "oslo.messaging"),
        "oslo.middleware.http_proxy_to_wsgi",
    ):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="/usr/bin/heat-engine")
    errors = [line.removeprefix("ERROR:root:") for line in said.stderr.splitlines() if "ERROR" in line]
    # What a plugin of keystoneauth reads is in no sample.
    assert [e.split()[0] for e in errors] == [f"trustee/{key}" for key in settings(context)["trustee"]][
        : len(errors)
    ]


# --- where it moves -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", name="moved")
def on_one_host() -> Context:
    return context_of(passive_site())


def test_apis_and_engine_go_with_the_vip_and_the_engine_is_asked_at_its_hosts_queue(moved: Context) -> None:
    found = {one.unit: one for one in moved.declared(Resource) if one.name.startswith("heat")}
    assert set(found) == set(UNITS.values())
    assert {one.group for one in found.values()} == {""}
    assert (found[UNITS["engine"]].asked or "").endswith(f" {CONF} engine.$(uname -n)")
    assert settings(moved)["DEFAULT"]["rpc_ping_enabled"] == "true"
    units = [one for one in COMPONENT.steps(moved, moved.site.controllers[0]) if isinstance(one, Unit)]
    assert {one.running for one in units} == {None}


@pytest.mark.parametrize(
    ("engines", "outcome"),
    [
        ({"controller1": 1}, Outcome.PASS),
        ({"controller1": 1, "controller2": 1}, Outcome.PASS),
        ({}, Outcome.FAIL),
    ],
)
def test_without_an_engine_it_goes_red(moved: Context, engines: dict[str, int], outcome: Outcome) -> None:
    promise = check(moved, "engines")
    said = Output(0, json.dumps(WELL | {"engines": engines}))
    assert promise.verdict(dict.fromkeys(promise.asks, said)).outcome is outcome

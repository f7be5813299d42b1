"""Aodh: what it writes, that alarms are shared, and that its checks go red."""

from __future__ import annotations

import json
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.telemetry import telemetry
from tests.programs import opinion

from fournines.components.aodh.component import COMPONENT
from fournines.components.aodh.deploy import CONF, UWSGI
from fournines.components.aodh.model import UNITS
from fournines.components.aodh.on_host import alarm
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import DatabaseClients
from fournines.kit.step import Absent, Command, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
WELL = {"first": "insufficient data", "last": "alarm", "seconds": 40.0}


@pytest.fixture
def context(blog: Site) -> Context:
    return telemetry(blog, COMPONENT)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"aodh.{name}")


def settings(context: Context, host: str = "controller1") -> ConfigParser:
    parser = ConfigParser(interpolation=None, default_section="none")
    parser.read_string(file_of(COMPONENT, context, host, CONF).content)
    return parser


@pytest.mark.parametrize(
    ("path", "golden"),
    [
        (CONF, "aodh.conf"),
        (UWSGI, "aodh-api-uwsgi.ini"),
        (unit_file("aodh-api.service"), "aodh-api.service"),
        (unit_file("aodh-notifier.service"), "aodh-daemon.service"),
    ],
)
def test_the_whole_file_is_as_reviewed(context: Context, path: str, golden: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / golden).read_text()


def test_each_daemons_unit_runs_its_own_program(context: Context) -> None:
    for daemon in ("evaluator", "notifier", "listener"):
        text = file_of(COMPONENT, context, "controller2", unit_file(UNITS[daemon])).content
        assert f"ExecStart=/usr/bin/aodh-{daemon} --config-file {CONF}\n" in text


def test_it_brings_brokers_and_locks_along(context: Context) -> None:
    assert {"aodh", "rabbitmq", "etcd"} <= {c.name for c in taking_part(context.site)}


def test_every_host_has_the_same_file_and_the_same_locks(context: Context) -> None:
    assert settings(context) == settings(context, "controller2")
    assert settings(context)["coordination"]["backend_url"].startswith("etcd3+http://")


def test_measures_are_asked_for_as_its_user_from_inside(context: Context) -> None:
    found = settings(context)["service_credentials"]
    assert (found["username"], found["interface"]) == ("aodh", "internalURL")


def test_the_tables_are_made_on_one_host(context: Context) -> None:
    made = [
        len([s for s in COMPONENT.steps(context, host) if isinstance(s, Command)])
        for host in context.site.controllers
    ]
    assert made == [1, 0]


def test_units_are_rolled_and_have_no_script_beside_them(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.controllers[0]))
    units = [s for s in steps if isinstance(s, Unit)]
    assert {u.name for u in units} == set(UNITS.values())
    assert all(u.rolling and "python3-aodh" in u.packages and CONF in u.restart_on for u in units)
    gone = {s.path for s in steps if isinstance(s, Absent)}
    assert gone == {f"/etc/init.d/aodh-{daemon}" for daemon in UNITS}


def test_every_connected_process_is_counted(context: Context) -> None:
    (clients,) = [d for d in COMPONENT.declarations(context.site) if isinstance(d, DatabaseClients)]
    assert clients.processes == 3
    found = settings(context)["database"]
    assert clients.each == int(found["max_pool_size"]) + int(found["max_overflow"])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, json.dumps(WELL)), Outcome.PASS),
        (Output(0, json.dumps(WELL | {"last": "insufficient data"})), Outcome.FAIL),
        (Output(0, json.dumps(WELL | {"last": "ok"})), Outcome.FAIL),
        (Output(0, json.dumps(WELL | {"first": "alarm"})), Outcome.FAIL),
        (Output(1, "", "HTTPError: HTTP Error 503: Service Unavailable"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_an_alarm_that_does_not_go_off_is_red(
    context: Context, answer: Output | None, outcome: Outcome
) -> None:
    asked = check(context, "alarm")
    assert asked.seconds > json.loads(asked.asks["dashboard"].stdin)["patience"]
    assert asked.verdict({"dashboard": answer}).outcome is outcome


def test_an_evaluator_too_few_is_red(context: Context) -> None:
    asked = check(context, "group")
    for members, outcome in ((["a", "b"], Outcome.PASS), (["a"], Outcome.FAIL)):
        answers = dict.fromkeys(asked.asks, Output(0, json.dumps({"members": members})))
        assert asked.verdict(answers).outcome is outcome


class Telemetry:
    """Gnocchi's and Aodh's APIs: the alarm goes off at the third look, or never."""

    def __init__(self, *, ever: bool) -> None:
        self.ever, self.looks, self.posted = ever, 0, 0

    def answer(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        host, *path = url.removeprefix("https://").split("/")
        if method == "DELETE":
            return None
        return self.gnocchi(path) if host == "g:8041" else self.aodh(method, path, body)

    def gnocchi(self, path: list[str]) -> Any:  # noqa: ANN401 - JSON
        match path:
            case ["v1", "search", "resource", "generic"]:
                return [{"id": "old", "started_at": "2020-01-01T00:00:00+00:00"}]
            case ["v1", "resource", "generic"]:
                return {"id": "new"}
            case ["v1", "resource", "generic", "new", "metric", alarm.METRIC, "measures"]:
                self.posted += 1
                return None
        raise AssertionError(path)

    def aodh(self, method: str, path: list[str], body: Any) -> Any:  # noqa: ANN401 - JSON
        match method, path:
            case "GET", ["v2", "alarms"]:
                others = {"name": "somebody's", "alarm_id": "theirs", "timestamp": "2020-01-01T00:00:00"}
                return [others, others | {"name": f"{alarm.NAME}-1", "alarm_id": "left"}]
            case "POST", ["v2", "alarms"]:
                assert body["gnocchi_resources_threshold_rule"]["resource_id"] == "new"
                return {"alarm_id": "mine", "state": "insufficient data"}
            case "GET", ["v2", "alarms", "mine", "state"]:
                self.looks += 1
                return "alarm" if self.ever and self.looks > 2 else "insufficient data"
        raise AssertionError(path)


QUESTION = {
    "keystone": "https://k:5000",
    "gnocchi": "https://g:8041",
    "aodh": "https://a:8042",
    "password": "p",
}


@pytest.mark.parametrize("last", ["alarm", "insufficient data"])
def test_an_alarm_is_set_waited_for_and_taken_away(monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    ever = last == alarm.GONE_OFF
    both = Telemetry(ever=ever)
    api = Asked(both.answer)
    monkeypatch.setattr(alarm, "Api", api)
    monkeypatch.setattr(alarm, "PAUSE", 0.01)
    found = alarm.main(QUESTION | {"patience": 9.0 if ever else 0.1})
    assert (found["first"], found["last"]) == ("insufficient data", last)
    assert both.posted == 1
    deleted = {one.removeprefix("DELETE ") for one in api.said if one.startswith("DELETE")}
    assert deleted == {
        *(f"https://g:8041/v1/resource/generic/{one}" for one in ("old", "new")),
        *(f"https://a:8042/v2/alarms/{one}" for one in ("left", "mine")),
    }


def test_what_is_measured_is_above_what_the_alarm_asks_for() -> None:
    asked = alarm.rule("r")
    assert asked["comparison_operator"] == "gt"
    assert alarm.VALUE > alarm.THRESHOLD == asked["threshold"]


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"aodh.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/aodh.conf"]
    for space in (
        *("aodh", "aodh-auth", "keystonemiddleware.auth_token"),
        *("oslo.db", "oslo.log", "oslo.messaging", "oslo.middleware.http_proxy_to_wsgi"),
    ):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="/usr/bin/aodh-evaluator")
    errors = [line.removeprefix("ERROR:root:") for line in said.stderr.splitlines() if "ERROR" in line]
    # What a session of keystoneauth reads is in no sample.
    assert [e.split()[0] for e in errors] == ["service_credentials/cafile"], said.stderr

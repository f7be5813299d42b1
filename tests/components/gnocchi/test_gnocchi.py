"""Gnocchi: what it writes, where measures lie, what is made once, and that its checks go red."""

from __future__ import annotations

import json
import re
from configparser import ConfigParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.telemetry import telemetry
from tests.programs import opinion
from tests.support import EXAMPLES

from fournines.components.gnocchi.component import COMPONENT
from fournines.components.gnocchi.deploy import CONF, UWSGI
from fournines.components.gnocchi.model import UNITS
from fournines.components.gnocchi.on_host import measure, prepared
from fournines.errors import SpecError
from fournines.kit.check import Check, Output
from fournines.kit.common.groups import MEMBER
from fournines.kit.context import Context
from fournines.kit.declare import DatabaseClients, ServiceUser
from fournines.kit.step import Command, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
FILES = (CONF, UWSGI, *(unit_file(unit) for unit in UNITS.values()))
WELL = {"mean": measure.MEAN, "seconds": 12.0}


@pytest.fixture
def context(blog: Site) -> Context:
    return telemetry(blog, COMPONENT)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"gnocchi.{name}")


def settings(context: Context, host: str = "controller1") -> ConfigParser:
    parser = ConfigParser(interpolation=None, default_section="none")
    parser.read_string(file_of(COMPONENT, context, host, CONF).content)
    return parser


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_brings_locks_along(context: Context) -> None:
    assert {"gnocchi", "etcd", "swift"} <= {c.name for c in taking_part(context.site)}


def test_without_an_object_store_it_is_refused_in_the_site_file() -> None:
    text = (EXAMPLES / "blog.yaml").read_text().replace("[keystone, glance, horizon]", "[keystone, gnocchi]")
    with pytest.raises(SpecError, match="gnocchi needs swift, which is not listed"):
        loads(text, Path("site.yaml"), vocabulary())


def test_measures_are_nobody_elses_objects(context: Context) -> None:
    found = settings(context)["storage"]
    (store,) = [
        u
        for u in COMPONENT.declarations(context.site)
        if isinstance(u, ServiceUser) and u.project != "service"
    ]
    assert (found["swift_user"], found["swift_project_name"]) == (store.name, store.project)
    assert found["swift_key"] == f"<{store.password}>"
    assert found["driver"] == "swift"
    assert not settings(context).has_section("incoming")


def test_the_workers_of_all_hosts_take_turns_by_the_same_locks(context: Context) -> None:
    first, second = settings(context), settings(context, "controller2")
    assert first == second
    assert first["DEFAULT"]["coordination_url"].startswith("etcd3+http://")
    unit = file_of(COMPONENT, context, "controller1", unit_file(UNITS["metricd"])).content
    assert f"{MEMBER} /usr/bin/gnocchi-metricd " in unit


def test_tables_and_sacks_are_made_once_and_never_as_many_as_gnocchi_would(context: Context) -> None:
    made = [
        [s for s in COMPONENT.steps(context, host) if isinstance(s, Command)]
        for host in context.site.controllers
    ]
    assert [len(found) for found in made] == [2, 0]
    tables, sacks = made[0]
    assert "--skip-incoming" in tables.argv
    assert sacks.argv[-2:] == ("--sacks-number", "16")
    assert {command.user for command in made[0]} == {"gnocchi"}


def test_units_are_rolled_and_know_their_programs(context: Context) -> None:
    units = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert {u.name for u in units} == set(UNITS.values())
    assert all(u.rolling and "python3-gnocchi" in u.packages and CONF in u.restart_on for u in units)


def test_every_connected_process_is_counted(context: Context) -> None:
    (clients,) = [d for d in COMPONENT.declarations(context.site) if isinstance(d, DatabaseClients)]
    assert clients.processes == 3
    found = settings(context)
    assert clients.each == int(found["database"]["max_pool_size"]) + int(found["database"]["max_overflow"])
    assert found["indexer"]["url"] == found["database"]["connection"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Output(0, json.dumps(WELL)), Outcome.PASS),
        (Output(0, json.dumps(WELL | {"mean": None})), Outcome.FAIL),
        (Output(0, json.dumps(WELL | {"mean": 2.0})), Outcome.FAIL),
        (Output(1, "", "HTTPError: HTTP Error 503: Service Unavailable"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_measures_that_nobody_works_up_are_red(
    context: Context, answer: Output | None, outcome: Outcome
) -> None:
    assert check(context, "measure").verdict({"dashboard": answer}).outcome is outcome


def test_a_worker_too_few_is_red(context: Context) -> None:
    asked = check(context, "group")
    well, alone = ({"members": names} for names in (["a", "b"], ["a"]))
    for found, outcome in ((well, Outcome.PASS), (alone, Outcome.FAIL)):
        answers = dict.fromkeys(asked.asks, Output(0, json.dumps(found)))
        assert asked.verdict(answers).outcome is outcome


class Gnocchi:
    """Gnocchi's API: measures are worked up at the third look, or never."""

    def __init__(self, *, ever: bool = True) -> None:
        self.ever = ever
        self.looks = 0
        self.posted: list[dict[str, Any]] = []

    def answer(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        match method, url.removeprefix("https://g:8041/v1/").split("?")[0].split("/"):
            case "POST", ["search", "resource", "generic"]:
                return [{"id": "old", "started_at": "2020-01-01T00:00:00+00:00"}]
            case "POST", ["resource", "generic"]:
                assert body["metrics"] == {measure.METRIC: {"archive_policy_name": measure.POLICY}}
                return {"id": "new"}
            case "POST", ["resource", "generic", "new", "metric", measure.METRIC, "measures"]:
                self.posted = body
                return None
            case "GET", ["resource", "generic", "new", "metric", measure.METRIC, "measures"]:
                assert "refresh" not in url
                self.looks += 1
                mean = sum(one["value"] for one in self.posted) / len(self.posted)
                return [["2026-01-01T00:00:00+00:00", 300.0, mean]] if self.ever and self.looks > 2 else []
            case "DELETE", ["resource", "generic", _]:
                return None
        raise AssertionError(url)


QUESTION = {"keystone": "https://k:5000", "gnocchi": "https://g:8041", "password": "p", "patience": 9.0}


@pytest.mark.parametrize("mean", [measure.MEAN, None])
def test_measures_are_posted_waited_for_and_deleted(
    monkeypatch: pytest.MonkeyPatch, mean: float | None
) -> None:
    ever = mean is not None
    gnocchi = Gnocchi(ever=ever)
    api = Asked(gnocchi.answer)
    monkeypatch.setattr(measure, "Api", api)
    monkeypatch.setattr(measure, "PAUSE", 0)
    found = measure.main(QUESTION | {"patience": 9.0 if ever else 0.0})
    assert found["mean"] == mean
    assert {
        "DELETE https://g:8041/v1/resource/generic/old",
        "DELETE https://g:8041/v1/resource/generic/new",
    } <= set(api.said)


@pytest.mark.parametrize("second", [0, 1, 150, 299])
def test_all_values_lie_in_one_period_that_is_over(second: int) -> None:
    now = datetime.fromtimestamp(1_800_000_000 // measure.PERIOD * measure.PERIOD + second, UTC)
    times = [datetime.fromisoformat(str(one["timestamp"])).timestamp() for one in measure.measures(now)]
    assert len({time // measure.PERIOD for time in times}) == 1
    assert max(times) < now.timestamp()


class Refused(Exception):  # noqa: N818 - stands in for swiftclient's
    def __init__(self, status: int) -> None:
        self.http_status = status


@pytest.mark.parametrize(
    ("error", "none"),
    [
        (Exception(Refused(404)), True),
        (Exception(Refused(503)), False),
        (Exception(OSError()), False),
        (Exception(), False),
    ],
)
def test_only_the_stores_own_word_says_that_there_are_no_sacks(error: Exception, none: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert prepared.without_sacks(error) is none


@pytest.mark.programs
def test_gnocchi_knows_every_option_we_write(context: Context, tmp_path: Path) -> None:
    """Its own settings, as its program registers them; those of other libraries have no such list."""
    files = {"gnocchi.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    program = (
        "import configparser; from gnocchi import opts\n"
        "p = configparser.ConfigParser(interpolation=None, default_section='none')\n"
        "p.read('/run/gnocchi.conf')\n"
        "known = {(g, o.dest) for g, found in opts.list_opts() for o in found}\n"
        "print(sorted(f'{s}/{k}' for s in p.sections() for k in p[s] if (s, k) not in known"
        " and s not in ('database', 'keystone_authtoken')))"
    )
    said = opinion(["/usr/bin/python3", "-c", program], files, tmp_path, program="/usr/bin/gnocchi-metricd")
    assert re.sub(r"\s", "", said.stdout) == "[]", said.stderr

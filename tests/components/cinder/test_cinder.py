"""Cinder: what it writes, which drivers it refuses, and that its checks go red."""

from __future__ import annotations

import json
from collections.abc import Callable
from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from pydantic import ValidationError
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.openstack import serving
from tests.programs import opinion
from tests.support import EXAMPLES, context_of, site_of

from fournines.components.cinder.component import COMPONENT
from fournines.components.cinder.deploy import UWSGI
from fournines.components.cinder.model import CONF, UNITS, Options
from fournines.components.cinder.on_host import volume
from fournines.errors import SpecError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Coordination, DatabaseClients, Resource
from fournines.kit.step import Command, Packages, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads
from fournines.spec.model import Site

GOLDEN = Path(__file__).parent / "golden"
FILES = (CONF, UWSGI, *(unit_file(unit) for unit in UNITS.values()))
RBD = "cinder.volume.drivers.rbd.RBDDriver"
OPTIONS = {"driver": RBD, "settings": {"rbd_pool": "volumes"}, "packages": ["python3-rbd"]}


def service(binary: str, host: str, **changes: object) -> dict[str, object]:
    return {"binary": binary, "host": host, "state": "up", "cluster": None} | changes


SERVICES = [
    service(binary, f"{host}{at}", cluster=cluster)
    for host in ("controller1", "controller2")
    for binary, at, cluster in (("cinder-scheduler", "", None), ("cinder-volume", "@main", "blog@main"))
]
WELL = {"services": SERVICES, "status": "available", "left": False, "made": 1.0, "removed": 1.0}


@pytest.fixture
def context(blog: Site) -> Context:
    chosen = {"services": ("keystone", "cinder"), "components": {"cinder": OPTIONS}}
    found = serving(blog.model_copy(update=chosen), COMPONENT)
    locks = Coordination("etcd3+http://127.0.0.1:2379")
    parsed = {**found.parsed, "cinder": Options.model_validate(OPTIONS)}
    return replace(found, declarations=(*found.declarations, locks), parsed=parsed)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"cinder.{name}")


def settings(context: Context, host: str = "controller1") -> ConfigParser:
    parser = ConfigParser(interpolation=None, default_section="none")
    parser.read_string(file_of(COMPONENT, context, host, CONF).content)
    return parser


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_brings_brokers_and_locks_along(context: Context) -> None:
    assert {"cinder", "rabbitmq", "etcd"} <= {c.name for c in taking_part(context.site)}


def test_the_volume_services_of_all_hosts_are_one(context: Context) -> None:
    first, second = settings(context), settings(context, "controller2")
    assert first["DEFAULT"]["cluster"] == second["DEFAULT"]["cluster"] == "blog"
    assert first["main"] == second["main"]
    assert (first["DEFAULT"]["host"], second["DEFAULT"]["host"]) == ("controller1", "controller2")
    assert first["coordination"]["backend_url"].startswith("etcd3+http://")


def test_the_driver_its_settings_and_its_packages_are_the_sites(context: Context) -> None:
    assert dict(settings(context)["main"]) == {
        "volume_driver": RBD,
        "volume_backend_name": "main",
        "rbd_pool": "volumes",
    }
    names = [
        s.names for s in COMPONENT.steps(context, context.site.controllers[1]) if isinstance(s, Packages)
    ]
    assert "python3-rbd" in names[0]


def test_a_service_is_not_down_for_one_late_sign_of_life(context: Context) -> None:
    found = settings(context)["DEFAULT"]
    assert int(found["service_down_time"]) >= 3 * int(found["report_interval"])


def test_the_tables_are_made_on_one_host(context: Context) -> None:
    made = [
        len([s for s in COMPONENT.steps(context, host) if isinstance(s, Command)])
        for host in context.site.controllers
    ]
    assert made == [1, 0]


def test_units_are_rolled_and_restart_on_their_configuration(context: Context) -> None:
    units = [s for s in COMPONENT.steps(context, context.site.controllers[0]) if isinstance(s, Unit)]
    assert {u.name for u in units} == set(UNITS.values())
    assert all(u.rolling and CONF in u.restart_on for u in units)


def test_every_connected_process_is_counted(context: Context) -> None:
    (clients,) = [d for d in COMPONENT.declarations(context.site) if isinstance(d, DatabaseClients)]
    assert clients.processes == 3
    found = settings(context)["database"]
    assert clients.each == int(found["max_pool_size"]) + int(found["max_overflow"])


@pytest.mark.parametrize("name", ["volume_driver", "volume_backend_name", "backend_host"])
def test_what_makes_it_a_cluster_is_no_setting(name: str) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"driver": RBD, "settings": {name: "x"}})


@pytest.mark.parametrize(
    ("written", "place", "what"),
    [
        ("", "13:", "not told who keeps the volumes"),
        ("  cinder: {driver: cinder.volume.drivers.lvm.LVMVolumeDriver}\n", "16:", "one host at a time"),
        ("  cinder: {driver: cinder.tests.fake_driver.FakeGateDriver}\n", "16:", "keeps no volumes"),
        (f"  cinder: {{driver: {RBD}}}\n", "", ""),
    ],
)
def test_what_cannot_survive_a_host_is_refused_in_the_site_file(written: str, place: str, what: str) -> None:
    text = (
        (EXAMPLES / "blog.yaml")
        .read_text()
        .replace("[keystone, glance, horizon]", "[keystone, glance, cinder]")
    )
    real = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("lab:", "#")))
    if not what:
        loads(real + written, Path("site.yaml"), vocabulary())
        return
    with pytest.raises(SpecError, match=what) as refused:
        loads(real + written, Path("site.yaml"), vocabulary())
    assert f"site.yaml:{place}" in str(refused.value)


def test_a_lab_may_pretend() -> None:
    text = (
        (EXAMPLES / "blog.yaml")
        .read_text()
        .replace("[keystone, glance, horizon]", "[keystone, glance, cinder]")
    )
    loads(text + "  cinder: {driver: cinder.tests.fake_driver.Any}\n", Path("site.yaml"), vocabulary())


def without(binary: str) -> Callable[[], list[dict[str, object]]]:
    return lambda: [s for s in SERVICES if (s["binary"], s["host"]) != (binary, "controller2")]


@pytest.mark.parametrize(
    ("changes", "services", "made"),
    [
        ({}, Outcome.PASS, Outcome.PASS),
        ({"services": without("cinder-scheduler")()}, Outcome.FAIL, Outcome.PASS),
        ({"services": [s | {"state": "down"} for s in SERVICES]}, Outcome.FAIL, Outcome.PASS),
        ({"services": [s | {"cluster": None} for s in SERVICES]}, Outcome.FAIL, Outcome.PASS),
        ({"status": "error"}, Outcome.PASS, Outcome.FAIL),
        ({"left": True}, Outcome.PASS, Outcome.FAIL),
    ],
)
def test_services_and_volume_go_red(
    context: Context, changes: dict[str, object], services: Outcome, made: Outcome
) -> None:
    answer = {"dashboard": Output(0, json.dumps(WELL | changes))}
    assert check(context, "services").verdict(answer).outcome is services
    assert check(context, "volume").verdict(answer).outcome is made


def test_an_api_that_fails_fails_both(context: Context) -> None:
    refused = {"dashboard": Output(1, "", "urllib.error.HTTPError: HTTP Error 503: Service Unavailable")}
    assert check(context, "services").verdict(refused).outcome is Outcome.FAIL
    assert check(context, "volume").verdict(refused).outcome is Outcome.FAIL


class Cinder:
    """Cinder's API: a volume that is made at the second look and gone at the second look after that."""

    def __init__(self, *, status: str = "available", stuck: bool = False) -> None:
        self.status, self.stuck = status, stuck
        self.looks = 0
        self.deleted = False
        self.old = {"id": "old", "name": f"{volume.NAME}-1", "created_at": "2020-01-01T00:00:00.000000"}
        self.other = self.old | {"id": "other", "name": f"my-{volume.NAME}"}

    def answer(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        match method, url.removeprefix("https://c:8776/v3/p/").split("?")[0].split("/"):
            case "GET", ["os-services"]:
                return {"services": [service("cinder-volume", "controller1@main", zone="nova")]}
            case "GET", ["volumes", "detail"]:
                return {"volumes": [self.old, self.other]}
            case "POST", ["volumes"]:
                assert body["volume"]["size"] == 1
                return {"volume": {"id": "new"}}
            case "DELETE", ["volumes", "new"]:
                self.deleted, self.looks = True, 0
                return None
            case "DELETE", ["volumes", "old"]:
                raise HTTPError(url, 400, "busy", None, None)  # type: ignore[arg-type]
            case "GET", ["volumes", "new"]:
                return self.look(url)
        raise AssertionError(url)

    def look(self, url: str) -> dict[str, Any]:
        self.looks += 1
        if self.looks == 1 or (self.deleted and self.stuck):
            return {"volume": {"status": "deleting" if self.deleted else "creating"}}
        if self.deleted:
            raise HTTPError(url, 404, "gone", None, None)  # type: ignore[arg-type]
        return {"volume": {"status": self.status}}


QUESTION = {"keystone": "https://k:5000", "cinder": "https://c:8776/v3", "password": "p"}


def played(monkeypatch: pytest.MonkeyPatch, cinder: Cinder) -> tuple[dict[str, Any], Asked]:
    api = Asked(cinder.answer)
    monkeypatch.setattr(volume, "Api", api)
    monkeypatch.setattr(volume, "PAUSE", 0)
    return volume.main(QUESTION), api


def test_a_volume_is_made_and_deleted_and_old_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found, api = played(monkeypatch, Cinder())
    assert (found["status"], found["left"]) == ("available", False)
    assert found["services"] == [service("cinder-volume", "controller1@main")]
    assert "DELETE https://c:8776/v3/p/volumes/old?force=true" in api.said
    assert not any(line.startswith("DELETE") and "other" in line for line in api.said)


def test_one_that_fails_is_deleted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    cinder = Cinder(status="error")
    found, _ = played(monkeypatch, cinder)
    assert found["status"] == "error"
    assert cinder.deleted


def test_one_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "PATIENCE", 0.0)
    assert played(monkeypatch, Cinder(stuck=True))[0]["left"] is True


@pytest.mark.programs
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path) -> None:
    files = {"cinder.conf": file_of(COMPONENT, context, "controller1", CONF).content}
    argv = ["oslo-config-validator", "--input-file", "/run/cinder.conf"]
    for space in (
        *("cinder", "keystonemiddleware.auth_token", "oslo.concurrency", "oslo.db", "oslo.log"),
        *("oslo.messaging", "oslo.middleware.http_proxy_to_wsgi"),
    ):
        argv += ["--namespace", space]
    said = opinion(argv, files, tmp_path, program="/usr/bin/cinder-volume")
    errors = [line.removeprefix("ERROR:root:") for line in said.stderr.splitlines() if "ERROR" in line]
    # The backend's section has a name of our own, and what a plugin of keystoneauth reads is in no sample.
    assert all(e.startswith(("main/", "service_user/")) for e in errors), said.stderr


# --- where scheduler and volume service move ----------------------------------------------------------------


@pytest.fixture(name="moved")
def on_one_host() -> Context:
    return context_of(site_of("active-passive-services.yaml"))


def test_the_name_that_volumes_belong_to_moves_along(moved: Context) -> None:
    first, second = settings(moved), settings(moved, "controller2")
    assert first["DEFAULT"]["host"] == second["DEFAULT"]["host"] == moved.site.name
    assert "cluster" not in first["DEFAULT"]
    assert first["DEFAULT"]["rpc_ping_enabled"] == "true"
    assert first["coordination"]["backend_url"], "the API is on both hosts"
    asked = {one.name: one.asked or "" for one in moved.declared(Resource) if one.group}
    assert asked["cinder-volume"].endswith(f" {CONF} cinder-volume.{moved.site.name}@main")
    assert asked["cinder-scheduler"].endswith(f" cinder-scheduler.{moved.site.name}")


def test_locks_are_the_hosts_own_where_all_of_it_is_on_one(moved: Context) -> None:
    options = Options.model_validate({"driver": RBD})
    site, parsed = moved.site, {**moved.parsed, "cinder": options}
    assert "coordination" in COMPONENT.needed(site)
    alone = site.model_copy(update={"components": {"cinder": {"driver": RBD}}})
    assert "coordination" not in COMPONENT.needed(alone)
    assert "coordination" not in settings(replace(moved, site=alone, parsed=parsed))


def test_scheduler_and_volume_service_are_left_to_the_cluster(moved: Context) -> None:
    steps = COMPONENT.steps(moved, moved.site.controllers[0])
    units = {one.name: one.running for one in steps if isinstance(one, Unit)}
    assert units == {UNITS["api"]: True, UNITS["scheduler"]: None, UNITS["volume"]: None}
    assert {one.id for one in COMPONENT.checks(moved)} >= {"cinder.scheduler-unit", "cinder.volume-unit"}


@pytest.mark.parametrize(
    ("services", "outcome"),
    [
        ([service("cinder-scheduler", "S"), service("cinder-volume", "S@main")], Outcome.PASS),
        (
            [service("cinder-scheduler", "S"), service("cinder-volume", "S@main", cluster="S@main")],
            Outcome.FAIL,
        ),
        ([service("cinder-scheduler", "S"), service("cinder-volume", "S@main", state="down")], Outcome.FAIL),
        (SERVICES, Outcome.FAIL),
    ],
)
def test_one_that_is_not_there_under_its_name_goes_red(
    moved: Context, services: list[dict[str, object]], outcome: Outcome
) -> None:
    named = json.dumps(WELL | {"services": services}).replace('"S', f'"{moved.site.name}')
    assert check(moved, "services").verdict({"dashboard": Output(0, named)}).outcome is outcome


@pytest.mark.parametrize(
    ("driver", "what"),
    [("cinder.volume.drivers.nfs.NfsDriver", ""), ("cinder.volume.drivers.lvm.LVMVolumeDriver", "own disks")],
)
def test_a_driver_that_runs_on_one_host_may_move_unless_its_volumes_cannot(driver: str, what: str) -> None:
    text = (EXAMPLES / "active-passive-services.yaml").read_text()
    changed = text.replace("cinder.tests.fake_driver.FakeHAReplicatedLoggingVolumeDriver", driver)
    if not what:
        loads(changed, Path("site.yaml"), vocabulary())
        return
    with pytest.raises(SpecError, match=what):
        loads(changed, Path("site.yaml"), vocabulary())

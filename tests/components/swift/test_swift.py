"""Swift: what it writes where, what others make of it, and that its checks go red."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.components.fixed import file_of
from tests.components.openstack import openstack
from tests.programs import opinion

from fournines.components.swift.component import COMPONENT
from fournines.components.swift.deploy import (
    CONF,
    EXPIRER,
    FOLDER,
    PROXY,
    PROXY_PROGRAM,
    RSYNC,
    STORE_PROGRAMS,
    conf_of,
    rings,
)
from fournines.components.swift.model import SERVERS, Options, copies, keepers
from fournines.errors import PlanError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry, Endpoint, FirewallPort, Memory, Secret
from fournines.kit.step import Directory, File, Packages, Unit
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.spec.model import Role, Site

GOLDEN = Path(__file__).parent / "golden"
UNITS = "/etc/systemd/system"
OBJECT: dict[str, Any] = {
    "same": "",
    "proxies": {"controller1": "", "controller2": ""},
    "stores": {"dashboard": "", "controller1": "", "controller2": ""},
    "copies": 3,
    "seconds": 0.1,
}
STORE: dict[str, Any] = {
    "servers": {"account": "", "container": "", "object": "", "rsync": ""},
    "devices": {"/srv/node/d1": ""},
    "rounds": {kind: {"ago": 12.0, "failures": 0} for kind in SERVERS},
}


def context_with(site: Site, options: Mapping[str, Any] | None = None) -> Context:
    services = (*site.services, "swift")
    site = site.model_copy(update={"services": services, "components": {"swift": dict(options or {})}})
    shared, own = openstack(site), COMPONENT.declarations(site)
    secrets = {one.name: f"<{one.name}>" for one in own if isinstance(one, Secret)}
    return replace(
        shared,
        declarations=(*shared.declarations, *own),
        secrets={**shared.secrets, **secrets},
        parsed={**shared.parsed, "swift": COMPONENT.options_of(site)},
    )


@pytest.fixture
def context(blog: Site) -> Context:
    return context_with(blog)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"swift.{name}")


def units(context: Context, host: str) -> list[str]:
    steps = COMPONENT.steps(context, context.site.hosts[host])
    return [step.name for step in steps if isinstance(step, Unit) and step.running]


@pytest.mark.parametrize(
    "path",
    [
        CONF,
        PROXY,
        EXPIRER,
        RSYNC,
        *map(conf_of, SERVERS),
        f"{UNITS}/swift-object.service",
        f"{UNITS}/swift-rsync.service",
        f"{UNITS}/swift-object-replicator.service",
    ],
)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_it_takes_part_where_it_is_listed(blog: Site, context: Context) -> None:
    assert COMPONENT in taking_part(context.site)
    assert COMPONENT not in taking_part(blog)


def test_proxies_are_on_controllers_and_copies_on_the_arbiter_too(context: Context) -> None:
    store = [one.unit for one in STORE_PROGRAMS]
    assert units(context, "controller1") == [PROXY_PROGRAM.unit, *store]
    assert units(context, "dashboard") == store
    packages = [
        name
        for step in COMPONENT.steps(context, context.site.hosts["dashboard"])
        if isinstance(step, Packages)
        for name in step.names
    ]
    assert "swift-proxy" not in packages


def test_the_site_says_who_keeps_objects(three: Site) -> None:
    with pytest.raises(PlanError, match="no host would keep objects: none has the role storage"):
        context_with(three, {"roles": ["storage"]})
    host = three.hosts["dashboard"].model_copy(update={"roles": (Role.STORAGE,)})
    apart = context_with(
        three.model_copy(update={"hosts": {**three.hosts, "dashboard": host}}), {"roles": ["storage"]}
    )
    assert units(apart, "controller1") == [PROXY_PROGRAM.unit]
    assert units(apart, "dashboard") == [one.unit for one in STORE_PROGRAMS]


def test_fewer_hosts_have_fewer_copies(blog: Site) -> None:
    two = context_with(blog, {"roles": ["controller"]})
    options = two.options("swift", Options)
    assert [host.name for host in keepers(two.site, options)] == ["controller1", "controller2"]
    assert copies(two.site, options) == 2
    assert "lies on 2 hosts" in check(two, "object").promise


def test_rings_and_hash_secrets_are_the_same_on_every_host(context: Context) -> None:
    on_hosts = [
        {s.path: s for s in COMPONENT.steps(context, host) if isinstance(s, File)}
        for host in context.site.hosts.values()
    ]
    for path in (CONF, *(f"{FOLDER}/{kind}.ring.gz" for kind in SERVERS)):
        assert len({found[path] for found in on_hosts}) == 1
    assert on_hosts[0][CONF].mode == 0o640


def test_no_ring_restarts_anything(context: Context) -> None:
    paths = {file.path for file in rings(context)}
    for step in COMPONENT.steps(context, context.site.hosts["controller1"]):
        if isinstance(step, Unit):
            assert paths.isdisjoint(step.restart_on)


def test_what_packages_start_and_nobody_needs_is_off(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.hosts["dashboard"]))
    assert Unit("swift-container-sync.service", enabled=False, running=False) in steps


def test_each_device_is_a_folder_of_swifts(blog: Site) -> None:
    several = context_with(blog, {"devices": ["a", "b"], "mount_check": True})
    steps = list(COMPONENT.steps(several, several.site.hosts["dashboard"]))
    assert Directory("/srv/node/b", owner="swift", group="swift") in steps
    assert "mount_check = true" in file_of(COMPONENT, several, "dashboard", conf_of("object")).content


def test_what_others_make_of_it_is_declared(context: Context) -> None:
    declared = COMPONENT.declarations(context.site)
    (endpoint,) = [one for one in declared if isinstance(one, Endpoint)]
    (entry,) = [one for one in declared if isinstance(one, CatalogueEntry)]
    assert endpoint.hosts == ("controller1", "controller2")
    assert (entry.type, entry.path) == ("object-store", "/v1/AUTH_%(project_id)s")
    ports = {one.port: one for one in declared if isinstance(one, FirewallPort)}
    assert set(ports) == {873, 6200, 6201, 6202}
    assert all(one.network == "mgmt" and "dashboard" in one.hosts for one in ports.values())
    hosts = [host for one in declared if isinstance(one, Memory) for host in one.hosts]
    assert sorted(hosts) == ["controller1", "controller2", "dashboard"]


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, Outcome.PASS),
        ({"same": "HTTP 503"}, Outcome.FAIL),
        ({"proxies": {"controller1": "", "controller2": "HTTP 404"}}, Outcome.FAIL),
        ({"copies": 2, "stores": {**OBJECT["stores"], "dashboard": "HTTP 404"}}, Outcome.FAIL),
    ],
)
def test_an_object_that_somebody_lacks_goes_red(
    context: Context, changed: dict[str, Any], outcome: Outcome
) -> None:
    promise = check(context, "object")
    answer = Output(0, json.dumps(OBJECT | changed))
    assert promise.verdict({"dashboard": answer}).outcome is outcome


def test_silence_of_the_object_is_no_good_news(context: Context) -> None:
    promise = check(context, "object")
    assert promise.verdict({"dashboard": None}).outcome is Outcome.UNKNOWN
    assert promise.verdict({"dashboard": Output(1, "", "boom")}).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, Outcome.PASS),
        ({"servers": {**STORE["servers"], "rsync": "refused"}}, Outcome.FAIL),
        ({"devices": {"/srv/node/d1": "Operation not supported"}}, Outcome.FAIL),
    ],
)
def test_a_server_or_a_device_that_fails_goes_red(
    context: Context, changed: dict[str, Any], outcome: Outcome
) -> None:
    promise = check(context, "servers")
    assert sorted(promise.asks) == ["controller1", "controller2", "dashboard"]
    well, other = Output(0, json.dumps(STORE)), Output(0, json.dumps(STORE | changed))
    answers = {**dict.fromkeys(promise.asks, well), "dashboard": other}
    assert promise.verdict(answers).outcome is outcome


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        ({"ago": 12.0, "failures": 0}, Outcome.PASS),
        ({"ago": 12.0, "failures": 2}, Outcome.FAIL),
        ({"ago": 9999.0, "failures": 0}, Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_rounds_that_miss_somebody_or_stay_away_go_red(
    context: Context, seen: dict[str, float] | None, outcome: Outcome
) -> None:
    promise = check(context, "replicated")
    told = STORE | {"rounds": {**STORE["rounds"], "container": seen}}
    assert promise.verdict(dict.fromkeys(promise.asks, Output(0, json.dumps(told)))).outcome is outcome


def test_another_ring_goes_red(context: Context) -> None:
    promise = check(context, "rings")
    own = {file.path: hashlib.sha256(file.data).hexdigest() for file in rings(context)}
    well = "".join(f"{digest}  {path}\n" for path, digest in own.items())
    assert promise.verdict(dict.fromkeys(promise.asks, Output(0, well))).outcome is Outcome.PASS
    stale = well.replace(next(iter(own.values())), "0" * 64)
    answers = {**dict.fromkeys(promise.asks, Output(0, well)), "controller2": Output(0, stale)}
    assert promise.verdict(answers).outcome is Outcome.FAIL


@pytest.mark.programs
def test_swift_loads_what_we_write(context: Context, tmp_path: Path) -> None:
    """Every pipeline is put together by Swift itself, with the ring and the secrets of the site."""
    steps = COMPONENT.steps(context, context.site.hosts["controller1"])
    files = {
        step.path.removeprefix("/"): step.content
        for step in steps
        if isinstance(step, File) and step.path.startswith(FOLDER) and step.path.endswith("conf")
    }
    files["load.py"] = (
        "import sys\n"
        "from paste.deploy import loadwsgi\n"
        "for path in sys.argv[1:]:\n"
        "    context = loadwsgi.loadcontext(loadwsgi.APP, 'config:' + path, global_conf={})\n"
        "    print(path, context.object_type.name)\n"
    )
    confs = [f"/run{path}" for path in (PROXY, EXPIRER, *map(conf_of, SERVERS))]
    said = opinion(
        ["python3", "-I", "/run/load.py", *confs], files, tmp_path, program="/usr/bin/swift-proxy-server"
    )
    assert said.returncode == 0, said.stderr
    assert len(said.stdout.splitlines()) == len(confs)

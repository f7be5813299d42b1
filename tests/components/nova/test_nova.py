"""Nova: what it writes on which host, which cells it makes, what it refuses, and that its checks go red."""

from __future__ import annotations

import json
import time
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.virtual import clouds
from tests.programs import opinion

from fournines.components.nova.component import COMPONENT
from fournines.components.nova.deploy import (
    COMPUTE_CONF,
    CONF,
    LIBVIRT_DEFAULTS,
    POLICY,
    QEMU_CONF,
    cells_question,
)
from fournines.components.nova.model import (
    COMPUTE_UNIT,
    CONTROL_UNITS,
    DECIDING_UNITS,
    LIBVIRT_UNIT,
    UNUSED_UNITS,
)
from fournines.components.nova.on_host import cells, instance, look
from fournines.errors import SpecError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import DatabaseClients, Endpoint, Memory
from fournines.kit.step import Command, File, Packages, Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.context import taking_part
from fournines.plan.order import levels
from fournines.probe.fleet import fleet_of

GOLDEN = Path(__file__).parent / "golden"
UWSGI = ("/etc/nova/nova-api-uwsgi.ini", "/etc/nova/nova-api-metadata-uwsgi.ini")

SITE = """\
name: clouds
lab: true
networks:
  mgmt: {{cidr: 10.0.0.0/24}}
  tenant: {{cidr: 10.1.0.0/24}}
vips:
  controller: {{network: mgmt, address: 10.0.0.20}}
hosts:
  arbiter: {{roles: [arbiter], mgmt: 10.0.0.10}}
  controller1: {{roles: [controller, compute], mgmt: 10.0.0.11, tenant: 10.1.0.11}}
  controller2: {{roles: [controller], mgmt: 10.0.0.12, tenant: 10.1.0.12}}
  compute1: {{roles: [compute], mgmt: 10.0.0.21, tenant: 10.1.0.21}}
services: [{services}]
components: {{nova: {options}}}
"""
ALL = "keystone, glance, placement, neutron, nova"
LESS = "keystone, placement, nova"
REAL = SITE.replace("lab: true\n", "")


@cache
def made(services: str = ALL, options: str = "{}", text: str = SITE) -> Context:
    """The site with these services; whoever asks twice gets the same."""
    return clouds(text.format(services=services, options=options))


@pytest.fixture(scope="module", name="context")
def full_context() -> Context:
    return made()


@pytest.fixture(scope="module", name="fake")
def fake_context() -> Context:
    return made(LESS, "{virt: fake}")


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"nova.{name}")


def read(context: Context, host: str, path: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False)
    parser.read_string(file_of(COMPONENT, context, host, path).content)
    return parser


def units(context: Context, host: str) -> set[str]:
    steps = COMPONENT.steps(context, context.site.hosts[host])
    return {step.name for step in steps if isinstance(step, Unit) and step.running}


@pytest.mark.parametrize(
    ("path", "golden"),
    [
        *((path, "") for path in (CONF, COMPUTE_CONF, POLICY, QEMU_CONF, LIBVIRT_DEFAULTS, *UWSGI)),
        (unit_file(CONTROL_UNITS["api"]), ""),
        (unit_file(CONTROL_UNITS["conductor"]), "nova-daemon.service"),
    ],
)
def test_the_whole_file_is_as_reviewed(context: Context, path: str, golden: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / (golden or Path(path).name)).read_text()


def test_what_holds_passwords_is_hidden_from_strangers(context: Context) -> None:
    for path in (CONF, COMPUTE_CONF):
        found = file_of(COMPONENT, context, "controller1", path)
        assert (found.mode, found.owner, found.group) == (0o640, "root", "nova")


def test_daemons_are_where_their_roles_are(context: Context) -> None:
    control, compute = set(CONTROL_UNITS.values()), {COMPUTE_UNIT, LIBVIRT_UNIT}
    assert units(context, "controller1") == control | compute
    assert units(context, "controller2") == control
    assert units(context, "compute1") == compute
    assert not units(context, "arbiter")


def test_each_daemon_is_hurt_where_it_is(context: Context) -> None:
    hosts = {fault.id: fault.hosts for fault in COMPONENT.faults(context)}
    assert hosts["nova.conductor.hang"] == ("controller1", "controller2")
    assert hosts["nova.compute.kill"] == ("controller1", "compute1")


def test_a_host_of_instances_knows_no_database(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.hosts["compute1"]))
    written = "".join(step.content for step in steps if isinstance(step, File))
    assert "<nova/messaging>" in written
    for secret in ("nova/database", "nova/token-cache", "neutron/metadata"):
        assert f"<{secret}>" not in written
    assert CONF not in {step.path for step in steps if isinstance(step, File)}
    assert (
        f"--config-file {COMPUTE_CONF}"
        in file_of(COMPONENT, context, "controller1", unit_file(COMPUTE_UNIT)).content
    )


def test_each_listens_on_its_own_address_only(context: Context) -> None:
    for path, port in zip(UWSGI, (8774, 8775), strict=True):
        assert f"http-socket = 10.0.0.12:{port}\n" in file_of(COMPONENT, context, "controller2", path).content
    assert read(context, "controller2", CONF)["vnc"]["novncproxy_host"] == "10.0.0.12"
    assert read(context, "compute1", COMPUTE_CONF)["vnc"]["server_proxyclient_address"] == "10.0.0.21"


def test_the_console_is_asked_seldom_also_by_who_measures(fake: Context) -> None:
    (console,) = [one for one in fake.declared(Endpoint) if one.name == "nova-console"]
    assert console.health is not None
    assert console.health.every == 5
    intervals = {client.name: client.interval for client in fleet_of(fake, "run").http}
    assert intervals.pop("nova-console") == 0.5
    assert max(intervals.values()) < 0.5


def test_a_process_of_an_api_has_one_thread(context: Context) -> None:
    for path in UWSGI:
        assert "\nthreads = 1\n" in file_of(COMPONENT, context, "controller1", path).content


def test_sections_of_other_services_are_there_with_them(context: Context, fake: Context) -> None:
    assert {"glance", "neutron", "placement"} <= set(read(context, "controller1", CONF).sections())
    assert "cinder" not in read(context, "controller1", CONF)
    for host, path in (("controller1", CONF), ("compute1", COMPUTE_CONF)):
        assert not {"glance", "neutron", "cinder"} & set(read(fake, host, path).sections())
    driver = "cinder.tests.fake_driver.FakeHAReplicatedLoggingVolumeDriver"
    text = SITE.replace("{options}", f"{{options}}, cinder: {{{{driver: {driver}}}}}")
    volumes = made(f"{LESS}, cinder", "{virt: fake}", text)
    section = read(volumes, "compute1", COMPUTE_CONF)["cinder"]
    assert section["catalog_info"] == "volumev3::internalURL"
    assert section["username"] == "nova"


def test_metadata_is_signed_with_the_proxys_secret(context: Context) -> None:
    section = read(context, "controller1", CONF)["neutron"]
    assert section["metadata_proxy_shared_secret"] == "<neutron/metadata>"
    assert "metadata_proxy_shared_secret" not in read(context, "compute1", COMPUTE_CONF)["neutron"]


@pytest.mark.parametrize(
    ("text", "options", "driver", "kind"),
    [
        (SITE, "{}", "libvirt.LibvirtDriver", "qemu"),
        (SITE, "{virt: kvm}", "libvirt.LibvirtDriver", "kvm"),
        (SITE, "{virt: fake}", "fake.FakeDriverWithoutFakeNodes", None),
        (
            REAL.replace("tenant: {{cidr: 10.1.0.0/24}}", "public: {{purpose: provider}}")
            .replace("tenant: 10.1.0.11", "public: {{interface: enp2s0}}")
            .replace("tenant: 10.1.0.12", "public: {{interface: enp2s0}}")
            .replace(", tenant: 10.1.0.21", ""),
            "{}",
            "libvirt.LibvirtDriver",
            "kvm",
        ),
    ],
)
def test_who_runs_instances(text: str, options: str, driver: str, kind: str | None) -> None:
    context = made(ALL, options, text)
    conf = read(context, "compute1", COMPUTE_CONF)
    assert conf["DEFAULT"]["compute_driver"] == driver
    assert conf.has_section("libvirt") is (kind is not None)
    if kind:
        assert conf["libvirt"]["virt_type"] == kind
        assert conf.has_option("libvirt", "cpu_mode") is (kind == "qemu")
    steps = list(COMPONENT.steps(context, context.site.hosts["compute1"]))
    names = {name for step in steps if isinstance(step, Packages) for name in step.names}
    assert ("nova-compute-kvm" in names) is (kind is not None)
    paths = {step.path for step in steps if isinstance(step, File)}
    assert (QEMU_CONF in paths) is (kind is not None and context.site.lab)


@pytest.mark.parametrize(
    ("text", "services", "options", "said"),
    [
        (REAL, LESS, "{}", "nova needs glance, which is not listed"),
        (REAL, ALL, "{virt: fake}", "fake runs no instances"),
        (SITE, "keystone, nova", "{}", "nova needs placement, which is not listed"),
        (
            SITE.replace("roles: [compute]", "roles: [bastion]").replace(", compute]", "]"),
            LESS,
            "{}",
            "nova has no host to run instances on",
        ),
    ],
)
def test_what_could_run_no_instance_is_refused(text: str, services: str, options: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        made(services, options, text)
    assert said in str(refused.value)


def test_what_comes_with_the_console_proxy_stays_down(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.hosts["controller2"]))
    for name in UNUSED_UNITS:
        assert Unit(name, enabled=False, running=False) in steps


def test_tables_and_cells_are_made_on_one_host_in_their_order(context: Context) -> None:
    def commands(host: str) -> list[Command]:
        return [s for s in COMPONENT.steps(context, context.site.hosts[host]) if isinstance(s, Command)]

    assert not commands("controller2")
    assert [command.name for command in commands("controller1")] == [
        "nova: the database nova_api has its tables",
        "nova: its cells",
        "nova: the database nova_cell0 has its tables",
        "nova: the database has its tables",
        "nova: hosts of instances are in the cell",
    ]
    for command in commands("controller1"):
        assert command.user == "nova"
        assert "<nova/database>" not in " ".join((*command.argv, *command.unless))


def test_instances_come_after_what_they_are_made_of(context: Context) -> None:
    order = [{placed.name for placed in level} for level in levels(context.site, taking_part(context.site))]

    def place(name: str) -> int:
        return next(number for number, level in enumerate(order) if name in level)

    assert (
        place("keystone identity")
        < place("nova services")
        < place("nova compute")
        < place("nova hosts")
        < place("nova instances")
    )
    assert place("placement answers") < place("nova compute")
    assert max(place("glance images"), place("neutron agents")) < place("nova instances")


def test_what_logs_in_when_it_starts_waits_for_its_account(context: Context) -> None:
    """Where Keystone answers and knows no such user, scheduler, conductor and compute end (nova 31)."""
    host = context.site.hosts["controller2"]
    started = {
        stage.name: {step.name for step in stage.steps(context, host) if isinstance(step, Unit)}
        for stage in COMPONENT.stages
    }
    assert started["services"] == set(DECIDING_UNITS.values())
    assert not started["control"] & {*DECIDING_UNITS.values(), COMPUTE_UNIT}


def test_connections_are_those_of_every_process_to_every_database(context: Context) -> None:
    said = {c.database: c for c in context.declared(DatabaseClients) if c.database.startswith("nova")}
    assert {c.hosts for c in said.values()} == {("controller1", "controller2")}
    assert {name: c.processes for name, c in said.items()} == {"nova_api": 7, "nova": 8, "nova_cell0": 7}
    assert {name: c.each for name, c in said.items()} == {"nova_api": 5, "nova": 8, "nova_cell0": 8}


def test_memory_is_that_of_a_hosts_roles(context: Context, fake: Context) -> None:
    def held(where: Context) -> dict[str, int]:
        return {h: m.rest for m in where.declared(Memory) if m.component == "nova" for h in m.hosts}

    real = held(context)
    assert real["controller1"] == real["controller2"] + real["compute1"]
    assert held(fake)["compute1"] < real["compute1"]


def test_who_may_come_to_which_listener(context: Context) -> None:
    said = {e.name: e for e in context.declared(Endpoint) if e.name.startswith("nova")}
    assert [kind.value for kind in said["nova-metadata"].visible] == ["internal"]
    assert [kind.value for kind in said["nova-console"].visible] == ["public"]
    assert said["nova-console"].tunnel == 3600


# --- cells ----------------------------------------------------------------------------------------------

WANTED = {"cell0": "D0", "cell1": "D1", "brokers": "B"}
NOTHING = (cells.CELL0, "cell0", "D0", cells.NOWHERE)
OURS = ("u-1", "cell1", "D1", "B")
OTHER = ("u-2", "somebody's", "D2", "B2")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], ["map_cell0", "create_cell"]),
        ([NOTHING], ["create_cell"]),
        ([OURS], ["map_cell0"]),
        ([NOTHING, OURS, OTHER], []),
        ([(cells.CELL0, "cell0", "old", cells.NOWHERE), OURS], ["update_cell"]),
        ([NOTHING, ("u-1", "cell1", "D1", "fewer")], ["update_cell"]),
        ([NOTHING, ("u-1", "cell1", "old", "B")], ["update_cell"]),
    ],
)
def test_cells_are_made_once_and_mended(found: list[cells.Row], said: list[str]) -> None:
    assert [words[0] for words in cells.todo(found, WANTED)] == said


def test_whatever_was_there_the_cells_end_as_wanted() -> None:
    """Each command is played: what it leaves behind needs nothing more."""
    zero, one = (cells.CELL0, "cell0", "x", "y"), ("u-1", "cell1", "x", "y")
    for found in ([], [zero], [one], [zero, one], [NOTHING, one], [zero, OURS], [OTHER]):
        after = {row[0]: row for row in found}
        for words in cells.todo(found, WANTED):
            given = dict(zip(words[1::2], words[2::2], strict=True))
            uuid = given.get("--cell_uuid", cells.CELL0 if words[0] == "map_cell0" else "new")
            name = given.get("--name", "cell0" if uuid == cells.CELL0 else "cell1")
            after[uuid] = (
                uuid,
                name,
                given["--database_connection"],
                given.get("--transport-url", cells.NOWHERE),
            )
        assert not cells.todo(list(after.values()), WANTED)


def test_cells_addresses_hold_no_password_and_name_every_broker(context: Context) -> None:
    question = json.loads(cells_question(context))
    assert question["cell1"] == "{scheme}://{username}:{password}@{hostname}:{port}/nova?{query}"
    assert question["cell0"].endswith("/nova_cell0?{query}")
    assert question["brokers"] == (
        "{scheme}://{username1}:{password1}@{hostname1}:{port1},{username2}:{password2}@{hostname2}:{port2},"
        "{username3}:{password3}@{hostname3}:{port3}/{path}"
    )
    assert json.loads(question["database"])["database"] == "nova_api"


def test_cells_are_looked_at_made_and_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table: list[cells.Row] = []
    said: list[list[str]] = []

    def run(argv: list[str], **_: object) -> None:
        said.append(argv)
        table[:] = [NOTHING, OURS]

    monkeypatch.setattr(cells, "rows", lambda *_: list(table))
    monkeypatch.setattr("subprocess.run", run)
    assert cells.main([], WANTED) == 1
    assert capsys.readouterr().out == "to do: map_cell0\nto do: create_cell\n"
    assert not said
    assert cells.main(["make"], WANTED) == 0
    assert [argv[:3] for argv in said] == [
        ["nova-manage", "cell_v2", "map_cell0"],
        ["nova-manage", "cell_v2", "create_cell"],
    ]
    assert capsys.readouterr().out == "both cells are as wanted\n"


def test_a_host_that_told_of_itself_is_put_into_the_cell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [("a",), ("gone",)]
    monkeypatch.setattr(cells, "rows", lambda _, said: [("a",), ("b",)] if "services" in said else known)
    question = {**WANTED, "cell": "nova"}
    assert cells.main(["hosts"], question) == 1
    assert json.loads(capsys.readouterr().out) == {"mapped": ["a"], "unmapped": ["b"]}
    known.append(("b",))
    assert cells.main(["hosts"], question) == 0


# --- judges ---------------------------------------------------------------------------------------------

SERVICES = [
    {"binary": binary, "host": host, "state": "up", "status": "enabled"}
    for binary, hosts in (
        ("nova-scheduler", ("controller1", "controller2")),
        ("nova-conductor", ("controller1", "controller2")),
        ("nova-compute", ("controller1", "compute1")),
    )
    for host in hosts
]
HYPERVISORS = [
    {"host": host, "type": "QEMU", "state": "up", "status": "enabled", "used": True}
    for host in ("controller1", "compute1")
]
FAKES = [{**one, "type": "fake"} for one in HYPERVISORS]
DONE = {
    "status": "ACTIVE",
    "reason": "",
    "host": "compute1",
    "console": "https://controller:6080/vnc_lite.html",
    "made": 3.0,
    "removed": 1.0,
    "left": [],
}


def said(value: object, code: int = 0) -> Output:
    return Output(code, json.dumps(value))


def looked(**changes: object) -> Output:
    return said({"services": SERVICES, "hypervisors": HYPERVISORS, "seconds": 0.1} | changes)


def without(binary: str, host: str) -> Output:
    return looked(services=[one for one in SERVICES if (one["binary"], one["host"]) != (binary, host)])


DOWN = [{**SERVICES[0], "state": "down"}, *SERVICES[1:]]
UNTOLD = [HYPERVISORS[0], {**HYPERVISORS[1], "used": False}]
SHUT = [HYPERVISORS[0], {**HYPERVISORS[1], "status": "disabled"}]


@pytest.mark.parametrize(
    ("name", "answer", "outcome", "words"),
    [
        ("services", looked(), Outcome.PASS, "2 of nova-conductor, 2 of nova-scheduler"),
        ("services", looked(services=DOWN), Outcome.FAIL, "nova-scheduler on controller1"),
        ("services", without("nova-conductor", "controller2"), Outcome.FAIL, "nova-conductor on controller2"),
        ("services", without("nova-compute", "compute1"), Outcome.PASS, ""),
        ("services", Output(1, "", "HTTP Error 503: Service Unavailable"), Outcome.FAIL, "503"),
        ("computes", looked(), Outcome.PASS, "2 of nova-compute"),
        ("computes", without("nova-compute", "compute1"), Outcome.FAIL, "nova-compute on compute1"),
        ("hosts", said({"mapped": ["compute1", "controller1"], "unmapped": []}), Outcome.PASS, "2 in"),
        ("hosts", said({"mapped": ["controller1"], "unmapped": ["compute1"]}, 1), Outcome.FAIL, "compute1"),
        ("hosts", said({"mapped": ["controller1"], "unmapped": []}), Outcome.FAIL, "compute1"),
        ("hypervisors", looked(), Outcome.PASS, "2 up (QEMU)"),
        ("hypervisors", looked(hypervisors=SHUT), Outcome.PASS, "1 shut out by an administrator"),
        ("hypervisors", looked(hypervisors=HYPERVISORS[:1]), Outcome.FAIL, "none up on compute1"),
        ("hypervisors", looked(hypervisors=FAKES), Outcome.FAIL, "fake on controller1, compute1"),
        (
            "hypervisors",
            looked(hypervisors=UNTOLD),
            Outcome.FAIL,
            "not told yet how much is in use on compute1",
        ),
        ("cells", Output(0, "both cells are as wanted\n"), Outcome.PASS, "as wanted"),
        (
            "cells",
            Output(1, "to do: map_cell0\nto do: create_cell\n"),
            Outcome.FAIL,
            "map_cell0, to do: create",
        ),
        ("instance", said(DONE), Outcome.PASS, "made on compute1 in 3.0 s"),
        (
            "instance",
            said(DONE | {"status": "ERROR", "reason": "No valid host"}),
            Outcome.FAIL,
            "No valid host",
        ),
        ("instance", said(DONE | {"console": "https://elsewhere"}), Outcome.FAIL, "https://elsewhere"),
        ("instance", said(DONE | {"left": ["its share of a host"]}), Outcome.FAIL, "its share"),
    ],
)
def test_promises_go_red(context: Context, name: str, answer: Output, outcome: Outcome, words: str) -> None:
    promise = check(context, name)
    verdict = promise.verdict(dict.fromkeys(promise.asks, answer))
    assert verdict.outcome is outcome
    assert words in verdict.seen
    assert promise.verdict(dict.fromkeys(promise.asks)).outcome is Outcome.UNKNOWN


def test_a_fake_says_that_it_runs_nothing(fake: Context) -> None:
    promise = check(fake, "hypervisors")
    assert "pretend" in promise.promise
    verdict = promise.verdict(dict.fromkeys(promise.asks, looked(hypervisors=FAKES)))
    assert verdict.outcome is Outcome.PASS
    assert "they run nothing" in verdict.seen
    assert promise.verdict(dict.fromkeys(promise.asks, looked())).outcome is Outcome.FAIL


def test_without_images_and_networks_no_instance_is_promised(fake: Context) -> None:
    assert "nova.instance" not in {one.id for one in COMPONENT.checks(fake)}


# --- programs on hosts ----------------------------------------------------------------------------------

QUESTION = {
    "keystone": "https://k:5000",
    "nova": "https://n:8774/v2.1",
    "glance": "https://g:9292",
    "placement": "https://p:8778",
    "password": "pw",
}


@pytest.mark.parametrize(("free", "used"), [(7, True), (0, True), (None, False)])
def test_it_is_looked_at_with_a_token(
    monkeypatch: pytest.MonkeyPatch, *, free: int | None, used: bool
) -> None:
    shown = {
        "service": {"host": "h"},
        "hypervisor_type": "QEMU",
        "state": "up",
        "status": "enabled",
        "free_disk_gb": free,
    }
    found = {"os-services": {"services": [SERVICES[0] | {"id": 1}]}, "detail": {"hypervisors": [shown]}}
    asked = Asked(lambda _method, url, _body: found[url.rpartition("/")[2]])
    monkeypatch.setattr(look, "Api", asked)
    answer = look.main(QUESTION)
    assert answer["services"] == [SERVICES[0]]
    assert answer["hypervisors"] == [
        {"host": "h", "type": "QEMU", "state": "up", "status": "enabled", "used": used}
    ]


class Cloud:
    """Nova, Glance and Placement as far as the check asks them."""

    def __init__(self, status: str = "ACTIVE", *, left: bool = False, names: tuple[str, ...] = ()) -> None:
        self.status, self.left, self.names = status, left, names
        self.gone = False

    def __call__(self, method: str, url: str, body: Any) -> Any:  # noqa: ANN401, PLR0911 - JSON, by its kind
        path = url.split("/", 3)[3].removeprefix("v2.1/").removeprefix("v2/")
        match method, path.partition("?")[0].split("/"):
            case "GET", ["servers" | "flavors" | "images" as kind]:
                return {kind: [{"id": f"old-{kind}-{n}", "name": n} for n in self.names]}
            case "POST", ["flavors" | "servers" as kind]:
                return {kind[:-1]: {"id": f"new-{kind}", **body[kind[:-1]]}}
            case "POST", ["images"]:
                return {"id": "new-images"}
            case "POST", ["servers", _, "remote-consoles"]:
                return {"remote_console": {"url": "https://c:6080/vnc_lite.html?path=%3Ftoken%3Dt"}}
            case "DELETE", ["servers", "new-servers"]:
                self.gone = True
            case "GET", ["servers", "new-servers"]:
                if self.gone:
                    raise HTTPError(url, 404, "Not Found", {}, None)  # type: ignore[arg-type]
                fault = {"fault": {"message": "No valid host"}} if self.status == "ERROR" else {}
                return {"server": {"status": self.status, "OS-EXT-SRV-ATTR:host": "h", **fault}}
            case "GET", ["allocations", _]:
                return {"allocations": {"provider": {}} if self.left else {}}
        return None


def played(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> tuple[dict[str, object], list[str]]:
    asked = Asked(cloud)
    asked.send = lambda method, url, *_, **__: asked.said.append(f"{method} {url}")  # type: ignore[attr-defined]
    monkeypatch.setattr(instance, "Api", asked)
    monkeypatch.setattr(instance, "PAUSE", 0.0)
    monkeypatch.setattr(instance, "PATIENCE", 0.05)
    return instance.main(QUESTION), [line for line in asked.said if line.startswith("DELETE")]


def test_an_instance_is_made_shown_and_removed_with_all_it_was_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, deleted = played(monkeypatch, Cloud())
    assert (found["status"], found["host"], found["left"]) == ("ACTIVE", "h", [])
    assert found["console"] == "https://c:6080/vnc_lite.html"
    assert [line.rpartition("/")[2] for line in deleted] == ["new-servers", "new-images", "new-flavors"]


def test_one_that_failed_says_why_and_is_removed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found, deleted = played(monkeypatch, Cloud("ERROR"))
    assert (found["status"], found["reason"], found["console"]) == ("ERROR", "No valid host", "")
    assert len(deleted) == 3


def test_what_it_holds_of_a_host_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = played(monkeypatch, Cloud(left=True))
    assert found["left"] == ["its share of a host"]


def test_what_a_run_that_was_cut_off_left_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    names = (f"nines-check-{now - 3600}-a", f"nines-check-{now}-b", "somebody's", "nines-check-x")
    _, deleted = played(monkeypatch, Cloud(names=names))
    taken = [line.rpartition("/")[2] for line in deleted if "old-" in line]
    assert taken == [f"old-{kind}-{names[0]}" for kind in ("servers", "flavors", "images")]


NAMESPACES = (
    *("nova.conf", "keystonemiddleware.auth_token", "oslo.cache", "oslo.concurrency", "oslo.db", "oslo.log"),
    *("oslo.messaging", "oslo.middleware", "oslo.policy", "oslo.service.service", "oslo.service.wsgi"),
)


@pytest.mark.programs
@pytest.mark.parametrize("path", [CONF, COMPUTE_CONF])
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path, path: str) -> None:
    name = Path(path).name
    argv = ["oslo-config-validator", "--input-file", f"/run/{name}"]
    for space in NAMESPACES:
        argv += ["--namespace", space]
    files = {name: file_of(COMPONENT, context, "controller1", path).content}
    said = opinion(argv, files, tmp_path, program="/usr/bin/nova-api-wsgi")
    assert "ERROR" not in said.stderr, said.stderr
    assert said.returncode == 0

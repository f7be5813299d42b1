"""Neutron: what it writes on which host, that its tables are made once, and that its checks go red."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from pydantic import ValidationError
from tests.components.asked import Asked
from tests.components.fixed import file_of
from tests.components.virtual import REAL, clouds
from tests.programs import opinion

from fournines.components.neutron.component import COMPONENT
from fournines.components.neutron.deploy import AGENT_FILES, ML2, UWSGI
from fournines.components.neutron.model import (
    AGENT_UNITS,
    AGENTS,
    CONF,
    MONITORS,
    PORT,
    SERVER_UNITS,
    Options,
)
from fournines.components.neutron.on_host import look
from fournines.kit.check import Answers, Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import CatalogueEntry, DatabaseClients, Memory
from fournines.kit.step import Absent, Command, File, Unit, unit_file
from fournines.kit.verdict import Outcome

GOLDEN = Path(__file__).parent / "golden"
HOSTS = ("controller1", "controller2")
ENDS = tuple(unit_file(f"{MONITORS}.{kind}") for kind in ("service", "timer"))
FILES = (CONF, ML2, UWSGI, *AGENT_FILES.values(), unit_file(SERVER_UNITS["api"]), *ENDS)


@pytest.fixture(scope="module", name="context")
def lab_context() -> Context:
    return clouds()


@pytest.fixture(scope="module", name="real")
def real_context() -> Context:
    return clouds(REAL)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"neutron.{name}")


@pytest.mark.parametrize("path", FILES)
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_an_agents_unit_is_as_reviewed(context: Context) -> None:
    found = file_of(COMPONENT, context, "controller1", unit_file(AGENT_UNITS["l3"]))
    assert found.content == (GOLDEN / "neutron-daemon.service").read_text()


def test_the_agents_stand_on_the_controllers_or_on_hosts_of_their_own(
    context: Context, real: Context
) -> None:
    def runs(where: Context, host: str) -> set[str]:
        return {s.name for s in COMPONENT.steps(where, where.site.hosts[host]) if isinstance(s, Unit)}

    agents, servers = {*AGENT_UNITS.values(), f"{MONITORS}.timer"}, set(SERVER_UNITS.values())
    assert runs(context, "controller1") == agents | servers
    assert runs(real, "controller1") == servers
    assert runs(real, "network1") == agents


def test_a_host_of_instances_has_the_switchs_agent_alone() -> None:
    host, services = (
        "  compute1: {roles: [compute], mgmt: 10.0.0.31}\n",
        "services: [glance, placement, nova, ",
    )
    context = clouds(REAL.replace("services: [", host + services))
    compute = context.site.hosts["compute1"]
    units = {s.name for s in COMPONENT.steps(context, compute) if isinstance(s, Unit)}
    assert units == {AGENT_UNITS["switch"]}
    agent = file_of(COMPONENT, context, "compute1", AGENT_FILES["switch"]).content
    assert "bridge_mappings" not in agent
    assert "local_ip = 10.0.0.31\n" in agent
    assert "bridge_mappings" in file_of(COMPONENT, context, "network1", AGENT_FILES["switch"]).content
    assert "<neutron/database>" not in file_of(COMPONENT, context, "compute1", CONF).content
    promise = check(context, "agents")
    agents = [
        {"binary": b, "host": h, "alive": True, "admin_state_up": True}
        for h in ("network1", "network2")
        for b in AGENTS
    ]
    silent = promise.verdict(dict.fromkeys(promise.asks, looked(agents=agents)))
    assert silent.outcome is Outcome.FAIL
    assert silent.seen.endswith("not heard from: neutron-openvswitch-agent on compute1")
    assert "compute1" in check(context, "switch-agent-units").asks


def test_no_password_of_the_database_leaves_the_controllers(real: Context) -> None:
    controller = file_of(COMPONENT, real, "controller1", CONF).content
    network = file_of(COMPONENT, real, "network1", CONF).content
    assert "<neutron/database>" in controller
    assert "<neutron/database>" not in network
    assert "<neutron/keystone>" not in network
    assert "transport_url = rabbit://neutron:<neutron/messaging>@10.0.0.10" in network
    paths = {s.path for s in COMPONENT.steps(real, real.site.hosts["network1"]) if isinstance(s, File)}
    assert ML2 not in paths


def test_what_holds_passwords_is_hidden_from_strangers(context: Context) -> None:
    for path in (CONF, AGENT_FILES["metadata"]):
        found = file_of(COMPONENT, context, "controller1", path)
        assert (found.mode, found.owner, found.group) == (0o640, "root", "neutron")


def test_each_listens_on_its_own_address_only(context: Context) -> None:
    second = file_of(COMPONENT, context, "controller2", UWSGI).content
    assert f"http-socket = 10.0.0.12:{PORT}\n" in second
    assert "10.0.0.11" not in second


def test_tunnels_end_in_the_switchs_network(context: Context, real: Context) -> None:
    lab = file_of(COMPONENT, context, "controller2", AGENT_FILES["switch"]).content
    assert "local_ip = 10.1.0.12\n" in lab
    assert "datapath_type = netdev\n" in lab
    host = file_of(COMPONENT, real, "network2", AGENT_FILES["switch"]).content
    assert "local_ip = 10.0.0.22\n" in host
    assert "ovs_use_veth = false" in file_of(COMPONENT, real, "network2", AGENT_FILES["l3"]).content


def test_nova_is_told_of_ports_only_where_it_is(context: Context) -> None:
    alone = file_of(COMPONENT, context, "controller1", CONF).content
    assert "notify_nova_on_port_status_changes = false" in alone
    assert "[nova]" not in alone
    nova = CatalogueEntry("nova", "compute", "", endpoint="nova")
    beside = Context(
        context.site, (*context.declarations, nova), context.secrets, context.parsed, context.interfaces
    )
    told = file_of(COMPONENT, beside, "controller1", CONF).content
    assert "notify_nova_on_port_status_changes = true" in told
    assert "[nova]\nauth_url = https://controller:5000\n" in told


def test_the_tables_are_made_on_one_host(context: Context) -> None:
    made = {
        h: [s for s in COMPONENT.steps(context, context.site.hosts[h]) if isinstance(s, Command)]
        for h in HOSTS
    }
    assert [len(commands) for commands in made.values()] == [1, 0]
    (sync,) = made["controller1"]
    assert sync.argv[-2:] == ("upgrade", "heads")
    assert "<neutron/database>" not in " ".join((*sync.argv, *sync.unless))


def test_no_script_of_the_old_kind_hinders_a_unit(context: Context) -> None:
    steps = list(COMPONENT.steps(context, context.site.controllers[1]))
    for unit in (*SERVER_UNITS.values(), *AGENT_UNITS.values()):
        assert Absent(f"/etc/init.d/{unit.removesuffix('.service')}") in steps


def test_what_agents_started_outlives_their_restart(context: Context) -> None:
    for name, unit in AGENT_UNITS.items():
        text = file_of(COMPONENT, context, "controller1", unit_file(unit)).content
        assert ("KillMode=process" in text) is (name in {"l3", "dhcp"})


def test_memory_is_said_once_per_host(context: Context, real: Context) -> None:
    (both,) = [m for m in context.declared(Memory) if m.component == "neutron"]
    assert both.hosts == HOSTS
    shares = {m.hosts: m.rest for m in real.declared(Memory) if m.component == "neutron"}
    assert shares[HOSTS] + shares["network1", "network2"] == both.rest


def test_an_agent_that_is_late_once_is_not_dead() -> None:
    assert Options(report_interval=10, agent_down_time=20).agent_down_time == 20
    with pytest.raises(ValidationError, match="late once counts as dead"):
        Options(report_interval=10, agent_down_time=19)


def test_connections_are_those_of_api_rpc_and_periodic(context: Context) -> None:
    (clients,) = [c for c in context.declared(DatabaseClients) if c.database == "neutron"]
    assert (clients.hosts, clients.processes) == (HOSTS, 3)


def looked(**changes: object) -> Output:
    agents = [
        {"binary": binary, "host": host, "alive": True, "admin_state_up": True}
        for host in HOSTS
        for binary in AGENTS
    ]
    extensions = ["agent", "dhcp_agent_scheduler", "l3-ha", "l3_agent_scheduler", "router", "quotas"]
    found = {"extensions": extensions, "agents": agents, "seconds": 0.1} | changes
    return Output(0, json.dumps(found))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (looked(), Outcome.PASS),
        (looked(extensions=["agent", "router"]), Outcome.FAIL),
        (Output(1, "", "urllib.error.HTTPError: HTTP Error 503: Service Unavailable"), Outcome.FAIL),
        (None, Outcome.UNKNOWN),
    ],
)
def test_answering_goes_red(context: Context, answer: Output | None, outcome: Outcome) -> None:
    promise = check(context, "answers")
    assert promise.verdict(dict.fromkeys(promise.asks, answer)).outcome is outcome


def test_an_agent_that_is_silent_missing_or_shut_out_goes_red(context: Context) -> None:
    promise = check(context, "agents")
    (asked,) = promise.asks
    agents = json.loads(looked().stdout)["agents"]
    assert promise.verdict({asked: looked()}).outcome is Outcome.PASS
    silent, shut = agents[0] | {"alive": False}, agents[0] | {"admin_state_up": False}
    for changed in ([silent, *agents[1:]], [shut, *agents[1:]], agents[1:], []):
        verdict = promise.verdict({asked: looked(agents=changed)})
        assert verdict.outcome is Outcome.FAIL
        assert f"{AGENTS[0]} on controller1" in verdict.seen


STORY = {
    "states": {"controller1": "active", "controller2": "standby"},
    "unseen": [],
    "left": [],
    "made": 3,
    "seconds": 20,
}


def seen(context: Context, story: dict[str, Any] | None = None, **changed: dict[str, Any]) -> Answers:
    """What the hosts answer: the first is active and both are reached, unless ``changed``."""
    first = context.client_host
    watch = {
        "controller1": {"active": True, "reached": True},
        "controller2": {"active": False, "reached": True},
    }
    answers: dict[str, dict[str, Any]] = {first: {"story": STORY | (story or {})}}
    for host, found in watch.items():
        answers.setdefault(host, {})["watch"] = found | changed.get(host, {})
    return {host: Output(0, json.dumps(answer)) for host, answer in answers.items()}


def test_a_router_on_one_host_that_all_reach_is_well(context: Context) -> None:
    verdict = check(context, "router").verdict(seen(context))
    assert verdict.outcome is Outcome.PASS
    assert verdict.seen == "on controller1, reached from controller1, controller2, in 20 s"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"controller2": {"active": True}}, "on controller1 and controller2"),
        ({"controller1": {"active": False}}, "on no host"),
        ({"controller2": {"reached": False}}, "does not answer controller2"),
        ({"controller1": {"reached": None}, "controller2": {"reached": None}}, "any DHCP host"),
        ({"story": {"unseen": ["controller2"]}}, "controller2 saw it after"),
        ({"story": {"left": ["routers"]}}, "routers of the check could not be deleted"),
    ],
)
def test_a_router_that_is_not_well_goes_red(context: Context, changed: dict[str, Any], said: str) -> None:
    verdict = check(context, "router").verdict(seen(context, **changed))
    assert verdict.outcome is Outcome.FAIL
    assert said in verdict.seen


def test_a_router_that_could_not_be_made_goes_red(context: Context) -> None:
    promise = check(context, "router")
    answers = dict(seen(context))
    broken = Output(1, "", "TimeoutError: no router was made")
    assert promise.verdict({**answers, "controller2": broken}).outcome is Outcome.FAIL
    assert promise.verdict({**answers, "controller2": None}).outcome is Outcome.UNKNOWN
    assert promise.verdict({**answers, context.client_host: None}).outcome is Outcome.UNKNOWN


NAMESPACES = (
    *("neutron", "neutron.agent", "neutron.base.agent", "neutron.db", "neutron.extensions", "neutron.ml2"),
    *("neutron.ml2.ovs.agent", "neutron.l3.agent", "neutron.dhcp.agent", "neutron.metadata.agent"),
    *("nova.auth", "placement.auth", "keystonemiddleware.auth_token", "oslo.db", "oslo.log"),
    *("oslo.messaging", "oslo.concurrency", "oslo.middleware.http_proxy_to_wsgi", "oslo.service.wsgi"),
)


def validated(context: Context, path: str, folder: Path) -> CompletedProcess[str]:
    """What oslo says of a file of the first controller."""
    name = Path(path).name
    argv = ["oslo-config-validator", "--input-file", f"/run/{name}"]
    for space in NAMESPACES:
        argv += ["--namespace", space]
    files = {name: file_of(COMPONENT, context, "controller1", path).content}
    return opinion(argv, files, folder, program="/usr/bin/neutron-l3-agent")


@pytest.mark.programs
@pytest.mark.parametrize("path", [CONF, ML2, *AGENT_FILES.values()])
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path, path: str) -> None:
    said = validated(context, path, tmp_path)
    assert "ERROR" not in said.stderr, said.stderr
    assert said.returncode == 0


def test_it_is_asked_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = {"binary": "a", "host": "h", "alive": True, "admin_state_up": True, "id": "x"}
    kinds = {"extensions": [{"alias": "router"}, {"alias": "agent"}], "agents": [agent]}

    def answer(_method: str, url: str, _body: object) -> dict[str, Any]:
        kind = url.rpartition("/")[2]
        return {kind: kinds[kind]}

    asked = Asked(answer)
    monkeypatch.setattr(look, "Api", asked)
    found = look.main({"keystone": "https://k:5000", "neutron": "https://n:9696", "password": "p"})
    assert found["extensions"] == ["agent", "router"]
    assert found["agents"] == [{key: value for key, value in agent.items() if key != "id"}]
    assert asked.said == ["GET https://n:9696/v2.0/extensions", "GET https://n:9696/v2.0/agents"]

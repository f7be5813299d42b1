"""Neutron whose agents move from host to host, with its API or without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.components.fixed import file_of
from tests.components.neutron.test_neutron import validated
from tests.components.neutron.test_router import Fake
from tests.components.virtual import LAB, clouds

from fournines.components.neutron.component import COMPONENT
from fournines.components.neutron.deploy import AGENT_FILES
from fournines.components.neutron.model import (
    AGENT_UNITS,
    CONF,
    GROUP,
    LEAVE,
    MONITORS,
    SERVER_UNITS,
    Options,
)
from fournines.components.neutron.on_host import cloud, router, stand
from fournines.errors import SpecError
from fournines.kit.check import Check, Output
from fournines.kit.context import Context
from fournines.kit.declare import Resource
from fournines.kit.probe import Reached
from fournines.kit.step import Unit, unit_file
from fournines.kit.verdict import Outcome
from fournines.plan.vocabulary import vocabulary
from fournines.spec.load import loads

GOLDEN = Path(__file__).parent / "golden" / "moving"
MOVES = LAB.replace("lab: true\n", "lab: true\nmode: active-passive\n")
MIXED = f"{MOVES}components: {{neutron: {{api_mode: active-active}}}}\n"
NAME = "clouds.network"
HOSTS = ("controller1", "controller2")


@pytest.fixture(scope="module", name="context")
def all_of_it_moves() -> Context:
    return clouds(MOVES)


@pytest.fixture(scope="module", name="mixed")
def agents_move() -> Context:
    return clouds(MIXED)


def check(context: Context, name: str) -> Check:
    return next(c for c in COMPONENT.checks(context) if c.id == f"neutron.{name}")


def left_to_the_cluster(context: Context) -> set[str]:
    steps = COMPONENT.steps(context, context.site.hosts["controller1"])
    return {one.name for one in steps if isinstance(one, Unit) and one.running is None}


@pytest.mark.parametrize("path", [CONF, *AGENT_FILES.values(), unit_file(LEAVE)])
def test_the_whole_file_is_as_reviewed(context: Context, path: str) -> None:
    found = file_of(COMPONENT, context, "controller1", path)
    assert found.content == (GOLDEN / Path(path).name).read_text()


def test_who_has_the_agents_has_their_name_on_either_host(context: Context) -> None:
    for path in AGENT_FILES.values():
        for host in HOSTS:
            assert f"\nhost = {NAME}\n" in file_of(COMPONENT, context, host, path).content
    for host in HOSTS:
        assert f"\nhost = {host}\n" in file_of(COMPONENT, context, host, CONF).content


def test_the_agents_are_a_group_whose_first_takes_off_the_host_what_they_leave(context: Context) -> None:
    group = [one for one in context.declared(Resource) if one.group == GROUP]
    assert [one.unit for one in group] == [LEAVE, *AGENT_UNITS.values()]
    assert {one.hosts for one in group} == {HOSTS}
    assert [one.name for one in group if one.asked is None] == ["neutron-leave"], "it has nothing to do"


def test_what_moves_is_left_to_the_cluster(context: Context, mixed: Context) -> None:
    agents = {LEAVE, *AGENT_UNITS.values()}
    assert left_to_the_cluster(mixed) == agents
    assert left_to_the_cluster(context) == agents | set(SERVER_UNITS.values())
    assert not [one for one in mixed.declared(Resource) if one.name == "neutron"]
    assert context.endpoint("neutron").one_host
    assert not mixed.endpoint("neutron").one_host


def test_the_server_hears_from_the_name_that_moves(context: Context) -> None:
    promise = check(context, "agents")
    binaries = [unit.removesuffix(".service") for unit in AGENT_UNITS.values()]

    def verdict(host: str) -> Outcome:
        agents = [{"binary": b, "host": host, "alive": True, "admin_state_up": True} for b in binaries]
        said = Output(0, json.dumps({"extensions": [], "agents": agents, "seconds": 0.1}))
        return promise.verdict(dict.fromkeys(promise.asks, said)).outcome

    assert verdict(NAME) is Outcome.PASS
    assert verdict("controller1") is Outcome.FAIL


def test_an_agent_on_two_hosts_goes_red(mixed: Context) -> None:
    def shown(state: str) -> Output:
        unit = AGENT_UNITS["l3"]
        return Output(0, f"Id={unit}\nActiveState={state}\nSubState=s\nUnitFileState=disabled\n")

    promise = check(mixed, "l3-agent-unit")
    assert promise.verdict({"controller1": shown("active"), "controller2": shown("inactive")}).passed
    twice = promise.verdict(dict.fromkeys(HOSTS, shown("active")))
    assert (twice.outcome, twice.seen) == (Outcome.FAIL, "it runs on controller1 and controller2")
    assert f"{MONITORS}.timer" in " ".join(check(mixed, "agent-units").asks["controller1"].argv)


def test_no_drill_is_about_a_second_dhcp_server(context: Context) -> None:
    assert [one.name for one in context.declared(Reached)] == ["router"]


APART = MOVES.replace("[arbiter], mgmt: 10.0.0.10", "[arbiter, network], mgmt: 10.0.0.10, tenant: 10.1.0.10")
GUESTS = MOVES.replace("2: {roles: [controller]", "2: {roles: [controller, compute]")
GUESTS = GUESTS.replace("[keystone, neutron]", "[keystone, glance, placement, neutron, nova]")
APART = APART.replace("[controller], mgmt: 10.0.0.11", "[controller, network], mgmt: 10.0.0.11")


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (APART, "", "arbiter is no controller: the cluster moves"),
        (GUESTS, "", "controller2 has instances"),
        (MOVES, "l3_agents_per_router: 2", "one host at a time has every router"),
    ],
)
def test_what_cannot_move_is_refused_in_the_site_file_and_taken_where_it_stays(
    text: str, options: str, said: str
) -> None:
    beside = "glance: {mode: active-active}, " if "glance" in text else ""
    with pytest.raises(SpecError, match=said):
        loads(f"{text}components: {{{beside}neutron: {{{options}}}}}\n", Path("site.yaml"), vocabulary())
    stays = ", ".join(one for one in ("mode: active-active", options) if one)
    loads(f"{text}components: {{{beside}neutron: {{{stays}}}}}\n", Path("site.yaml"), vocabulary())


def test_one_host_serves_dhcp(context: Context) -> None:
    assert "dhcp_agents_per_network = 1\n" in file_of(COMPONENT, context, "controller1", CONF).content
    assert Options().dhcp_agents_per_network == 2


@pytest.mark.programs
@pytest.mark.parametrize("path", [CONF, *AGENT_FILES.values()])
def test_oslo_reads_every_option_we_write(context: Context, tmp_path: Path, path: str) -> None:
    said = validated(context, path, tmp_path)
    assert "ERROR" not in said.stderr, said.stderr
    assert said.returncode == 0


# --- the check's router, and a drill's -----------------------------------------------------------------


class One(Fake):
    """Neutron without VRRP: the agents have wired a network's ports, or not yet."""

    def __init__(self, status: str = "ACTIVE", *, dhcp: bool = True) -> None:
        super().__init__("nobody")
        self.status, self.dhcp = status, dhcp

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        if path.startswith("ports?network_id="):
            network = path.rpartition("=")[2]
            owners = ["network:router_interface", *(["network:dhcp"] if self.dhcp else [])]
            return {
                "ports": [{"device_owner": o, "status": self.status, "network_id": network} for o in owners]
            }
        return super().get(path)

    def made(self) -> None:
        network = self.post("networks", "network", name=cloud.NAME)["id"]
        made = self.post("routers", "router", name=cloud.NAME)["id"]
        fixed = [{"ip_address": router.GATEWAY}]
        port = {"device_id": made, "network_id": network, "fixed_ips": fixed}
        self.post("ports", "port", device_owner="network:router_interface", **port)


@pytest.mark.parametrize(
    ("here", "found"),
    [(True, {"active": True, "reached": True}), (False, {"active": False, "reached": None})],
)
def test_who_has_the_agents_has_router_and_dhcp_and_the_others_have_neither(
    monkeypatch: pytest.MonkeyPatch, *, here: bool, found: dict[str, object]
) -> None:
    fake = One()
    fake.made()
    said = {"address": f"5: qr-1 inet {router.GATEWAY}/24 scope", "link": "2: tap1", "-c": "64 bytes from 1"}

    def within(_: str, *argv: str) -> str:
        return next(text for word, text in said.items() if word in argv) if here else ""

    monkeypatch.setattr(router, "_within", within)
    assert router.watch(fake, "controller1", 5, ha=False) == found
    assert fake.things["routers"][0]["tags"] == ["seen-controller1"]


@pytest.mark.parametrize(
    ("fake", "why"), [(One("DOWN"), "network:router_interface is DOWN"), (One(dhcp=False), "no DHCP server")]
)
def test_a_host_that_looks_too_early_has_seen_nothing(
    monkeypatch: pytest.MonkeyPatch, fake: One, why: str
) -> None:
    fake.made()
    monkeypatch.setattr(router, "_within", lambda *_: "")
    monkeypatch.setattr(router, "PAUSE", 0.0)
    with pytest.raises(TimeoutError, match=why):
        router.watch(fake, "controller1", 0.01, ha=False)


def test_a_drills_router_is_there_once_its_port_outside_is_wired(monkeypatch: pytest.MonkeyPatch) -> None:
    class Outside(One):
        def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
            made = super().post(path, kind, **values)
            if kind == "router":
                assert values["ha"] is False
                made["external_gateway_info"]["external_fixed_ips"] = [{"ip_address": "10.1.0.9"}]
                port = {"device_owner": "network:router_gateway", "status": self.status}
                self.things["ports"].append({"id": "p", "device_id": made["id"], **port})
            return made

    monkeypatch.setattr(stand, "PAUSE", 0.0)
    asked = ("external", "10.1.0.0/24", ["10.1.0.9", "10.1.0.9"])
    assert stand.stand(Outside(), *asked, 5, ha=False) == "10.1.0.9"
    with pytest.raises(TimeoutError, match="network:router_gateway is DOWN"):
        stand.stand(Outside("DOWN"), *asked, 0.0, ha=False)

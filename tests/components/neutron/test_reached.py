"""The router of a drill: where it gets an address, who is asked whether it has it, and that it goes again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.components.neutron.test_router import Fake
from tests.components.virtual import REAL, clouds

from fournines.components.neutron.faults import address_of
from fournines.components.neutron.model import POOL, free_run
from fournines.components.neutron.on_host import stand
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.probe import Reached

ADDRESSES = ["10.1.0.238", "10.1.0.253"]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand, "PAUSE", 0.0)


def router(context: Context) -> Reached:
    return next(one for one in context.declared(Reached) if one.name == "router")


def asked(context: Context) -> dict[str, Any] | None:
    ask = router(context).make(context)
    return None if ask is None else json.loads(ask.stdin)


def test_a_drills_router_gets_addresses_that_are_nobodys() -> None:
    question = asked(clouds())
    assert question is not None
    assert (question["physical"], question["cidr"]) == ("external", "10.1.0.0/24")
    assert question["pool"] == ADDRESSES, "the last one is the lab's own"


def test_on_real_machines_it_uses_the_external_network_that_is_there() -> None:
    question = asked(clouds(REAL))
    assert question is not None
    assert question["pool"] == []
    closed = REAL.replace("  public: {purpose: provider}\n", "").replace(", public: {interface: enp2s0}", "")
    assert asked(clouds(closed)) is None


def test_hosts_of_networks_are_asked_who_has_it() -> None:
    one = router(clouds(REAL))
    assert one.hosts == ("network1", "network2")
    assert one.has("10.1.0.240").argv[-1] == "10.1.0.240"


def test_taking_it_away_says_nothing_of_what_was_made() -> None:
    context = clouds()
    one = router(context)
    assert set(json.loads(one.unmake(context).stdin)) == {"keystone", "neutron", "password"}


def test_its_address_is_read_or_said_why_not() -> None:
    assert address_of(Output(0, '{"address": "10.1.0.240"}')) == "10.1.0.240"
    with pytest.raises(OSError, match="not one host is active"):
        address_of(Output(1, "", "TimeoutError: not one host is active: {}"))


@given(st.sets(st.integers(1, 62)))
def test_a_run_of_free_addresses_is_free_whole_and_the_highest(taken: set[int]) -> None:
    cidr = IPv4Network("10.1.0.0/26")
    found = free_run(cidr, {cidr[n] for n in taken})
    free = [n for n in range(1, 63) if n not in taken]
    assert (found is None) is (not free)
    if found:
        first, last = (int(one) - int(cidr[0]) for one in found)
        assert last == free[-1]
        assert taken.isdisjoint(range(first, last + 1))
        assert last - first < POOL
        assert last - first == POOL - 1 or first == 1 or first - 1 in taken


class Outside(Fake):
    """Neutron that gives a router an address outside."""

    def post(self, path: str, kind: str, **values: object) -> dict[str, Any]:
        made = super().post(path, kind, **values)
        if kind == "router":
            made["external_gateway_info"]["external_fixed_ips"] = [{"ip_address": ADDRESSES[0]}]
        return made


def test_it_stands_until_it_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Outside()
    monkeypatch.setattr(stand, "Cloud", lambda _: fake)
    wanted = {"physical": "external", "cidr": "10.1.0.0/24", "pool": ADDRESSES, "seconds": 5}
    assert stand.main({"keystone": "", "neutron": "", "password": "", **wanted}) == {"address": ADDRESSES[0]}
    (network,), (subnet,) = fake.things["networks"], fake.things["subnets"]
    assert (network["name"], network["provider:physical_network"]) == (stand.NAME, "external")
    assert subnet["allocation_pools"] == [{"start": ADDRESSES[0], "end": ADDRESSES[1]}]
    kept = {"id": "kept", "name": "somebody's", "created_at": datetime.now(UTC).isoformat()}
    fake.things["networks"].append(kept)
    assert stand.main({"keystone": "", "neutron": "", "password": ""}) == {"address": ""}
    assert fake.things["networks"] == [kept]
    assert not fake.things["routers"]


def test_what_a_drill_left_that_was_cut_off_goes_before_the_next() -> None:
    fake = Outside()
    left = fake.post("routers", "router", name=stand.NAME, external_gateway_info={})
    stand.stand(fake, "external", "10.1.0.0/24", ADDRESSES, 5)
    assert left not in fake.things["routers"]
    assert len(fake.things["routers"]) == 1


@pytest.mark.parametrize("active", [("controller1", "controller2"), ("nobody",)])
def test_a_router_that_is_not_active_on_exactly_one_host_is_not_pinged(active: tuple[str, ...]) -> None:
    with pytest.raises(TimeoutError, match="not one host is active"):
        stand.stand(Outside(*active), "external", "10.1.0.0/24", ADDRESSES, 0.0)


def test_somebodys_external_network_is_used_as_it_is() -> None:
    fake = Outside()
    outside = fake.post("networks", "network", name="public", subnets=["s"])
    outside |= {"router:external": "true", "provider:physical_network": "external"}
    stand.stand(fake, "external", "", [], 5)
    assert fake.things["networks"] == [outside]
    assert fake.things["routers"][0]["external_gateway_info"]["network_id"] == outside["id"]


def test_no_external_network_is_made_where_addresses_may_be_somebodys() -> None:
    with pytest.raises(LookupError, match="no external network"):
        stand.stand(Outside(), "external", "", [], 0.0)

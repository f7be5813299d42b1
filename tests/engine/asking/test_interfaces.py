"""Interfaces are found by address, before anything that names one is written."""

from __future__ import annotations

import json

import anyio
import pytest

from fournines.engine.asking.interfaces import ADDRESSES, interfaces, with_interfaces
from fournines.engine.wire.transport import Call, Fake
from fournines.errors import HostError, TransportError
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.step import File
from fournines.plan.make import make_plan
from fournines.plan.model import Plan

OWN = {"controller1": "10.0.0.11", "controller2": "10.0.0.12"}


def links(**addresses: str) -> Output:
    said = [{"ifname": "lo", "addr_info": [{"family": "inet", "local": "127.0.0.1"}]}, {"ifname": "down0"}]
    said += [{"ifname": name, "addr_info": [{"family": "inet", "local": a}]} for name, a in addresses.items()]
    return Output(0, json.dumps(said))


def wire(name: str) -> Fake:
    return Fake(lambda call: links(**{"enp9s0": "192.0.2.1", name: OWN[call.host]}))


@pytest.fixture(scope="module")
def plan(blog_context: Context) -> Plan:
    return make_plan(blog_context.site, blog_context.secrets)


def conf(plan: Plan, host: str) -> str:
    files = [s for p in plan.phases for s in p.steps.get(host, ()) if isinstance(s, File)]
    return next(f.content for f in files if f.path == "/etc/keepalived/keepalived.conf")


def test_files_name_what_the_host_has(plan: Plan) -> None:
    transport = wire("ens3")
    found = anyio.run(with_interfaces, plan, transport)
    assert "10.0.0.20/24 dev ens3" in conf(found, "controller2")
    assert "    interface ens3\n" in conf(found, "controller1")
    assert {call.host for call in transport.calls} == {"controller1", "controller2"}
    assert {call.argv for call in transport.calls} == {ADDRESSES}


def test_a_plan_that_assumed_right_stays_the_same(plan: Plan) -> None:
    assert anyio.run(with_interfaces, plan, wire("eth0")) is plan


def test_named_interfaces_are_not_asked_for(blog_context: Context) -> None:
    site = blog_context.site
    networks = {n: v.model_copy(update={"interface": "bond0"}) for n, v in site.networks.items()}
    named = make_plan(site.model_copy(update={"networks": networks}), blog_context.secrets)
    transport = wire("ens3")
    assert anyio.run(with_interfaces, named, transport) is named
    assert transport.calls == []
    assert "10.0.0.20/24 dev bond0" in conf(named, "controller1")


def test_a_host_without_its_address_is_an_error_with_what_it_has(plan: Plan) -> None:
    transport = Fake(lambda _: links(ens3="10.0.0.99"))
    with pytest.raises(HostError) as caught:
        anyio.run(with_interfaces, plan, transport)
    assert caught.value.where == "controller1"
    assert "10.0.0.11; it has 10.0.0.99 on ens3" in caught.value.what
    assert caught.value.try_this
    assert all(call.argv == ADDRESSES for call in transport.calls)


def test_a_host_that_is_not_there_says_why(plan: Plan) -> None:
    def gone(call: Call) -> Output:
        raise TransportError("no route to host", where=call.host)

    with pytest.raises(TransportError, match="no route to host"):
        anyio.run(with_interfaces, plan, Fake(gone))


@pytest.mark.parametrize("text", ["", "ip: not found", "[1]", '[{"addr_info": [{"local": "x"}]}]', "null"])
def test_an_answer_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(HostError) as caught:
        interfaces("one", Output(127, text))
    assert caught.value.where == "one"
    assert "networks.NAME.interface" in str(caught.value.try_this)

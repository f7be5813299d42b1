"""The clients of the blog's site, made from what its components declare."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest
from tests.components.virtual import clouds

from fournines.engine.wire.transport import Fake
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.declare import Database, Endpoint
from fournines.kit.probe import Identity, QueueLedger, TableLedger
from fournines.probe.fleet import fleet_of


def test_the_blogs_site_is_watched_from_every_side(blog_context: Context) -> None:
    fleet = fleet_of(blog_context, "run")
    assert fleet.missing == ()
    assert {"keystone", "glance"} <= {client.name for client in fleet.http}
    assert [p.leader for p in fleet.publishers] == ["dashboard", "controller1", "controller2"]
    assert {client.kind for client in fleet.clients} == {"vip", "http", "token", "sql", "amqp"}
    names = [client.name for client in fleet.clients]
    assert len(names) == len(set(names))


def test_apis_are_asked_as_their_balancer_asks_them(blog_context: Context) -> None:
    asks = {client.name: client.asks for client in fleet_of(blog_context, "run").http}
    assert asks["keystone"].startswith("GET https://controller:5000/healthcheck, a fresh connection")


def test_many_apis_are_asked_no_more_often_together_than_a_few(blog_context: Context) -> None:
    few = {client.interval for client in fleet_of(blog_context, "run").http}
    assert few == {0.1}
    api = next(one for one in blog_context.declared(Endpoint) if one.name == "keystone")
    more = tuple(replace(api, name=f"api{number}", port=9000 + number) for number in range(9))
    declared = (*(d for d in blog_context.declarations if not isinstance(d, Endpoint) or not d.http), *more)
    many = fleet_of(replace(blog_context, declarations=declared), "run").http
    assert len(many) == 9
    assert sum(1 / client.interval for client in many) == pytest.approx(30)


def test_clients_of_emulated_hosts_are_patient(blog_context: Context) -> None:
    usual, patient = fleet_of(blog_context, "run"), fleet_of(blog_context, "run", patience=4)
    factors = {b.kind: b.timeout / a.timeout for a, b in zip(usual.clients, patient.clients, strict=True)}
    assert (factors["http"], factors["token"], factors["sql"], factors["amqp"]) == (4, 4, 4, 1)
    paces = {b.kind: b.interval / a.interval for a, b in zip(usual.clients, patient.clients, strict=True)}
    assert (paces["http"], paces["token"], paces["sql"], paces["vip"], paces["amqp"]) == (16, 16, 4, 4, 1)


def test_only_the_sites_own_authority_is_trusted(blog_context: Context) -> None:
    (keystone,) = (c for c in fleet_of(blog_context, "run").http if c.name == "keystone")
    trust = keystone._place.tls
    assert trust is not None
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname
    (authority,) = trust.get_ca_certs()
    assert "fournines authority of blog" in str(authority["subject"])


def test_the_identity_service_is_the_one_that_says_so(blog_context: Context) -> None:
    """Whatever it is called: a component brings its own probe by declaring it."""
    kept = [d for d in blog_context.declarations if not isinstance(d, Identity)]
    assert fleet_of(replace(blog_context, declarations=tuple(kept)), "run").token is None
    other = fleet_of(replace(blog_context, declarations=(*kept, Identity("glance"))), "run").token
    assert other is not None
    assert ":9292/v3/auth/tokens" in other.asks


def test_what_is_not_declared_is_not_watched_and_said(blog_context: Context) -> None:
    bare = replace(blog_context, declarations=())
    fleet = fleet_of(bare, "run")
    assert [client.name for client in fleet.clients] == ["vip"]
    assert len(fleet.missing) == 4


def test_ledgers_are_the_ones_set_aside_for_them(blog_context: Context) -> None:
    ledgers = (TableLedger, QueueLedger)
    kept = tuple(d for d in blog_context.declarations if not isinstance(d, ledgers))
    assert any(isinstance(d, Database) for d in kept)
    assert any(isinstance(d, Endpoint) for d in kept)
    fleet = fleet_of(replace(blog_context, declarations=kept), "run")
    assert fleet.sql is None
    assert fleet.publishers == ()


def test_a_drill_names_its_clients_table_rows_and_queues_after_the_run(blog_context: Context) -> None:
    fleet = fleet_of(blog_context, "vip-power-1")
    assert fleet.sql is not None
    assert fleet.sql.client == "vip-power-1"
    assert all("vip-power-1" in publisher.queue for publisher in fleet.publishers)


def test_what_is_pinged_is_made_for_the_drill_that_is_about_it_alone() -> None:
    context, transport = clouds(), Fake(lambda _: Output(0, ""))
    fleet = fleet_of(context, "run", transport)
    assert [client.kind for client in fleet.reaching("router").reached] == ["ping"]
    (guest,) = fleet.reaching("dhcp").reached
    assert (guest.kind, guest.serial, guest.timeout) == ("lease", True, 4.0)
    assert guest.asks.endswith(", on controller1")
    assert fleet.reaching("").reached == ()
    assert fleet_of(context, "run").reached == ()
    assert transport.calls == [], "nothing is made before it is opened"

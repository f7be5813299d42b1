"""The clients of a site, made from what its components declare."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from fournines.engine.wire.transport import Transport
from fournines.kit import declare
from fournines.kit.context import Context
from fournines.kit.declare import Database, Endpoint, MessageUser
from fournines.kit.openstack import ADMIN_PASSWORD
from fournines.kit.probe import Identity, ObjectLedger, QueueLedger, Reached, TableLedger
from fournines.probe.amqp import AmqpClient, Brokers
from fournines.probe.asked import AskedClient
from fournines.probe.client import Client
from fournines.probe.http import HttpClient, Place, Request
from fournines.probe.made import Made
from fournines.probe.objects import ObjectClient, ObjectPlace, ObjectReader
from fournines.probe.ping import PingClient
from fournines.probe.sql import SqlClient, SqlPlace
from fournines.probe.token import Login, TokenClient
from fournines.probe.vip import VipClient
from fournines.spec.model import Site

_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_INTERVAL = 0.1
"""Seconds between two questions of a client of an API, where there are few."""
_EACH_SECOND = 30.0
"""How many questions all APIs together are asked each second at most: a fresh connection with TLS each time
costs the client, the VIP's holder and the API. Seven APIs at ``_INTERVAL`` each: the clients of a drill took
half a processor, before anybody who was ordinary."""
_TOKEN = 0.25
"""The same of the one that has a token validated, which takes an API longer."""
_LISTEN = 0.05
"""Seconds in which answers for the VIP are collected."""
_SELDOM = 0.5
"""The same where an answer is dear: who measures must not be the load."""


@dataclass(frozen=True)
class Fleet:
    """The clients of one run. A site without a broker, say, has no publishers; ``missing`` says so."""

    http: tuple[HttpClient, ...] = ()
    token: TokenClient | None = None
    sql: SqlClient | None = None
    publishers: tuple[AmqpClient, ...] = ()
    objects: ObjectClient | None = None
    reader: ObjectReader | None = None
    vip: VipClient | None = None
    reached: tuple[PingClient | AskedClient, ...] = ()
    brokers: Brokers | None = None
    missing: tuple[str, ...] = ()

    @property
    def clients(self) -> tuple[Client, ...]:
        """All of them, the VIP's first."""
        served = (*self.http, self.token, self.sql, *self.publishers, self.objects, self.reader)
        maybe = (self.vip, *self.reached, *served)
        return tuple(client for client in maybe if client is not None)

    def reaching(self, name: str) -> Fleet:
        """The same, with this alone of all that could be made and reached: making costs more than asking."""
        return replace(self, reached=tuple(one for one in self.reached if one.name == name))

    async def open(self) -> Fleet:
        """Prepare every client; the fleet that is left.

        The VIP can only be asked for from its own network: without that, or without the right to, the
        fleet does without and says so.

        Raises:
            OSError: a client got no answer.
            DrillError: the site refused a token.
        """
        fleet = self
        if fleet.vip is not None:
            try:
                await fleet.vip.open()
            except OSError as error:
                fleet = replace(fleet, vip=None, missing=(*fleet.missing, f"VIP owner: {error}"))
        for client in fleet.clients:
            if client is not fleet.vip:
                await client.open()
        return fleet

    async def close(self) -> None:
        """Let go of all connections."""
        for client in self.clients:
            await client.close()


FleetMaker = Callable[[str], Fleet]
"""Makes the clients of one run; the argument names the run in ledgers and queues."""


def fleet_of(
    context: Context, run: str, transport: Transport | None = None, *, patience: float = 1.0
) -> Fleet:
    """The clients of a site for one run; ``run`` names it in ledgers and queues.

    Without a transport, by which it is made on a host, nothing is pinged that only exists for a drill.
    ``patience`` is by how much longer than usual an answer of the VIP, an API or the database may take, and
    by how much less often it is asked for: of slow hosts the clients would else be the load. An API is asked
    less often by its square, because each answer costs such a host so much more: asked six times more seldom
    than usual an emulated Keystone had its whole queue full of questions nobody waited for any more.
    """
    site = context.site
    endpoints = {e.name: e for e in context.declared(Endpoint)}
    trust = _trust(context)
    apis = [e for e in endpoints.values() if e.http and e.health]
    interval = max(_INTERVAL, round(len(apis) / _EACH_SECOND, 2))
    http = tuple(_http(site, one, trust, interval, patience) for one in apis)
    identity = next((endpoints.get(one.endpoint) for one in context.declared(Identity)), None)
    token = None
    objects = None
    if identity is not None and ADMIN_PASSWORD in context.secrets:
        login = Login("admin", context.secret(ADMIN_PASSWORD), "admin")
        place = _place(site, identity, trust)
        token = TokenClient(place, login, interval=_TOKEN * patience**2, timeout=2.0 * patience)
        objects = _objects(context, endpoints, trust, _place(site, identity, trust), login)
    sql = _sql(context, endpoints, run, patience)
    brokers = _brokers(context)
    publishers = (
        tuple(AmqpClient(brokers, name, run) for name, _ in brokers.members) if brokers is not None else ()
    )
    hosts = {h.name: site.address(h, site.vip.network) for h in site.controllers}
    vip = VipClient(site.vip.address, hosts, interval=_INTERVAL * patience, listen=_LISTEN * patience)
    absent = {
        "HTTP: no endpoint is declared": not http,
        "old token: no identity service": token is None,
        "SQL: no ledger database is declared": sql is None,
        "publish: no ledger on the broker is declared": not publishers,
    }
    return Fleet(
        http=http,
        token=token,
        sql=sql,
        publishers=publishers,
        objects=ObjectClient(objects, run) if objects is not None else None,
        reader=ObjectReader(objects, run) if objects is not None else None,
        vip=vip,
        reached=tuple(_reached(context, transport, patience)) if transport is not None else (),
        brokers=brokers,
        missing=tuple(what for what, gone in absent.items() if gone),
    )


def _trust(context: Context) -> ssl.SSLContext:
    """Trust in the site's own authority and nobody else; in nobody where the site has none."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority = context.secrets.get("tls/authority", "")
    if _CERTIFICATE in authority:
        trust.load_verify_locations(cadata=authority[authority.index(_CERTIFICATE) :])
    return trust


def _place(site: Site, endpoint: Endpoint, trust: ssl.SSLContext) -> Place:
    tls = trust if endpoint.tls else None
    return Place(str(site.vip.address), endpoint.port, site.vip_name, tls)


def _http(
    site: Site, endpoint: Endpoint, trust: ssl.SSLContext, interval: float, patience: float
) -> HttpClient:
    health = endpoint.health
    if health is None:
        raise ValueError(f"{endpoint.name} has no path to ask for")
    expect = frozenset(int(code) for code in health.expect.split(","))
    request = Request(health.path, health.method)
    place = _place(site, endpoint, trust)
    pause = (interval if health.every is None else max(interval, _SELDOM)) * patience**2
    return HttpClient(endpoint.name, place, request, expect=expect, interval=pause, timeout=patience)


def _objects(
    context: Context, endpoints: dict[str, Endpoint], trust: ssl.SSLContext, identity: Place, login: Login
) -> ObjectPlace | None:
    """Where objects are; None in a site without a store, of which nothing is said: most have none."""
    ledger = next(iter(context.declared(ObjectLedger)), None)
    if ledger is None:
        return None
    store = _place(context.site, endpoints[ledger.endpoint], trust)
    return ObjectPlace(store, identity, login, ledger.account)


def _sql(context: Context, endpoints: dict[str, Endpoint], run: str, patience: float) -> SqlClient | None:
    ledger = next(iter(context.declared(TableLedger)), None)
    if ledger is None:
        return None
    owned = next(d for d in context.declared(Database) if d.name == ledger.database)
    place = SqlPlace(
        str(context.site.vip.address),
        endpoints[ledger.endpoint].port,
        owned.user,
        context.secret(owned.password),
        owned.name,
    )
    return SqlClient(place, run, interval=_INTERVAL * patience, patience=patience)


def _reached(context: Context, transport: Transport, patience: float) -> Iterator[PingClient | AskedClient]:
    for one in context.declared(Reached):
        make = one.make(context)
        if make is not None:
            host, unmake = one.at or context.client_host, one.unmake(context)
            made = Made(one.name, transport, host, make=make, address=one.address, unmake=unmake)
            yield AskedClient(made, one.asked, patience=patience) if one.asked else PingClient(made)


def _brokers(context: Context) -> Brokers | None:
    ledger = next(iter(context.declared(QueueLedger)), None)
    if ledger is None:
        return None
    owned = next(u for u in context.declared(MessageUser) if u.vhost == ledger.vhost)
    declared = context.one(declare.Brokers)
    members = tuple((name, str(context.site.address(name))) for name in declared.hosts)
    return Brokers(members, owned.user, context.secret(owned.password), owned.vhost, declared.port)

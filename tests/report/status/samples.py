"""A site at a glance, as hosts would tell of it: explicit answers, no host needed."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePath

from tests.engine.simulation import phase

from fournines.components.haproxy.checks import BACKENDS, usable_backends
from fournines.kit.check import Output
from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.probe import BackendsSeen
from fournines.kit.step import Unit
from fournines.plan.model import Plan
from fournines.spec.model import Host, Network, Role, Site, Vip

VIP = "10.0.0.20"
ADDRESS = {"dashboard": "10.0.0.10", "controller1": "10.0.0.11", "controller2": "10.0.0.12"}
UNITS = {
    "dashboard": ("chrony.service",),
    "controller1": ("haproxy.service", "mariadb.service"),
    "controller2": ("haproxy.service", "mariadb.service"),
}
ENDPOINTS = (
    Endpoint("keystone", 5000, ("controller1", "controller2"), None),
    Endpoint("galera", 3306, ("controller1", "controller2"), None, http=False, single_writer=True),
)


SEEN = BackendsSeen(BACKENDS, usable_backends)
CLUSTER = "mgmt"
ROLES = {
    "dashboard": (Role.DASHBOARD, Role.ARBITER),
    "controller1": (Role.CONTROLLER,),
    "controller2": (Role.CONTROLLER,),
}
SITE = Site(
    name="blog",
    networks={CLUSTER: Network(cidr=IPv4Network("10.0.0.0/24"))},
    vips={"controller": Vip(network=CLUSTER, address=IPv4Address(VIP))},
    hosts={
        name: Host(name=name, roles=roles, addresses={CLUSTER: IPv4Address(ADDRESS[name])})
        for name, roles in ROLES.items()
    },
    services=("keystone",),
    file=PurePath("blog.yaml"),
)
PLAN = Plan(
    Context(SITE, (*ENDPOINTS, SEEN), {}),
    (phase("all", {host: tuple(map(Unit, units)) for host, units in UNITS.items()}),),
    (),
)


def look(
    host: str, *, vip: bool = False, states: Mapping[str, tuple[str, str]] | None = None, up: str = "  4711\n"
) -> Output:
    """What a host answers to a look."""
    told = dict.fromkeys(UNITS[host], ("active", "running")) | dict(states or {})
    addresses = [f"{ADDRESS[host]}/24 brd 10.0.0.255", *([f"{VIP}/32"] if vip else [])]
    lines = [
        f"{n}: eth0    inet {a} scope global eth0\\ valid_lft forever" for n, a in enumerate(addresses, 2)
    ]
    blocks = [f"Id={u}\nActiveState={a}\nSubState={s}\n" for u, (a, s) in told.items()]
    return Output(0, up + "--\n" + "\n".join(lines) + "\n--\n" + "\n".join(blocks))


def pools(status: Mapping[tuple[str, str], str] | None = None) -> Output:
    """What HAProxy's runtime socket answers to ``show stat``: the columns that matter and one more."""
    rows = {(e.name, host): "UP" for e in ENDPOINTS for host in e.hosts} | dict(status or {})
    # The preferred writer is the last data host; the other one stands by.
    spare = {("galera", "controller1")}
    lines = ["# pxname,svname,qcur,status,act,bck,"]
    for (pool, host), said in rows.items():
        bck = int((pool, host) in spare)
        lines.append(f"{pool},{host},0,{said},{1 - bck},{bck},")
    return Output(0, "\n".join(lines) + "\n\n")


WELL_LOOKS = {
    "dashboard": look("dashboard"),
    "controller1": look("controller1"),
    "controller2": look("controller2", vip=True),
}
WELL_POOLS = {"controller1": pools(), "controller2": pools()}

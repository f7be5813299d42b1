"""Neutron's steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fournines.components.neutron.model import (
    AGENT_UNITS,
    CACHE_KEY,
    CONF,
    DATABASE,
    GUEST_PACKAGE,
    LEAVE,
    MESSAGES,
    METADATA_SECRET,
    MIGRATIONS,
    MONITORS,
    NETWORKS,
    PHYSICAL,
    PORT,
    SERVER_UNITS,
    SERVERS,
    STATE,
    USER,
    Options,
    agents_of,
    called,
    guest_host,
)
from fournines.kit import program
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import moving, service_unit
from fournines.kit.common.pinged import asking
from fournines.kit.context import Context
from fournines.kit.declare import Switch
from fournines.kit.openstack import (
    CA_BUNDLE,
    authtoken_section,
    credentials,
    database_section,
    messaging_section,
    offered,
    section,
    tables,
    transport_url,
)
from fournines.kit.step import Absent, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

ETC: Final = "/etc/neutron"
ML2: Final = f"{ETC}/plugins/ml2/ml2_conf.ini"
UWSGI: Final = f"{ETC}/neutron-api-uwsgi.ini"
LOCKS: Final = f"{STATE}/lock"

AGENT_FILES: Final = {
    "switch": f"{ETC}/plugins/ml2/openvswitch_agent.ini",
    "l3": f"{ETC}/l3_agent.ini",
    "dhcp": f"{ETC}/dhcp_agent.ini",
    "metadata": f"{ETC}/metadata_agent.ini",
}
_KEEPS: Final = frozenset({"l3", "dhcp"})
"""Agents whose children go on forwarding and answering while the agent is restarted."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The server: the API under uwsgi, who answers the agents, and who does what falls due."""
    options = context.options("neutron", Options)
    packages = tuple(unit.removesuffix(".service") for unit in SERVER_UNITS.values())
    yield Packages((*packages, "python3-pymysql", "python3-memcache"))
    yield from _common(context, host)
    yield File(
        UWSGI,
        context.render(
            "neutron",
            "neutron-api-uwsgi.ini.j2",
            **uwsgi.listens(context.site, host, PORT),
            options=options,
        ),
    )
    yield uwsgi.responder()
    api, rpc, periodic = (unit_file(unit) for unit in SERVER_UNITS.values())
    yield File(api, context.render("neutron", "neutron-api.service.j2", uwsgi=UWSGI))
    for path, does in ((rpc, "answers the agents"), (periodic, "does what falls due")):
        yield File(path, daemon(context, path, does, files=(CONF, ML2)))
    for path in (api, rpc, periodic):
        # Without its script of the old kind systemd knows no other unit of that name.
        yield Absent(script(path))
    yield from service_unit(context, _unit(api, (CONF, ML2, UWSGI, uwsgi.RESPONDER), "uwsgi-core"))
    yield from service_unit(context, _unit(rpc, (CONF, ML2)))
    yield from service_unit(context, _unit(periodic, (CONF, ML2)))
    if host == SERVERS.first(context.site):
        sync = ("neutron-db-manage", "--config-file", CONF, "--config-file", ML2, "upgrade", "heads")
        yield tables("neutron", context, DATABASE, MIGRATIONS, sync)


def agents(context: Context, host: Host) -> Iterator[Step]:
    """The agents of a host, each with its own file beside the one that all share."""
    units = {name: AGENT_UNITS[name] for name in agents_of(context.site, host)}
    guest = (GUEST_PACKAGE,) if host.name == guest_host(context.site) else ()
    yield Packages((*(unit.removesuffix(".service") for unit in units.values()), *guest))
    if not SERVERS.has(context.site, host):
        yield from _common(context, host)
    for name, unit in units.items():
        path, own = unit_file(unit), AGENT_FILES[name]
        yield File(own, agent_file(context, host, name), mode=0o640, group="neutron")
        yield File(path, daemon(context, path, "", files=(CONF, own), keeps=name in _KEEPS))
        yield Absent(script(path))
        wanted = _unit(path, (CONF, own))
        # A host of instances has an agent of the same kind, which stays.
        yield from service_unit(context, wanted) if NETWORKS.has(context.site, host) else (wanted,)
    if NETWORKS.has(context.site, host):
        yield from _monitors(context)
        if moving(context, LEAVE):
            yield from _leave(context)


def _leave(context: Context) -> Iterator[Step]:
    """What takes off a host what the agents made there; it is read anew each time, and need not restart."""
    yield program.install("neutron", "leave")
    ends = program.installed("neutron", "leave")
    yield File(unit_file(LEAVE), context.render("neutron", "leave.service.j2", program=ends))
    yield from service_unit(context, Unit(LEAVE))


def _monitors(context: Context) -> Iterator[Step]:
    """What ends the monitors that Neutron leaves of deleted routers, and deaf ones."""
    yield program.install("neutron", "monitors")
    for kind in ("service", "timer"):
        name = f"{MONITORS}.{kind}"
        ends = program.installed("neutron", "monitors")
        yield File(unit_file(name), context.render("neutron", f"monitors.{kind}.j2", program=ends))
    yield Unit(f"{MONITORS}.timer", restart_on=(unit_file(f"{MONITORS}.timer"),))


def _common(context: Context, host: Host) -> Iterator[Step]:
    """What the server and the agents read alike, and where they move who asks them whether they work."""
    options = context.options("neutron", Options)
    if options.moves_in(context.site) or options.api_moves_in(context.site):
        yield asking()
    yield Directory(LOCKS, mode=0o750, owner="neutron", group="neutron")
    yield File(CONF, configuration(context, host), mode=0o640, group="neutron")
    if SERVERS.has(context.site, host):
        external = context.one(Switch).external is not None
        yield File(
            ML2,
            context.render("neutron", "ml2_conf.ini.j2", physical=PHYSICAL if external else None),
            mode=0o640,
            group="neutron",
        )


def _unit(path: str, files: tuple[str, ...], *packages: str) -> Unit:
    name = path.rpartition("/")[2]
    return Unit(name, restart_on=(*files, path), rolling=True, packages=("python3-neutron", *packages))


def script(path: str) -> str:
    """The package's script of the old kind for a unit."""
    return f"/etc/init.d/{path.rpartition('/')[2].removesuffix('.service')}"


def daemon(context: Context, path: str, does: str, *, files: tuple[str, ...], keeps: bool = False) -> str:
    """A unit that runs the program of its own name with these configuration files."""
    name = path.rpartition("/")[2].removesuffix(".service")
    return context.render(
        "neutron",
        "neutron-daemon.service.j2",
        program=name,
        does=does,
        files=files,
        keeps=keeps,
        agent=name.endswith("-agent"),
    )


def configuration(context: Context, host: Host) -> str:
    """``neutron.conf`` of a host; the database's password only where the server runs."""
    site, options = context.site, context.options("neutron", Options)
    server = SERVERS.has(site, host)
    nova = offered(context, "compute")
    return context.render(
        "neutron",
        "neutron.conf.j2",
        host=host,
        options=options,
        moves=options.moves_in(site),
        pinged=options.moves_in(site) or options.api_moves_in(site),
        transport_url=transport_url(context, MESSAGES),
        messaging=messaging_section(context),
        locks=LOCKS,
        state=STATE,
        etc=ETC,
        nova=nova,
        database=database_section(context, DATABASE) if server else None,
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY) if server else None,
        peers=[section(name, credentials(context, USER)) for name in ("nova", "placement")]
        if server and nova
        else [],
    )


def agent_file(context: Context, host: Host, name: str) -> str:
    """An agent's own file."""
    switch, options = context.one(Switch), context.options("neutron", Options)
    known = called(context.site, options, host)
    return context.render(
        "neutron",
        f"{AGENT_FILES[name].rpartition('/')[2]}.j2",
        options=options,
        known=known if known != host.name else None,
        switch=switch,
        external=switch.external if NETWORKS.has(context.site, host) else None,
        physical=PHYSICAL,
        # The daemon's own ports would be gone from their namespaces after its restart.
        veth=switch.datapath == "netdev",
        local=context.site.address(host, switch.tunnels),
        vip=context.site.vip_name,
        ca=CA_BUNDLE,
        secret=context.secret(METADATA_SECRET),
        instances=offered(context, "compute"),
    )

"""Nova's steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fournines.components.nova.model import (
    API_DATABASE,
    API_MIGRATIONS,
    CACHE_KEY,
    CELL0,
    COMPUTE_UNIT,
    CONSOLE_PORT,
    CONTROL,
    DATABASE,
    DECIDING_UNITS,
    LIBVIRT_UNIT,
    MESSAGES,
    METADATA_PORT,
    MIGRATIONS,
    PORT,
    SERVING_UNITS,
    UNUSED_UNITS,
    USER,
    Options,
    Virt,
    virt,
)
from fournines.components.nova.on_host import cells
from fournines.kit import program
from fournines.kit.common import uwsgi
from fournines.kit.common.own_unit import own_unit
from fournines.kit.context import Context
from fournines.kit.declare import Brokers, MetadataProxy
from fournines.kit.openstack import (
    CA_BUNDLE,
    REGION,
    authtoken_section,
    cache_section,
    credentials,
    database_section,
    messaging_section,
    offered,
    public_url,
    schema_question,
    section,
    tables,
    transport_url,
)
from fournines.kit.step import Command, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

ETC: Final = "/etc/nova"
CONF: Final = f"{ETC}/nova.conf"
COMPUTE_CONF: Final = f"{ETC}/nova-compute.conf"
POLICY: Final = f"{ETC}/policy.d/50-services.yaml"
STATE: Final = "/var/lib/nova"
LOCKS: Final = f"{STATE}/locks"
"""Not below /run: systemd takes a unit's folder there away with the first of several units that stops."""
QEMU_CONF: Final = "/etc/libvirt/qemu.conf"
LIBVIRT_DEFAULTS: Final = "/etc/default/libvirtd"
APIS: Final = {
    "api": ("nova-api", "nova-api-wsgi", PORT),
    "metadata": ("nova-api-metadata", "nova-metadata-wsgi", METADATA_PORT),
}
"""What runs under uwsgi: its name, its program, its port."""
_DRIVERS: Final = {Virt.FAKE: "fake.FakeDriverWithoutFakeNodes"}
"""Who runs instances, in Nova's words. The plain fake driver would be another host after every restart."""
_LIBVIRT: Final = "libvirt.LibvirtDriver"
_HYPERVISORS: Final = {Virt.FAKE: "nova-compute-ironic"}
"""Of the packages one of which nova-compute wants, for the fake driver the one that brings no libvirt."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """What clients reach of a controller, and the file of all; tables and cells are made on the first host.

    The tables of what is known of all cells come first, then the cells, then the cells' own tables.
    """
    daemons = ("nova-api", "nova-scheduler", "nova-conductor", "nova-consoleproxy")
    yield Packages((*daemons, "python3-pymysql", "python3-memcache"))
    yield Directory(LOCKS, mode=0o750, owner="nova", group="nova")
    yield File(CONF, configuration(context, host), mode=0o640, group="nova")
    yield File(POLICY, context.render("nova", "50-services.yaml.j2"))
    for daemon in APIS:
        yield from _api(context, host, daemon)
    yield from _daemon(context, SERVING_UNITS["console"], "console proxy", CONF)
    for unit in UNUSED_UNITS:
        yield Unit(unit, enabled=False, running=False)
    if host == CONTROL.first(context.site):
        yield tables("nova", context, API_DATABASE, API_MIGRATIONS, ("nova-manage", "api_db", "sync"))
        yield _cells(context)
        yield tables("nova", context, CELL0, MIGRATIONS, ("nova-manage", "db", "sync"))
        yield tables("nova", context, DATABASE, MIGRATIONS, ("nova-manage", "db", "sync", "--local_cell"))


def deciders(context: Context, host: Host) -> Iterator[Step]:
    """Scheduler and conductor, which log in when they start."""
    del host
    for does, unit in DECIDING_UNITS.items():
        yield from _daemon(context, unit, does, CONF)


def computes(context: Context, host: Host) -> Iterator[Step]:
    """Who runs instances on a host, and who tells him to; no instance minds their restart."""
    kind = virt(context.site, context.options("nova", Options))
    yield Packages(("nova-compute", _HYPERVISORS.get(kind, "nova-compute-kvm")))
    yield Directory(LOCKS, mode=0o750, owner="nova", group="nova")
    yield File(COMPUTE_CONF, compute_configuration(context, host), mode=0o640, group="nova")
    if kind is not Virt.FAKE:
        files = [LIBVIRT_DEFAULTS]
        yield File(LIBVIRT_DEFAULTS, context.render("nova", "libvirtd.j2"))
        if context.site.lab:
            files.append(QEMU_CONF)
            yield File(QEMU_CONF, context.render("nova", "qemu.conf.j2"))
        yield Unit(LIBVIRT_UNIT, restart_on=tuple(files), packages=("libvirt-daemon",))
    yield from _daemon(context, COMPUTE_UNIT, "host of instances", COMPUTE_CONF, rolling=False)


def hosts(context: Context, host: Host) -> Iterator[Step]:
    """Hosts of instances that have told of themselves are put into the cell, from where work is given out.

    Nova's schedulers could look for such hosts by themselves, all of them at once; once is enough.
    """
    if host == CONTROL.first(context.site):
        yield Command(
            "nova: hosts of instances are in the cell",
            ("nova-manage", "cell_v2", "discover_hosts", "--by-service"),
            unless=program.argv(cells, "hosts"),
            unless_stdin=cells_question(context),
            user="nova",
        )


def _api(context: Context, host: Host, daemon: str) -> Iterator[Step]:
    name, wsgi, port = APIS[daemon]
    settings, unit = f"{ETC}/{name}-uwsgi.ini", unit_file(SERVING_UNITS[daemon])
    ini = context.render(
        "nova",
        "nova-api-uwsgi.ini.j2",
        name=name,
        wsgi=wsgi,
        **uwsgi.listens(context.site, host, port),
        # Green threads cannot be handed from one thread to another (eventlet): a process has one.
        options={"processes": context.options("nova", Options).processes, "threads": 1},
    )
    service = "Compute" if daemon == "api" else "Compute metadata"
    yield File(settings, ini)
    yield uwsgi.responder()
    yield File(
        unit, context.render("nova", "nova-api.service.j2", service=service, runtime=name, uwsgi=settings)
    )
    yield Unit(
        SERVING_UNITS[daemon],
        restart_on=(CONF, POLICY, settings, unit, uwsgi.RESPONDER),
        rolling=True,
        packages=("python3-nova", "uwsgi-core"),
    )


def _daemon(context: Context, unit: str, does: str, conf: str, *, rolling: bool = True) -> Iterator[Step]:
    """A daemon whose unit is ours in place of the package's."""
    named = {"program": unit.removesuffix(".service"), "service": f"Nova {does}"}
    text = context.render("nova", "nova-daemon.service.j2", **named, conf=conf)
    yield from own_unit(unit, text, conf, packages=("python3-nova",), rolling=rolling)


def _cells(context: Context) -> Command:
    """Nova's cells, mended where their addresses are not the ones that ``nova.conf`` gives."""
    question = cells_question(context)
    return Command(
        "nova: its cells",
        program.argv(cells, "make"),
        unless=program.argv(cells),
        user="nova",
        stdin=question,
        unless_stdin=question,
    )


def cells_question(context: Context) -> str:
    """What ``on_host/cells.py`` is fed: how to look into the database, and the cells' addresses.

    These are templates, filled by each process from its own ``nova.conf``: no password is kept in a table,
    and a changed one is in force with the file.
    """
    address = "{{scheme}}://{{username}}:{{password}}@{{hostname}}:{{port}}/{name}?{{query}}"
    brokers = len(context.one(Brokers).hosts)
    numbers = range(1, brokers + 1) if brokers > 1 else ("",)
    each = ",".join(f"{{username{n}}}:{{password{n}}}@{{hostname{n}}}:{{port{n}}}" for n in numbers)
    return program.fed(
        {
            "database": schema_question(context, API_DATABASE),
            "cell": DATABASE.name,
            "cell0": address.format(name=CELL0.name),
            "cell1": address.format(name=DATABASE.name),
            "brokers": f"{{scheme}}://{each}/{{path}}",
        }
    )


def configuration(context: Context, host: Host) -> str:
    """``nova.conf`` of a controller."""
    return context.render(
        "nova",
        "nova.conf.j2",
        default=section("DEFAULT", _default(context, host)),
        options=context.options("nova", Options),
        address=context.site.address(host),
        console_port=CONSOLE_PORT,
        api_database=database_section(context, API_DATABASE),
        database=database_section(context, DATABASE),
        cache=cache_section(context),
        authtoken=authtoken_section(context, USER, cache_key=CACHE_KEY),
        peers=[section(name, settings) for name, settings in _peers(context, control=True).items()],
        messaging=messaging_section(context),
        locks=LOCKS,
    )


def compute_configuration(context: Context, host: Host) -> str:
    """``nova-compute.conf`` of a host of instances: no database, and nothing of the metadata service."""
    kind = virt(context.site, context.options("nova", Options))
    return context.render(
        "nova",
        "nova-compute.conf.j2",
        default=section("DEFAULT", _default(context, host)),
        driver=_DRIVERS.get(kind, _LIBVIRT),
        libvirt=None if kind is Virt.FAKE else kind,
        address=context.site.address(host),
        console=console_url(context),
        peers=[section(name, settings) for name, settings in _peers(context, control=False).items()],
        messaging=messaging_section(context),
        locks=LOCKS,
    )


def console_url(context: Context) -> str:
    """Where users meet the screens of their instances."""
    return public_url(context.site, CONSOLE_PORT, "/vnc_lite.html")


def _default(context: Context, host: Host) -> dict[str, object]:
    down_after = context.options("nova", Options).down_after
    return {
        "host": host.name,
        "my_ip": context.site.address(host),
        "state_path": STATE,
        "log_dir": "/var/log/nova",
        "transport_url": transport_url(context, MESSAGES),
        # Below what HAProxy and uwsgi wait for: an answer that never comes ends the request, not the process.
        "rpc_response_timeout": 45,
        "report_interval": down_after // 4,
        "service_down_time": down_after,
    }


def _peers(context: Context, *, control: bool) -> dict[str, dict[str, object]]:
    """The sections of the services that the site has: where they are, and as whom Nova comes to them."""
    inside: dict[str, object] = {"valid_interfaces": "internal"}
    login = credentials(context, USER)
    nowhere = {key: login[key] for key in login if key != "region_name"}
    found = {
        "service_user": {"send_service_user_token": True, **nowhere},
        "placement": {**login, **inside},
        "keystone": {"region_name": REGION, "cafile": CA_BUNDLE, **inside},
    }
    if offered(context, "image"):
        found["glance"] = {"region_name": REGION, "cafile": CA_BUNDLE, **inside}
    if offered(context, "network"):
        found["neutron"] = {**login, **inside}
        if control:
            for proxy in context.declared(MetadataProxy):
                secret = context.secret(proxy.secret)
                found["neutron"] |= {
                    "service_metadata_proxy": True,
                    "metadata_proxy_shared_secret": secret,
                }
    if offered(context, "volumev3"):
        found["cinder"] = {**nowhere, "catalog_info": "volumev3::internalURL", "os_region_name": REGION}
    return found

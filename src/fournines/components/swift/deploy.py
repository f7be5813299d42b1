"""Swift's steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fournines.components.swift.model import (
    CACHE_KEY,
    DEVICES,
    HASH_PREFIX,
    HASH_SUFFIX,
    PORT,
    PROXIES,
    RSYNC_PORT,
    SERVERS,
    USER,
    Options,
    copies,
    devices,
    keepers,
    ring_file,
)
from fournines.kit.context import Context
from fournines.kit.openstack import authtoken_settings, cache_servers, section
from fournines.kit.step import Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

FOLDER = "/etc/swift"
CONF = f"{FOLDER}/swift.conf"
PROXY = f"{FOLDER}/proxy-server.conf"
EXPIRER = f"{FOLDER}/object-expirer.conf"
LOG = "/var/log/swift.log"
RSYNC = f"{FOLDER}/rsyncd.conf"


def conf_of(kind: str) -> str:
    """The file of a kind of server, and of what repairs what it keeps."""
    return f"{FOLDER}/{kind}-server.conf"


_LOADS = "import sys; from swift.common.ring.ring import RingData; RingData.load(sys.argv[1])"


@dataclass(frozen=True, slots=True)
class Program:
    """One of a host's daemons, with the command that starts it, which ends in its configuration's path.

    It ``serves`` clients or other hosts, or repairs what they keep.
    """

    name: str
    start: str
    conf: str
    serves: bool = False

    @property
    def command(self) -> str:
        """The whole command."""
        return f"{self.start}{self.conf}"

    @property
    def tag(self) -> str:
        """What its lines in the log begin with."""
        return f"swift-{self.name}"

    @property
    def unit(self) -> str:
        """The unit's name, which is the package's."""
        return f"swift-{self.name}.service"


_REPAIRS = {
    "account": ("replicator", "auditor", "reaper"),
    "container": ("replicator", "auditor", "updater"),
    "object": ("replicator", "auditor", "updater"),
}
PROXY_PROGRAM = Program("proxy", "/usr/bin/swift-proxy-server ", PROXY, serves=True)
STORE_PROGRAMS = (
    Program("rsync", "/usr/bin/rsync --daemon --no-detach --config=", RSYNC, serves=True),
    *(Program(kind, f"/usr/bin/swift-{kind}-server ", conf_of(kind), serves=True) for kind in SERVERS),
    *(
        Program(f"{kind}-{does}", f"/usr/bin/swift-{kind}-{does} ", conf_of(kind))
        for kind, repairs in _REPAIRS.items()
        for does in repairs
    ),
    Program("object-expirer", "/usr/bin/swift-object-expirer ", EXPIRER),
)
_UNUSED = ("container-reconciler", "container-sharder", "container-sync", "object-reconstructor")
"""Enabled by their packages: for several storage policies, split containers, other sites, erasure codes."""


def steps(context: Context, host: Host) -> Iterator[Step]:
    """The proxy where it is a controller, the servers and what repairs where it keeps objects."""
    options = context.options("swift", Options)
    proxy, store = PROXIES.has(context.site, host), host in keepers(context.site, options)
    if not (proxy or store):
        return
    yield File(CONF, configuration(context), mode=0o640, group="swift")
    yield from rings(context)
    if proxy:
        yield from _proxy(context, host, options)
    if store:
        yield from _store(context, host, options)


def configuration(context: Context) -> str:
    """``swift.conf``: what the names of objects are hashed with, the same on every host."""
    return context.render(
        "swift", "swift.conf.j2", prefix=context.secret(HASH_PREFIX), suffix=context.secret(HASH_SUFFIX)
    )


def rings(context: Context) -> Iterator[File]:
    """The three rings, the same on every host.

    Programs look every 15 s whether a ring's file is another one: nothing is restarted for it.
    """
    options = context.options("swift", Options)
    found, each = devices(context.site, options), copies(context.site, options)
    for kind, port in SERVERS.items():
        yield File(
            f"{FOLDER}/{kind}.ring.gz",
            ring_file(found, each, options.part_power, port),
            base64=True,
            validate=("/usr/bin/python3", "-I", "-c", _LOADS, "{}"),
        )


def programs(context: Context, host: Host) -> tuple[Program, ...]:
    """What runs on a host."""
    proxy = (PROXY_PROGRAM,) if PROXIES.has(context.site, host) else ()
    store = STORE_PROGRAMS if host in keepers(context.site, context.options("swift", Options)) else ()
    return (*proxy, *store)


def _proxy(context: Context, host: Host, options: Options) -> Iterator[Step]:
    """Any proxy reaches any object: they hold nothing but caches."""
    yield Packages(("swift-proxy", "python3-memcache"))
    yield File(
        PROXY,
        context.render(
            "swift",
            "proxy-server.conf.j2",
            options=options,
            address=context.site.address(host),
            port=PORT,
            caches=cache_servers(context),
            authtoken=section(
                "filter:authtoken",
                {
                    "paste.filter_factory": "keystonemiddleware.auth_token:filter_factory",
                    "delay_auth_decision": True,
                    **authtoken_settings(context, USER, cache_key=CACHE_KEY),
                },
            ),
        ),
        mode=0o640,
        group="swift",
    )
    yield from _unit(context, PROXY_PROGRAM)


def _store(context: Context, host: Host, options: Options) -> Iterator[Step]:
    """Account, container and object server, and what keeps their copies alike."""
    site = context.site
    yield Packages(("swift-account", "swift-container", "swift-object", "swift-object-expirer", "rsync"))
    yield Directory(DEVICES)
    for device in options.devices:
        yield Directory(f"{DEVICES}/{device}", owner="swift", group="swift")
    address = site.address(host)
    for kind, port in SERVERS.items():
        yield _file(
            context, f"{kind}-server.conf", options=options, address=address, port=port, folder=DEVICES
        )
    yield _file(context, "object-expirer.conf", options=options, caches=cache_servers(context))
    peers = [site.address(one) for one in keepers(site, options)]
    yield _file(
        context, "rsyncd.conf", address=address, port=RSYNC_PORT, peers=peers, kinds=SERVERS, folder=DEVICES
    )
    for program in STORE_PROGRAMS:
        yield from _unit(context, program)
    for name in _UNUSED:
        yield Unit(f"swift-{name}.service", enabled=False, running=False)


def _file(context: Context, name: str, **values: object) -> File:
    content = context.render("swift", f"{name}.j2", **values)
    return File(f"{FOLDER}/{name}", content, mode=0o640, group="swift")


def _unit(context: Context, program: Program) -> Iterator[Step]:
    path = unit_file(program.unit)
    yield File(path, context.render("swift", "service.j2", program=program))
    yield Unit(
        program.unit,
        restart_on=(CONF, program.conf, path),
        rolling=program.serves,
        packages=("rsync" if program.name == "rsync" else "python3-swift",),
    )

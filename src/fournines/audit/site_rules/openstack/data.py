"""What OpenStack's services keep, and on how many hosts: records, images, tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fournines.audit.site_rules.names import is_address
from fournines.audit.site_rules.openstack.example import URL, proxy
from fournines.audit.site_rules.roles import (
    LOOPBACK,
    alone_at,
    copies,
    numbered,
    proxied,
    proxied_here,
    resolved,
    virtual,
)
from fournines.components.galera.audit.facts import members
from fournines.components.haproxy.audit.facts import services
from fournines.components.haproxy.audit.facts.purpose import Purpose
from fournines.components.hosts.audit.facts import HostName
from fournines.components.mounts.audit.facts import Mount
from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.haproxy.audit.facts import Service
    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_GLANCE = 9292


@rule(
    "OS002",
    Severity.ERROR,
    "The service's database is on one host",
    consequence=Consequence.SINGLE,
    why="the connection goes to one host by its own address: when that is lost the service has no database, "
    "although "
    "the cluster has",
    fix="the VIP in front of the database",
    source="OpenStack HA guide, Configure OpenStack services to use the highly available database",
    bad={"ctl1/haproxy.cfg": proxy("galera", 3306), "ctl1/nova.conf": URL.format("10.0.0.11")},
    good={"ctl1/haproxy.cfg": proxy("galera", 3306), "ctl1/nova.conf": URL.format("10.0.0.20")},
    points_at="connection = mysql+pymysql://nova:***@10.0.0.11/nova",
)
def database_of_one(site: Evidence) -> Iterator[Hit | Unknown]:
    for conf in site.all(OsloConf):
        said = conf.database
        url = said.url if said else None
        name = url.names[0] if url and url.names else ""
        own = bool(conf.at.host) and name == conf.at.host.lower() and len(_brokers(conf)) >= _PAIR
        if not said or not url or said.placeholder or (copies(site) < _PAIR and not own):
            continue
        if url.scheme.startswith("sqlite"):
            if conf.service and said.section in ("database", ""):
                yield Hit(said.at, f"{conf.service} keeps its data in a file of this host")
        elif len(url.hosts) != 1 or (conf.at.host and proxied_here(site, conf.at.host, Purpose.DATABASE)):
            continue
        elif name in LOOPBACK:
            if not proxied_here(site, conf.at.host, Purpose.DATABASE):
                yield Hit(said.at, f"{conf.service} uses the database of its own host ({name})")
        elif holder := alone_at(site, resolved(site, conf.at.host, name)) or (name if own else ""):
            yield Hit(said.at, f"{conf.service} uses the database of {holder} ({name})")
    yield from _never_doubled(site)


def _brokers(conf: OsloConf) -> tuple[str, ...]:
    """The brokers a service is told of: who has several of them has several controllers."""
    transport = conf.transport.url if conf.transport else None
    return tuple(transport.names) if transport else ()


def _never_doubled(site: Evidence) -> Iterator[Hit]:
    """A page that doubles its controllers and leaves their database one host of its own."""
    if members(site) or proxied(site, Purpose.DATABASE) or max(copies(site), numbered(site)) < _PAIR:
        return
    alone = []
    for conf in site.all(OsloConf):
        said = conf.database
        url = said.url if said and conf.excerpt and not said.placeholder else None
        name = url.names[0] if url and len(url.names) == 1 else ""
        if not said or not name or name in LOOPBACK or resolved(site, conf.at.host, name) in virtual(site):
            continue
        if not is_address(name) and name not in _shared_names(site):
            alone.append((said.at, name))
    if alone:
        at, name = alone[0]
        what = f"the controllers are doubled, and nothing here doubles {name}, their database"
        yield Hit(at, what, tuple(place for place, _ in alone[1:]), severity=Severity.WARNING)


def _shared_names(site: Evidence) -> frozenset[str]:
    """Names of an address for all: ``controller`` beside ``controller1``, and any ``vip``."""
    known = {name for line in site.all(HostName) for name in line.names}
    stems = {name.rstrip("0123456789").rstrip("-_") for name in known if name[-1:].isdigit()}
    return frozenset(stems | {name for name in known if _VIP.search(name)})


_VIP = re.compile(r"vip|virtual|cluster|proxy|(?:^|[-_.])(?:ha|lb)(?:$|[-_.])")


_STORE = "[glance_store]\ndefault_store = {}\n"
_LOCAL = _STORE.format("file") + "filesystem_store_datadir = /var/lib/glance/images/\n"
_SHARED = ("/mnt", "/srv", "/media", "/shared", "/nfs", "/gluster", "/ceph", "/export", "/data")


@rule(
    "OS003",
    Severity.ERROR,
    "Images lie on the host that took them",
    consequence=Consequence.ERRORS,
    why="the next glance-api has the record of the image and not its bits: requests fail whenever the "
    "balancer picks "
    "another host than the upload did, and for good when that host is lost",
    fix="Ceph, Swift or a shared file system for the images",
    source="OpenStack HA guide, Image service: a shared store; clustervision/trinity #656",
    bad={f"ctl{n}/glance-api.conf": _LOCAL for n in (1, 2)},
    good={f"ctl{n}/glance-api.conf": _STORE.format("rbd") for n in (1, 2)},
    points_at="filesystem_store_datadir = /var/lib/glance/images/",
)
def local_images(site: Evidence) -> Iterator[Hit | Unknown]:
    found = []
    for conf in site.all(OsloConf):
        if conf.service == "glance" and conf.program not in ("glance-registry", "glance-cache"):
            directory = _file_store(conf)
            if directory:
                found.append(directory)
    behind = next((s for s in services(site) if _is_glance(s) and len(s.servers) > 1), None)
    if not found or (len({option.at.host for option in found if option.at.host}) < _PAIR and not behind):
        return
    first = found[0]
    if any(_mounted(site, option.value) for option in found):
        return
    if first.value.startswith(_SHARED):
        yield Unknown(first.at, f"whether {first.value} is the same file system on every host")
        return
    related = (*(option.at for option in found[1:]), *((behind.at,) if behind else ()))
    pinned = behind is not None and behind.back.balance.startswith(("hash", "uri"))
    yield Hit(
        first.at,
        "images are files of each host"
        + (", and every request about one goes to the same host" if pinned else ""),
        related,
        severity=Severity.INFO if pinned else None,
        why="images are found as long as the host that took them lives, and are lost with it"
        if pinned
        else "",
    )


def _mounted(site: Evidence, directory: str) -> bool:
    """Whether a file system of the network is mounted where the images lie, or above it."""
    return any(
        mount.fs.startswith(_NETWORKED) and f"{directory}/".startswith(f"{mount.folder.rstrip('/')}/")
        for mount in site.all(Mount)
    )


_NETWORKED = ("nfs", "ceph", "glusterfs", "fuse.", "gfs2", "ocfs2", "lustre", "gpfs", "cifs")


def _is_glance(service: Service) -> bool:
    ports = {bind.port for bind in service.binds} | {server.port for server in service.servers}
    name = f"{service.front.name} {service.back.name}".lower()
    return (_GLANCE in ports or "glance" in name or "image" in name) and "registry" not in name


def _file_store(conf: OsloConf) -> Option | None:
    """The option that says images go to a directory, or None."""
    directory = conf.find("filesystem_store_datadir")
    if directory and directory.section in ("os_glance_staging_store", "os_glance_tasks_store"):
        directory = next(
            (o for o in conf.all("filesystem_store_datadir") if not o.section.startswith("os_")), None
        )
    backends = conf.get("DEFAULT", "enabled_backends")
    default = conf.find("default_backend" if backends else "default_store")
    if backends:
        kinds = dict(item.partition(":")[::2] for item in backends.items)
        kind = kinds.get(default.value if default else "", next(iter(kinds.values()), ""))
    else:
        kind = default.value if default else "file" if directory else ""
    return (directory or default or backends) if kind in ("file", "filesystem") else None


_TOKENS = "[token]\nprovider = uuid\ndriver = memcache\n[memcache]\nservers = {}\n"


@rule(
    "OS004",
    Severity.ERROR,
    "Each host keeps tokens or caches to itself",
    consequence=Consequence.ERRORS,
    why="what one host writes into its own memcached the others never see: tokens are unknown there (401), "
    "and what "
    "was revoked stays valid",
    fix="every host's memcached, in the same order, on every host",
    source="OpenStack HA guide, Memcached: list all servers",
    bad={f"ctl{n}/keystone.conf": _TOKENS.format("localhost:11211") for n in (1, 2)},
    good={f"ctl{n}/keystone.conf": _TOKENS.format("ctl1:11211,ctl2:11211") for n in (1, 2)},
    points_at="servers = localhost:11211",
)
def own_cache(site: Evidence) -> Iterator[Hit | Unknown]:
    if copies(site) < _PAIR:
        return
    for conf in site.all(OsloConf):
        for option in conf.all("memcached_servers", "memcache_servers", "servers"):
            if option.name == "servers" and option.section not in ("memcache", ""):
                continue
            hosts = {
                item.removeprefix("inet6:").rsplit(":", 1)[0].strip("[]").lower() for item in option.items
            }
            if not hosts or not hosts <= LOOPBACK:
                continue
            driver = conf.get("token", "driver")
            tokens = option.section == "memcache" and bool(driver and "memcache" in driver.value)
            yield Hit(
                option.at,
                f"{conf.service or 'the service'} keeps its {'tokens' if tokens else 'cache'} on its own "
                f"host",
                related=(driver.at,) if tokens and driver else (),
                severity=None if tokens else Severity.WARNING,
            )

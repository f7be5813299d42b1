"""Volume services on several hosts: whose a volume is, and who may change it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.components.oslo.audit.facts import Option
    from fournines.kit.audit.evidence import Evidence

_PAIR = 2
_CINDER = (
    "[DEFAULT]\nenabled_backends = ceph\n{}[ceph]\nvolume_driver = cinder.volume.drivers.rbd.RBDDriver\n"
)
_CLUSTER = _CINDER.format("cluster = blocks\n")


@rule(
    "OS013",
    Severity.WARNING,
    "Services that share work without a lock",
    consequence=Consequence.DATA,
    why="several cinder-volume (and their like) lock in files of their own host unless a coordinator is "
    "named: two change one volume at once",
    fix="[coordination] backend_url to etcd or Redis on every host",
    source="Cinder documentation, High availability: active-active needs a distributed lock manager",
    bad={"ctl1/cinder.conf": _CLUSTER},
    good={"ctl1/cinder.conf": f"{_CLUSTER}[coordination]\nbackend_url = etcd3+http://10.0.0.11:2379\n"},
    points_at="cluster = blocks",
)
def no_coordination(evidence: Evidence) -> Iterator[Hit | Unknown]:
    hosts: dict[str, set[str]] = defaultdict(set)
    for conf in evidence.all(OsloConf):
        hosts[conf.service].add(conf.at.host)
    for conf in evidence.all(OsloConf):
        cluster, said = conf.get("DEFAULT", "cluster"), conf.get("coordination", "backend_url")
        several = len(hosts[conf.service]) >= _PAIR or _several(conf)
        local = said is None or not said.value.strip() or said.value.startswith("file:")
        if conf.service == "cinder" and not conf.excerpt and cluster and cluster.value and local:
            yield Hit(cluster.at, "active/active without a coordinator", related=(said.at,) if said else ())
        elif said and said.section and local and several:
            what = "points to files of each host" if said.value.strip() else "is empty"
            yield Hit(said.at, f"backend_url {what}, and there are several controllers")
        elif said is None and not conf.excerpt and several:
            heading = conf.headings.get("coordination")
            if heading:
                yield Hit(heading, "[coordination] names no backend_url, and there are several controllers")


def _several(conf: OsloConf) -> bool:
    """Whether the file itself speaks of several hosts: brokers or caches."""
    transport = conf.transport.url if conf.transport else None
    caches = conf.find("memcached_servers", "memcache_servers")
    return max(len(transport.names) if transport else 0, len(caches.items) if caches else 0) >= _PAIR


@rule(
    "OS021",
    Severity.ERROR,
    "Volumes that nobody takes over",
    consequence=Consequence.NO_FAILOVER,
    why="a volume belongs to the service that made it, by host and backend: with a name of its own on each "
    "controller, the volumes of a lost one can be neither attached nor deleted, though the others reach "
    "the same storage",
    fix="one backend_host (or host) for all with one active service, or cluster with a coordinator",
    source="Launchpad bug 1322190; Cinder documentation, High availability: host, backend_host, cluster",
    bad={f"ctl{n}/cinder.conf": _CINDER.format("") for n in (1, 2)},
    good={f"ctl{n}/cinder.conf": _CINDER.format("host = pool\n") for n in (1, 2)},
    points_at="enabled_backends = ceph",
)
def stranded(evidence: Evidence) -> Iterator[Hit | Unknown]:
    found: dict[tuple[str, str], list[tuple[OsloConf, Option, str]]] = defaultdict(list)
    for conf in evidence.all(OsloConf):
        if conf.service == "cinder" and not conf.excerpt and conf.at.host and not _clustered(conf):
            for name, driver, said in _backends(conf):
                found[name, driver].append((conf, said, _owner(conf, name)))
    reported = set()
    for (name, _), several in found.items():
        owners = {owner for _, _, owner in several}
        if (
            len({conf.at.host for conf, _, _ in several}) < _PAIR
            or len(owners) == 1
            or several[0][1].at in reported
        ):
            continue
        reported.add(several[0][1].at)
        what = f"{name} is the same storage on {len(several)} hosts, and each calls its volumes its own"
        yield Hit(several[0][1].at, what, related=tuple(said.at for _, said, _ in several[1:]))


def _clustered(conf: OsloConf) -> bool:
    cluster = conf.get("DEFAULT", "cluster")
    return bool(cluster and cluster.value.strip())


_LOCAL = ("lvm", "blockdevice", "block_device", "iscsidriver", "spdk", "fake")
"""Drivers of storage that is on one host; all others reach something that every host reaches."""


def _backends(conf: OsloConf) -> Iterator[tuple[str, str, Option]]:
    """The shared backends of a file: name, driver, and the option that switches them on."""
    enabled = conf.get("DEFAULT", "enabled_backends")
    for name in enabled.items if enabled else ("DEFAULT",):
        driver = conf.get(name, "volume_driver")
        if driver and driver.value and not any(word in driver.value.lower() for word in _LOCAL):
            yield name, driver.value, enabled or driver


def _owner(conf: OsloConf, backend: str) -> str:
    """The host part of the volumes' owner; the machine's own name where nothing is said."""
    said = (
        conf.get(backend, "backend_host")
        or conf.get("DEFAULT", "backend_host")
        or conf.get("DEFAULT", "host")
    )
    return said.value.strip() if said and said.value.strip() else f"the name of {conf.at.host}"

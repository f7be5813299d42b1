"""Whose file is it? The host (and the site's folder) a path speaks of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fournines.kit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SYSTEM = frozenset(
    [
        "etc",
        "usr",
        "var",
        "opt",
        "lib",
        "lib64",
        "root",
        "home",
        "srv",
        "boot",
        "run",
        "sys",
        "proc",
        "tmp",
        "bin",
        "sbin",
    ]
)
"""Folders at the root of a host: what stands above them is the host."""

_GENERIC = frozenset(
    [
        "conf",
        "config",
        "configs",
        "configuration",
        "files",
        "file",
        "scripts",
        "script",
        "templates",
        "template",
        "bin",
        "conf.d",
        "sysconfig",
        "default",
        "defaults",
        "keepalived",
        "haproxy",
        "corosync",
        "pacemaker",
        "drbd",
        "drbd.d",
        "galera",
        "mysql",
        "mariadb",
        "mysql.conf.d",
        "mariadb.conf.d",
        "rabbitmq",
        "memcached",
        "chrony",
        "ntp",
        "rsyslog",
        "rsyslog.d",
        "sysctl",
        "sysctl.d",
        "systemd",
        "system",
        "nftables",
        "iptables",
        "keystone",
        "glance",
        "nova",
        "neutron",
        "cinder",
        "heat",
        "placement",
        "horizon",
        "swift",
        "octavia",
        "barbican",
        "manila",
        "designate",
        "ironic",
        "apache2",
        "httpd",
        "nginx",
        "my.cnf.d",
        "network",
        "firewall",
        "hosts",
        "lvs",
        "pcs",
        "crm",
        "cib",
        "ha",
        "db",
        "database",
        "lb",
        "loadbalancer",
        "proxy",
        "queue",
        "broker",
        "openstack",
        "src",
        "docs",
        "doc",
        "examples",
        "example",
    ]
)
"""Folder names that say what a file is, not whose it is."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The host a file belongs to, and the folder its site lies in."""

    host: str
    site: str


def owners(paths: Iterable[str]) -> dict[str, Owner]:
    """The owner of every path, judged by the folders of all of them together.

    A folder is a host when it is the last one above system or generic folders and holds no other host's
    folder. Files beside the hosts' folders belong to every host of that site.
    """
    prefixes = {path: _prefix(path) for path in paths}
    parents: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for prefix in set(prefixes.values()):
        for depth in range(len(prefix)):
            parents[prefix[:depth]].add(prefix[depth])
    return {path: _owner(prefix, parents) for path, prefix in prefixes.items()}


def _owner(prefix: tuple[str, ...], parents: Mapping[tuple[str, ...], set[str]]) -> Owner:
    if not prefix or parents.get(prefix):
        return Owner(EVERY_HOST, "/".join(prefix))
    return Owner(prefix[-1], "/".join(prefix[:-1]))


def _prefix(path: str) -> tuple[str, ...]:
    folders = [part for part in path.split("/")[:-1] if part not in ("", ".", "..")]
    for index, name in enumerate(folders):
        if name.lower() in _SYSTEM:
            folders = folders[:index]
            break
    while folders and folders[-1].lower() in _GENERIC:
        folders.pop()
    return tuple(folders)

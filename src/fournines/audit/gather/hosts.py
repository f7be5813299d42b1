"""Whose file is it? The host (and the site's folder) a path speaks of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from fournines.kit.audit.source import EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    """conf config configs configuration files file scripts script templates template bin conf.d sysconfig
    default defaults keepalived haproxy corosync pacemaker drbd drbd.d galera mysql mariadb mysql.conf.d
    mariadb.conf.d rabbitmq memcached chrony ntp rsyslog rsyslog.d sysctl sysctl.d systemd system
    nftables iptables keystone glance nova neutron cinder heat placement horizon swift octavia barbican
    manila designate ironic apache2 httpd nginx my.cnf.d network firewall hosts lvs pcs crm cib ha db
    database lb loadbalancer proxy queue broker openstack src docs doc examples example xinetd.d xinetd
    cert certs certificates ssl tls pki keys sites-available sites-enabled conf-available conf-enabled
    mods-enabled corosync-pacemaker resource_agents resource-agents ocf resources services service
    settings etc-files heartbeat ceph vault consul etcd patroni postgres postgresql redis php app apps
    web www html assets static roles tasks vars group_vars host_vars playbooks ansible docker compose
    k8s kubernetes manifests helm charts terraform vagrant lib tools utils util helpers tests test
    images img log logs data sql backup-scripts monitoring prometheus grafana nagios zabbix""".split()  # noqa: SIM905 - a list would be pages long
)
"""Folder names that say what a file is, not whose it is."""
_IN_FRONT = frozenset({"lb", "loadbalancer", "proxy"})
"""Of those the ones that beside hosts are a host's too: the machine in front of them."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The host a file belongs to, and the folder its site lies in."""

    host: str
    site: str


HOSTLIKE = re.compile(
    r"\d|^(?:master|slave|backup|primary|secondary|standby|active|passive|left|right|main|alpha|beta|gamma|"
    r"controller|dashboard|arbiter|bastion|node|host|server|vm)s?(?:[\-_.].*)?$|(?:one|two|three|four|five)$",
    re.IGNORECASE,
)


@dataclass
class _Folder:
    """A folder below the audited one: the names of its own files and its folders."""

    files: set[str] = field(default_factory=set)
    folders: dict[str, _Folder] = field(default_factory=dict)
    is_root: bool = False
    """Whether it is a host's whatever its name: it holds ``etc/hostname``, or stands before hosts."""

    @cached_property
    def below(self) -> set[str]:
        """The names of all files in it, at any depth."""
        found: set[str] = set()
        pending = [self]
        while pending:
            folder = pending.pop()
            found |= folder.files
            pending.extend(folder.folders.values())
        return found

    @cached_property
    def shared(self) -> set[str]:
        """The names of files that lie below more than one of its folders."""
        count = Counter(name for folder in self.folders.values() for name in folder.below)
        return {name for name, homes in count.items() if homes > 1}

    @cached_property
    def of_hosts(self) -> bool:
        """Whether one of its folders is surely a host's."""
        return any(_surely(self, name) for name in self.folders)

    @cached_property
    def filled(self) -> int:
        """How many of its folders have files of their own."""
        return sum(bool(folder.files) for folder in self.folders.values())


def owners(paths: Iterable[str]) -> dict[str, Owner]:
    """The owner of every path, judged by the folders of all of them together.

    A folder is a host's when its name looks like one, when it holds ``etc/hostname``, when a folder beside
    it holds files of the same names, or when only such folders lie beside it; ``lb`` and its like when it
    lies beside one. Files beside the hosts' folders belong to every host of that site.
    """
    prefixes, roots = _prefixes(list(paths))
    root = _Folder()
    for path, above in prefixes.items():
        folder = root
        for name in above:
            folder = folder.folders.setdefault(name, _Folder())
        folder.files.add(path.rsplit("/", 1)[-1])
        folder.is_root |= above in roots
    return {path: _owner(above, root) for path, above in prefixes.items()}


def _prefixes(paths: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], set[tuple[str, ...]]]:
    """The folders that may say whose each path is, and those that are a host's whatever their names."""
    found = {path: prefix(path) for path in paths}
    roots = {_rooted(path) for path in paths if path.endswith("/etc/hostname")} - {()}
    hosts = roots | {above for above in found.values() if above and HOSTLIKE.search(above[-1])}
    beside = {above[:-1] for above in hosts}
    for path, above in found.items():
        whole = _rooted(path)
        front = whole[: len(above) + 1]
        if whole in roots:
            found[path] = whole
        elif above in beside and front[-1:] and front[-1].lower() in _IN_FRONT:
            found[path] = front
            roots.add(front)
    return found, roots


def _owner(above: tuple[str, ...], root: _Folder) -> Owner:
    folder = root
    for depth, name in enumerate(above):
        parent, folder = folder, folder.folders[name]
        if folder.of_hosts:
            continue  # a site's folder
        alone = not parent.files and parent.filled > 1
        if _surely(parent, name) or (alone and folder.files):
            return Owner(name, "/".join(above[:depth]))
        if folder.files:
            return Owner(EVERY_HOST, "/".join(above[:depth]))
    return Owner(EVERY_HOST, "/".join(above))


def _surely(parent: _Folder, name: str) -> bool:
    """Whether a folder is a host's by its name, by its hostname, or by what its neighbours hold."""
    if HOSTLIKE.search(name) or parent.folders[name].is_root:
        return True
    return not parent.shared.isdisjoint(parent.folders[name].below)


_SERVICE = re.compile(
    r"(?:nova|neutron|cinder|glance|keystone|heat|placement|octavia|swift|ironic|manila|barbican|designate|magnum|"
    r"ceilometer|gnocchi|aodh|trove|sahara|masakari|senlin|zun|cloudkitty|horizon|openvswitch|mariadb|rabbitmq|"
    r"memcached|haproxy|keepalived|proxysql|kolla|hacluster|redis|etcd)(?:[\-_](?P<part>(?:l3-)?[a-z\-_]+))?"
)
"""Folders of kolla's /etc/kolla and its like: one for each container of a host."""
_ROLES = frozenset(
    """master slave backup primary secondary standby active passive left right one two three
    a b c""".split()  # noqa: SIM905 - words in a row
)


def _generic(name: str) -> bool:
    """Whether a folder's name says what is in it, not whose it is."""
    name = name.lower()
    service = _SERVICE.fullmatch(name)
    role = bool(service and set(re.split(r"[\-_]", service["part"] or "")) & _ROLES)
    return name in _GENERIC or name.endswith((".d", "_ca", "-ca")) or bool(service and not role)


def prefix(path: str) -> tuple[str, ...]:
    """The folders that may say whose a file is: those above its host's root but for those that sort files."""
    folders = list(_rooted(path))
    while folders and _generic(folders[-1]):
        folders.pop()
    return tuple(folders)


def _rooted(path: str) -> tuple[str, ...]:
    """The folders above the root of a path's host, or all where it has none."""
    folders = [part for part in path.split("/")[:-1] if part not in ("", ".", "..")]
    root = next((at for at, name in enumerate(folders) if name.lower() in _SYSTEM), len(folders))
    return tuple(folders[:root])

"""Where services keep what they share: databases, queues, caches, locks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Database:
    """A database with a user of its own who owns it. ``password`` names a Secret.

    ``section`` is where its service looks for the connection: Nova has ``api_database`` beside ``database``.
    A user may own several databases, with one password. ``pool`` is how many connections each process of the
    service keeps, ``overflow`` how many more it may open for a moment.
    """

    name: str
    user: str
    password: str
    section: str = "database"
    pool: int = 5
    overflow: int = 5

    def clients(self, hosts: tuple[str, ...], processes: int) -> DatabaseClients:
        """The declaration that so many processes on each of these hosts are connected."""
        return DatabaseClients(self.name, hosts, processes, self.pool + self.overflow)


@dataclass(frozen=True, slots=True)
class DatabaseClients:
    """Processes connected to a database: on each host so many, each with at most ``each`` connections."""

    database: str
    hosts: tuple[str, ...]
    processes: int
    each: int

    @property
    def most(self) -> int:
        """The connections of all of them together."""
        return len(self.hosts) * self.processes * self.each


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """The server behind an endpoint: how many connections it takes, and how many of them are no service's.

    One server takes all of them, also where there are several: the others stand by, or are lost. ``option``
    names what a site file changes ``max_connections`` with.
    """

    endpoint: str
    max_connections: int
    reserved: int
    option: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Brokers:
    """A message broker on each of these hosts, at this port of the host's own address.

    Clients list them all and go to another one by themselves: a balancer between would only hide which one
    died. ``heartbeat`` is how many seconds apart the signs of life are after which a silent peer is given up.
    """

    hosts: tuple[str, ...]
    port: int
    heartbeat: int


@dataclass(frozen=True, slots=True)
class MessageUser:
    """A broker user with full rights in ``vhost``. ``password`` names a Secret."""

    user: str
    password: str
    vhost: str = "/"


@dataclass(frozen=True, slots=True)
class CacheServers:
    """memcached on each of these hosts, at this port of the host's own address."""

    hosts: tuple[str, ...]
    port: int


@dataclass(frozen=True, slots=True)
class Coordination:
    """Locks and group membership for services that share work among their hosts (tooz).

    ``url`` is what ``backend_url`` takes, for example ``etcd3+http://127.0.0.1:2379``: the same on every
    host, and good for as long as one of its hosts lives.
    """

    url: str

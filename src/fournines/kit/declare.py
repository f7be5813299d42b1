"""Declarations: what a component offers or wants of others, as values.

Components never call one another. They declare; whoever serves a kind of declaration collects all of
that kind (``Context.declared``): haproxy renders whatever ``Endpoint`` there is and never says
"memcached".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fournines.kit.probe import Identity, QueueLedger, TableLedger
from fournines.spec.model import Visibility


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How a balancer asks a backend whether it works.

    ``port`` is where to ask when that is not the service's own port; ``expect`` is the HTTP status
    (or a comma list) that means healthy.
    """

    path: str
    expect: str = "200"
    port: int | None = None
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service behind the VIP: it listens on its hosts' own address and port, the balancer on the VIP's.

    ``single_writer`` sends everything to one host at a time, the others standing by. ``tls`` means that
    the balancer ends TLS on the VIP. ``hosts`` are host names. ``affinity`` is a part of the path, counted
    from 1: requests that agree in it go to the same host while that lives (3 is ``ID`` in
    ``/v2/images/ID/file``); requests whose path is shorter go anywhere. ``visible`` says for whom it is: it
    is served on the VIPs that serve any of these, and nowhere else.
    """

    name: str
    port: int
    hosts: tuple[str, ...]
    health: HealthCheck | None
    http: bool = True
    tls: bool = True
    single_writer: bool = False
    timeout_server: float = 60.0
    affinity: int | None = None
    visible: tuple[Visibility, ...] = tuple(Visibility)


@dataclass(frozen=True, slots=True)
class Database:
    """A database with a user of its own who owns it. ``password`` names a Secret."""

    name: str
    user: str
    password: str


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
class KeystoneService:
    """A service of the catalogue and its user. ``path`` follows ``https://VIPNAME:port``."""

    name: str
    type: str
    description: str
    port: int
    user: str
    password: str
    path: str = ""


class SecretKind(StrEnum):
    """What a generated secret is; its value is always text."""

    PASSWORD = "password"  # noqa: S105 - the kind's name
    """32 letters and digits: safe in every URL and config format."""
    FERNET_KEYS = "fernet-keys"
    """A key repository as a JSON object: file name -> key; 0 is the staged key, the highest the primary."""
    AUTHORITY = "authority"
    """A certificate authority: PEM of its private key, then of its certificate."""
    CERTIFICATE = "certificate"
    """A leaf of the site's authority: PEM of private key, certificate, the authority's certificate."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is generated once and kept.

    ``names`` are a certificate's DNS names and addresses. ``purpose`` is said of a secret that people need.
    """

    name: str
    kind: SecretKind = SecretKind.PASSWORD
    names: tuple[str, ...] = ()
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class LogFile:
    """Messages of a program go to a file of their own, rotated.

    ``program`` is the exact syslog tag; several programs may share a file. ``hosts`` are the names of the
    hosts where that is so, none meaning all.
    """

    program: str
    path: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirewallPort:
    """Traffic that a host must accept.

    ``protocol`` is tcp, udp or vrrp (which has no port). ``network`` limits it to senders of that
    network; None means from anywhere. ``hosts`` are the names of the hosts that accept it.
    """

    name: str
    hosts: tuple[str, ...]
    protocol: str = "tcp"
    port: int | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class InterfaceOf:
    """A component's files name these hosts' interface in a network: it is asked for before rendering."""

    network: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServedCertificate:
    """A PEM file (key, certificate, chain) on the controllers, for whoever ends TLS on the VIPs."""

    path: str


@dataclass(frozen=True, slots=True)
class VipCondition:
    """What must work on a host for that host to hold the VIP.

    ``flag`` is a file on the host: ``0`` while the program runs, anything else once it is gone.
    ``answers`` and ``serves`` are URLs on the host that give 200 while the program reacts at all, and
    while what it leads to can be used. ``settles`` is how many seconds the program itself needs at worst
    to route around something dead behind it: whoever watches ``serves`` must be slower than that.
    """

    name: str
    flag: str
    answers: str
    serves: str
    settles: float


Declaration = (
    Endpoint
    | Database
    | MessageUser
    | CacheServers
    | KeystoneService
    | Secret
    | LogFile
    | FirewallPort
    | InterfaceOf
    | ServedCertificate
    | VipCondition
    | Identity
    | TableLedger
    | QueueLedger
)
"""Anything a component declares."""

"""Declarations: what a component offers or wants of others, as values.

Components never call one another. They declare; whoever serves a kind of declaration collects all of
that kind (``Context.declared``): haproxy renders whatever ``Endpoint`` there is and never says
"memcached".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    the balancer ends TLS on the VIP. ``hosts`` are host names.
    """

    name: str
    port: int
    hosts: tuple[str, ...]
    health: HealthCheck | None
    http: bool = True
    tls: bool = True
    single_writer: bool = False
    timeout_server: float = 60.0


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
    """A secret that is generated once and kept. ``names`` are a certificate's DNS names and addresses."""

    name: str
    kind: SecretKind = SecretKind.PASSWORD
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogFile:
    """Messages of a program go to a file of their own, rotated. ``program`` is the syslog tag."""

    program: str
    path: str


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


Declaration = Endpoint | Database | MessageUser | KeystoneService | Secret | LogFile | FirewallPort
"""Anything a component declares."""

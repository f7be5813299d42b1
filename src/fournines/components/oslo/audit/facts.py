"""oslo.config files as facts: one reader for every OpenStack service, and the URLs their options hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from fournines.kit.audit.source import Kind, Place, Source, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = (
    "keystone", "glance", "nova", "neutron", "cinder", "placement", "heat", "horizon", "swift", "octavia",
    "barbican", "designate", "ironic", "manila", "magnum", "mistral", "trove", "sahara", "senlin", "zun",
    "zaqar", "watcher", "masakari", "ceilometer", "aodh", "gnocchi", "panko", "cloudkitty", "murano",
    "blazar", "cyborg", "tacker", "vitrage", "freezer", "karbor", "solum", "monasca",
)  # fmt: skip
"""Services whose files are read; governance.openstack.org, official projects past and present."""

_OFF = frozenset({"0", "off", "false", "no", "f", "n"})
_ON = frozenset({"1", "on", "true", "yes", "t", "y"})
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\$\{|%\(|<[^<>]*>|@\w+@|\A\$\w|\A_\w+_\Z")


@dataclass(frozen=True)
class Url:
    """A URL with one or more hosts, read as tolerantly as a person would; secrets stay out of ``repr``.

    ``hosts`` are (name, port) in lower case and in order. ``user`` is the first host's.
    """

    scheme: str
    user: str
    password: str = field(repr=False)
    hosts: tuple[tuple[str, int | None], ...]
    path: str
    query: str

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts without their ports."""
        return tuple(host for host, _ in self.hosts)


@dataclass(frozen=True)
class Option:
    """One option: ``section`` as written (empty where the file shows none), ``name`` with underscores."""

    at: Place
    section: str
    name: str
    value: str

    @property
    def on(self) -> bool:
        """Whether oslo.config takes the value for true."""
        return self.value.strip().lower() in _ON

    @property
    def off(self) -> bool:
        """Whether oslo.config takes the value for false."""
        return self.value.strip().lower() in _OFF

    @property
    def number(self) -> int | None:
        """The value as a whole number."""
        text = self.value.strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,12}", text) else None

    @property
    def items(self) -> tuple[str, ...]:
        """The value as a list."""
        return tuple(part.strip() for part in self.value.split(",") if part.strip())

    @property
    def url(self) -> Url | None:
        """The value as a URL; None when it is none."""
        return parse_url(self.value)

    @property
    def placeholder(self) -> bool:
        """Whether a template has still to fill this in."""
        return bool(_PLACEHOLDER.search(self.value))


@dataclass(frozen=True)
class OsloConf:
    """One file of an OpenStack service.

    ``service`` is its project (``nova``; empty when neither name nor content says), ``program`` the file's
    stem (``glance-api``). ``excerpt``: what is absent proves nothing.
    """

    at: Place
    service: str
    program: str
    options: tuple[Option, ...] = field(repr=False)
    sections: tuple[str, ...]
    excerpt: bool

    def get(self, section: str, *names: str) -> Option | None:
        """The option that counts (the last), by any of its names; one shown without a section fits too."""
        found = [o for o in self.all(*names) if o.section in (section, "")]
        return found[-1] if found else None

    def find(self, *names: str) -> Option | None:
        """The last option of one of these names in any section."""
        found = self.all(*names)
        return found[-1] if found else None

    def all(self, *names: str) -> tuple[Option, ...]:
        """Every option of these names, in the file's order."""
        if len(names) == 1:
            return tuple(option for _, option in self._named.get(names[0], ()))
        found = [pair for name in dict.fromkeys(names) for pair in self._named.get(name, ())]
        return tuple(option for _, option in sorted(found, key=itemgetter(0)))

    @cached_property
    def _named(self) -> dict[str, list[tuple[int, Option]]]:
        """The options by name, each with its place in the file: a file is asked a hundred times."""
        table: dict[str, list[tuple[int, Option]]] = {}
        for number, option in enumerate(self.options):
            table.setdefault(option.name, []).append((number, option))
        return table

    def within(self, section: str) -> tuple[Option, ...]:
        """The options of a section."""
        return tuple(self._sections.get(section, ()))

    @cached_property
    def _sections(self) -> dict[str, list[Option]]:
        table: dict[str, list[Option]] = {}
        for option in self.options:
            table.setdefault(option.section, []).append(option)
        return table

    @cached_property
    def database(self) -> Option | None:
        """The database URL where oslo.db reads it: ``[database] connection`` and its old names."""
        found = [o for o in self.all("connection", "sql_connection") if _is_url(o.value)]
        return next((o for o in reversed(found) if o.section in ("database", "sql", "")), None) or (
            found[-1] if found else None
        )

    @cached_property
    def transport(self) -> Option | None:
        """``transport_url``."""
        return self.get("DEFAULT", "transport_url")

    def rabbit(self, *names: str) -> Option | None:
        """An option of the RabbitMQ driver, also at its place before Kilo, in ``[DEFAULT]``."""
        return self.get("oslo_messaging_rabbit", *names) or self.get("DEFAULT", *names)


@dataclass(frozen=True)
class FernetKey:
    """One key file of Keystone; the secret itself stays out of ``repr``."""

    at: Place
    repository: str
    number: str
    secret: str = field(repr=False)


@lru_cache(1024)
def parse_url(text: str) -> Url | None:
    """``rabbit://u:p@h1:5672,u:p@h2:5672/vhost?x=y`` in parts; None when there is no ``://``.

    Credentials end at the last ``@``, so that an unescaped ``/`` or ``@`` in a password does not hide the
    hosts from us as it does from the service.
    """
    scheme, mark, rest = text.strip().strip("\"'").partition("://")
    if not mark or not re.fullmatch(r"[A-Za-z][\w+.\-]*", scheme):
        return None
    head, at, tail = rest.rpartition("@")
    tail, _, query = tail.partition("?")
    last, _, path = tail.partition("/")
    parts = [*_split(head + at + last)] if at else last.split(",")
    hosts = []
    user = password = ""
    for index, part in enumerate(parts):
        credentials, found, address = part.rpartition("@")
        if found and index == 0:
            user, _, password = credentials.partition(":")
        host, port = host_port(address)
        if host:
            hosts.append((host, port))
    return Url(scheme.lower(), user, password, tuple(hosts), path, query)


def _split(netloc: str) -> list[str]:
    """The hosts of a netloc: commas split behind a host only, not inside a password."""
    head, at, tail = netloc.rpartition("@")
    last, *more = tail.split(",")
    return [*re.split(r",(?=[^,@:]*+:[^,@]*+@)", head + at + last), *more]


def host_port(text: str) -> tuple[str, int | None]:
    """``host:port``, ``[address]:port`` or ``inet6:[address]:port``; no port is None."""
    text = text.strip().removeprefix("inet6:")
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.lstrip(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    return host.strip().lower(), int(port) if re.fullmatch(r"\d{1,5}", port) else None


def _is_url(value: str) -> bool:
    return "://" in value


def read(source: Source) -> Iterator[object]:
    """The facts of one file."""
    options = [
        Option(source.at(node), "", _name(node.key), node.value) for node in source.nodes if not node.block
    ]
    for section in source.nodes:
        if section.block:
            options += [
                Option(source.at(child), section.key, _name(child.key), child.value)
                for child in section.children
            ]
    path = source.name or source.path
    program = path.rsplit("/", 1)[-1].removesuffix(".j2").rsplit(".", 1)[0].lower()
    yield OsloConf(
        at=source.top,
        service=_service(path, program, options),
        program=program,
        options=tuple(options),
        sections=tuple(node.key for node in source.nodes if node.block),
        excerpt=source.excerpt,
    )


def _name(key: str) -> str:
    return key.strip().replace("-", "_")


_AGENTS = ("dhcp_agent", "l3_agent", "metadata_agent", "ml2_conf", "openvswitch_agent", "linuxbridge_agent")


def _service(path: str, program: str, options: list[Option]) -> str:
    if program in _AGENTS:
        return "neutron"
    for word in (re.split(r"[-_.]", program)[0], *reversed(path.lower().split("/")[:-1])):
        if word in SERVICES:
            return word
    for option in options:
        url = option.url if option.name in ("connection", "sql_connection") else None
        if url and (url.user in SERVICES or url.path in SERVICES):
            return url.user if url.user in SERVICES else url.path
    said = {o.value for o in options if o.section == "keystone_authtoken" and o.name == "username"}
    return next((word for word in SERVICES if word in said), "")


_STRONG = (
    r"transport_url|sql_connection|rabbit_(?:hosts?|port|userid|password|virtual_host|ha_queues|quorum_queue|"
    r"retry_interval|retry_backoff|max_retries|durable_queues)|notifier_strategy|neutron_url|"
    r"dhcp_agents_per_network|l3_ha|(?:min|max)_l3_agents_per_router|memcached_servers|auth_plugin|"
    r"www_authenticate_uri|(?:glance_)?api_servers|filesystem_store_datadir|registry_host|osapi_volume_listen|"
    r"metadata_proxy_shared_secret|bind_host|auth_uri|allow_automatic_l3agent_failover|my_ip|admin_token"
)
"""Options no other kind of file has: one of them is enough."""


def read_key(source: Source) -> Iterator[FernetKey]:
    """A key of ``fernet-keys`` or ``credential-keys``."""
    parts = (source.name or source.path).split("/")
    yield FernetKey(source.top, parts[-2] if len(parts) > 1 else "", parts[-1], source.text.strip())


KEY = Kind(
    name="fernet key",
    syntax=Syntax.LINES,
    names=tuple(f"{folder}-keys/{'[0-9]' * n}" for folder in ("fernet", "credential") for n in (1, 2, 3)),
    marks=(),
    read=read_key,
)

_OWN_SECTIONS = (
    r"keystone_authtoken|oslo_messaging_\w+|oslo_middleware|oslo_concurrency|oslo_policy|glance_store|"
    r"fernet_tokens|os_glance_\w+|api_database|placement_database|neutron|service_user|paste_deploy|"
    r"clients_keystone"
)

OSLO = Kind(
    name="oslo",
    syntax=Syntax.INI,
    names=(
        *(f"{service}.conf" for service in SERVICES),
        *(f"{service}-*.conf" for service in SERVICES),
        *(f"{service}/*.conf" for service in SERVICES),
        *(f"{service}.conf.d/*.conf" for service in SERVICES),
        *(f"{agent}.ini" for agent in _AGENTS),
        "api-paste.ini",
        "*-paste.ini",
    ),
    marks=(
        rf"^\s*\[(?:{_OWN_SECTIONS})\]",
        r"^\s*\[(?:database|token|memcache|cache|DEFAULT|identity|catalog|revoke|federation|credential)\]",
        r"^\s*connection\s*=\s*\w+(?:\+\w+)?://",
        rf"^\s*(?:{_STRONG})\s*=",
        rf"^\s*(?:{_STRONG})\s*=\s*\S",
        r"^\s*(?:project_domain_(?:id|name)|user_domain_(?:id|name)|auth_url|auth_type|enabled_backends)\s*=",
    ),
    read=read,
)

"""As much of a site file as can be judged, so that one mistake does not hide the others.

What could not be read is None or marked as unknown; a rule leaves alone what it cannot know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fournines.spec.document import Path
from fournines.spec.model import Purpose, Role, Visibility
from fournines.spec.types import Cidr, InterfaceName, Name, NetworkName, Server, Truth

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DraftNetwork:
    """A network; ``says_cidr`` and ``says_interface`` tell whether something was written, readable or not.

    ``purpose_known`` is false where one was written, or something that may be one, and could not be read.
    """

    cidr: IPv4Network | None
    says_cidr: bool
    purpose: Purpose | None
    says_interface: bool
    interface: str | None = None
    purpose_known: bool = True


@dataclass(frozen=True, slots=True)
class DraftVip:
    """A VIP; ``serves`` is None where nothing was written, or where ``serves_known`` is false."""

    network: str | None
    address: IPv4Address | None
    serves: tuple[Visibility, ...] | None
    serves_known: bool


@dataclass(frozen=True, slots=True)
class DraftBoard:
    """A host's entry under ``fencing``, as it was written; ``address`` is None where it is no text."""

    address: str | None
    way: tuple[str, str, str]
    """What tells it from others at the same address: agent, port and system."""


@dataclass(frozen=True, slots=True)
class DraftHost:
    """A host; ``addresses`` and ``roles`` hold None for what is written and could not be read.

    ``whole`` says that nothing of its entry was left out.
    """

    name: str
    roles: tuple[Role | None, ...]
    says_roles: bool
    addresses: Mapping[str, IPv4Address | None]
    interfaces: Mapping[str, str | None]
    bare: tuple[str, ...]
    whole: bool

    def has(self, role: Role) -> bool:
        """Whether the host is known to have this role."""
        return role in self.roles

    @property
    def roles_known(self) -> bool:
        """Whether every role of the host could be read."""
        return self.says_roles and None not in self.roles

    @property
    def attached(self) -> tuple[str, ...]:
        """Every network the host is attached to, with or without an address."""
        return (*self.addresses, *self.bare)


@dataclass(frozen=True, slots=True)
class Draft:
    """The readable parts of a site; what is no mapping at all is None.

    ``lab`` is also true where it cannot be read. ``boards`` has what ``fencing`` says, by the hosts' names.

    ``networks_known`` and ``hosts_known`` say that every name of theirs could be read, ``services_known``
    every service: only then can something be missing from them. ``counted`` are the hosts of ranges, whose
    addresses stand nowhere in the file.
    """

    networks: Mapping[str, DraftNetwork]
    networks_known: bool
    vips: Mapping[str, DraftVip] | None
    hosts: Mapping[str, DraftHost]
    hosts_known: bool
    user: str
    through: str | None
    services: tuple[str | None, ...]
    services_known: bool
    mode: str
    lab: bool
    boards: Mapping[str, DraftBoard]
    options: Mapping[str, Any]
    choose: Mapping[str, Any]
    counted: AbstractSet[str]


def draft_of(
    raw: Mapping[str, Any], dropped: AbstractSet[Path], counted: AbstractSet[str] = frozenset()
) -> Draft:
    """Read what is readable of a file that has been brought into the models' shape.

    Args:
        raw: the file's values.
        dropped: the mappings of which the parser had to leave out an entry.
        counted: the hosts that ranges were written out to.
    """
    networks, vips, hosts = (raw.get(section) for section in ("networks", "vips", "hosts"))
    ssh, components, choose = (raw.get(section) for section in ("ssh", "components", "choose"))
    listed = raw.get("services")
    services = tuple(_read(_NAME, s) for s in listed) if isinstance(listed, list) else ()
    return Draft(
        networks={
            n: _network(entry, whole=("networks", n) not in dropped) for n, entry in _entries(networks)
        },
        networks_known=networks_known(raw) and ("networks",) not in dropped,
        vips={name: _vip(entry) for name, entry in _entries(vips)} if isinstance(vips, dict) else None,
        hosts={n: _host(n, entry, whole=("hosts", n) not in dropped) for n, entry in _entries(hosts)},
        hosts_known=_names_known(hosts, _NAME) and ("hosts",) not in dropped,
        user=str(ssh.get("user", "")) if isinstance(ssh, dict) else "",
        through=_read(_SERVER, ssh.get("through")) if isinstance(ssh, dict) else None,
        services=services,
        services_known=isinstance(listed, list) and None not in services,
        mode=str(raw.get("mode", "")),
        lab=_read(_TRUTH, raw.get("lab", "false")) is not False,
        boards={name: _board(entry) for name, entry in _entries(raw.get("fencing"))},
        options=components if isinstance(components, dict) else {},
        choose=choose if isinstance(choose, dict) else {},
        counted=counted,
    )


def networks_known(raw: Mapping[str, Any]) -> bool:
    """Whether every network's name can be read: only then can a name be that of none."""
    return _names_known(raw.get("networks"), _NETWORK_NAME)


def _names_known(section: object, kind: TypeAdapter[str]) -> bool:
    return isinstance(section, dict) and all(_read(kind, name) is not None for name in section)


def _entries(section: object) -> list[tuple[str, Any]]:
    return list(section.items()) if isinstance(section, dict) else []


def _network(entry: object, *, whole: bool) -> DraftNetwork:
    if not isinstance(entry, dict):
        return DraftNetwork(None, says_cidr=True, purpose=None, says_interface=True, purpose_known=False)
    purpose = _read(_PURPOSE, entry.get("purpose"))
    return DraftNetwork(
        _read(_CIDR, entry.get("cidr")),
        says_cidr="cidr" in entry,
        purpose=purpose,
        says_interface="interface" in entry,
        interface=_read(_INTERFACE, entry.get("interface")),
        purpose_known=whole and (purpose is not None or "purpose" not in entry),
    )


def _vip(entry: object) -> DraftVip:
    if not isinstance(entry, dict):
        return DraftVip(None, None, None, serves_known=False)
    serves = _read(_SERVES, entry.get("serves"))
    known = serves is not None or "serves" not in entry
    network = _read(_NAME, entry.get("network"))
    return DraftVip(network, _read(_ADDRESS, entry.get("address")), serves, serves_known=known)


def _board(entry: object) -> DraftBoard:
    if not isinstance(entry, dict):
        return DraftBoard(None, ("", "", ""))
    agent = str(entry.get("agent", "redfish"))
    port = str(entry.get("port", "623" if agent == "ipmi" else "443"))
    address = entry.get("address")
    said = address.lower() if isinstance(address, str) else None
    return DraftBoard(said, (agent, port, str(entry.get("system", ""))))


def _host(name: str, entry: object, *, whole: bool) -> DraftHost:
    if not isinstance(entry, dict):
        return DraftHost(name, (), says_roles=False, addresses={}, interfaces={}, bare=(), whole=False)
    roles = entry.get("roles")
    return DraftHost(
        name=name,
        roles=tuple(_read(_ROLE, role) for role in roles) if isinstance(roles, list) else (),
        says_roles=isinstance(roles, list),
        addresses={network: _read(_ADDRESS, address) for network, address in entry["addresses"].items()},
        interfaces={n: _read(_INTERFACE, interface) for n, interface in entry["interfaces"].items()},
        bare=tuple(entry["bare"]),
        whole=whole,
    )


_NAME: TypeAdapter[str] = TypeAdapter(Name)
_SERVER: TypeAdapter[str] = TypeAdapter(Server)
_TRUTH: TypeAdapter[bool] = TypeAdapter(Truth)
_NETWORK_NAME: TypeAdapter[str] = TypeAdapter(NetworkName)
_ADDRESS: TypeAdapter[IPv4Address] = TypeAdapter(IPv4Address)
_INTERFACE: TypeAdapter[str] = TypeAdapter(InterfaceName)
_CIDR: TypeAdapter[IPv4Network] = TypeAdapter(Cidr)
_PURPOSE: TypeAdapter[Purpose] = TypeAdapter(Purpose)
_ROLE: TypeAdapter[Role] = TypeAdapter(Role)
_SERVES: TypeAdapter[tuple[Visibility, ...]] = TypeAdapter(tuple[Visibility, ...])


def _read(kind: TypeAdapter[T], value: object) -> T | None:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


def addresses(draft: Draft) -> Iterator[tuple[DraftHost, str, IPv4Address]]:
    """Every readable address of a host, with its network's name."""
    for host in draft.hosts.values():
        for network, address in host.addresses.items():
            if address is not None:
                yield host, network, address

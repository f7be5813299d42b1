"""As much of a site file as can be judged, so that one mistake does not hide the others.

What could not be read is None or marked as unknown; a rule leaves alone what it cannot know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fournines.spec.model import Cidr, Purpose, Role, Visibility

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DraftNetwork:
    """A network; ``has_cidr`` says whether a range was written, readable or not."""

    cidr: IPv4Network | None
    has_cidr: bool
    purpose: Purpose | None
    interface: str | None


@dataclass(frozen=True, slots=True)
class DraftVip:
    """A VIP; ``serves`` is None where nothing was written or it could not be read."""

    network: str | None
    address: IPv4Address | None
    serves: tuple[Visibility, ...] | None


@dataclass(frozen=True, slots=True)
class DraftHost:
    """A host; ``addresses`` holds None for what is written and unreadable, ``roles`` for an unknown role."""

    name: str
    roles: tuple[Role | None, ...]
    has_roles: bool
    addresses: Mapping[str, IPv4Address | None]
    interfaces: Mapping[str, str]
    bare: tuple[str, ...]

    def has(self, role: Role) -> bool:
        """Whether the host is known to have this role."""
        return role in self.roles

    @property
    def roles_known(self) -> bool:
        """Whether every role of the host could be read."""
        return self.has_roles and None not in self.roles

    @property
    def attached(self) -> tuple[str, ...]:
        """Every network the host is attached to, with or without an address."""
        return (*self.addresses, *self.bare)


@dataclass(frozen=True, slots=True)
class Draft:
    """The readable parts of a site; a section that is no mapping at all is None."""

    networks: Mapping[str, DraftNetwork] | None
    vips: Mapping[str, DraftVip] | None
    hosts: Mapping[str, DraftHost] | None
    through: str | None
    services: tuple[str, ...]
    mode: str
    options: tuple[str, ...]


def draft_of(raw: Mapping[str, Any]) -> Draft:
    """Read what is readable of a file that has been brought into the models' shape."""
    ssh, services, components = raw.get("ssh"), raw.get("services"), raw.get("components")
    return Draft(
        networks=_section(raw, "networks", _network),
        vips=_section(raw, "vips", _vip),
        hosts=_section(raw, "hosts", _host),
        through=_text(ssh.get("through")) if isinstance(ssh, dict) else None,
        services=tuple(s if isinstance(s, str) else "" for s in services)
        if isinstance(services, list)
        else (),
        mode=str(raw.get("mode", "")),
        options=tuple(components) if isinstance(components, dict) else (),
    )


def _section(raw: Mapping[str, Any], name: str, read: Any) -> Any:  # noqa: ANN401 - three kinds alike
    section = raw.get(name)
    if not isinstance(section, dict):
        return None
    return {key: read(entry if isinstance(entry, dict) else {}, key) for key, entry in section.items()}


def _network(entry: dict[str, Any], name: str) -> DraftNetwork:
    del name
    cidr = _read(_CIDR, entry.get("cidr"))
    return DraftNetwork(
        cidr, "cidr" in entry, _read(_PURPOSE, entry.get("purpose")), _text(entry.get("interface"))
    )


def _vip(entry: dict[str, Any], name: str) -> DraftVip:
    del name
    address = _read(_ADDRESS, entry.get("address"))
    return DraftVip(_text(entry.get("network")), address, _read(_SERVES, entry.get("serves")))


def _host(entry: dict[str, Any], name: str) -> DraftHost:
    roles, addresses, interfaces = entry.get("roles"), entry.get("addresses", {}), entry.get("interfaces", {})
    return DraftHost(
        name=name,
        roles=tuple(_read(_ROLE, role) for role in roles) if isinstance(roles, list) else (),
        has_roles=isinstance(roles, list),
        addresses={network: _read(_ADDRESS, address) for network, address in addresses.items()},
        interfaces={network: str(interface) for network, interface in interfaces.items()},
        bare=tuple(entry.get("bare", ())),
    )


_ADDRESS: TypeAdapter[IPv4Address] = TypeAdapter(IPv4Address)
_CIDR: TypeAdapter[IPv4Network] = TypeAdapter(Cidr)
_PURPOSE: TypeAdapter[Purpose] = TypeAdapter(Purpose)
_ROLE: TypeAdapter[Role] = TypeAdapter(Role)
_SERVES: TypeAdapter[tuple[Visibility, ...]] = TypeAdapter(tuple[Visibility, ...])


def _read(kind: TypeAdapter[T], value: object) -> T | None:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def addresses(draft: Draft) -> Iterator[tuple[DraftHost, str, IPv4Address]]:
    """Every readable address of a host, with its network's name."""
    for host in (draft.hosts or {}).values():
        for network, address in host.addresses.items():
            if address is not None:
                yield host, network, address

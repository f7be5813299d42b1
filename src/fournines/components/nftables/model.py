"""What is open on a host, worked out from what components declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from fournines.kit.context import Context
from fournines.kit.declare import Endpoint
from fournines.kit.endpoints import accepted, vip_addresses
from fournines.kit.where import VIP_HOSTS
from fournines.spec.model import Host, Strict
from fournines.spec.shapes import Once
from fournines.spec.types import Port

TABLE = "fournines"
CHAIN = "input"


class Options(Strict):
    """What a site may override."""

    ssh_ports: Annotated[tuple[Port, ...], Once()] = Field(default=(22,), min_length=1)
    """The ports sshd listens on. They are open to everybody, always: nobody can lock himself out."""
    open_tcp: Annotated[tuple[Port, ...], Once()] = ()
    """TCP ports that are open to everybody on every host, for software that fournines does not manage."""
    open_udp: Annotated[tuple[Port, ...], Once()] = ()
    """The same for UDP."""


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """Traffic that one host accepts.

    ``last`` ends a range of ports. ``source`` is a range in CIDR notation, empty for anybody; ``target`` is
    the address it is sent to, empty for any of the host's.
    """

    protocol: str
    port: int | None
    source: str = ""
    target: str = ""
    name: str = ""
    last: int | None = None

    @property
    def ports(self) -> str:
        """``5000``, or ``6000-6199``, as nft writes it."""
        return f"{self.port}-{self.last}" if self.last else f"{self.port}"

    def __str__(self) -> str:
        """``tcp/5000 to 10.0.0.20 from anywhere``."""
        port = f"/{self.ports}" if self.port else ""
        target = f" to {self.target}" if self.target else ""
        return f"{self.protocol}{port}{target} from {self.source or 'anywhere'}"


def openings(context: Context, host: Host) -> tuple[Opening, ...]:
    """What this host accepts, SSH first; declarations that say the same are one opening.

    Clients of the VIPs may sit anywhere, so a controller accepts an endpoint's port on the VIPs that serve it
    from anybody; where the endpoint's backends listen, the cluster network is let in.
    """
    site = context.site
    table: dict[Opening, list[str]] = {}
    for opening in (*_always(context.options("nftables", Options)), *_declared(context, host)):
        names = table.setdefault(replace(opening, name=""), [])
        if opening.name not in names:
            names.append(opening.name)
    if VIP_HOSTS.has(site, host):
        for endpoint in context.declared(Endpoint):
            for address in vip_addresses(site, endpoint):
                table[Opening("tcp", endpoint.port, target=str(address))] = [endpoint.name]
    return tuple(replace(opening, name=", ".join(names)) for opening, names in table.items())


def _always(options: Options) -> Iterator[Opening]:
    for port in options.ssh_ports:
        yield Opening("tcp", port, name="ssh")
    for port in options.open_tcp:
        yield Opening("tcp", port, name="site")
    for port in options.open_udp:
        yield Opening("udp", port, name="site")


def _declared(context: Context, host: Host) -> Iterator[Opening]:
    for declared in accepted(context):
        if host.name in declared.hosts:
            source = str(context.site.networks[declared.network].range) if declared.network else ""
            yield Opening(declared.protocol, declared.port, source, name=declared.name, last=declared.last)

"""Neutron's options and the names it goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from fournines.kit.declare import CatalogueEntry, Database, Memory, MessageUser, ServiceUser, memory_of
from fournines.kit.openstack.messaging import OUTLASTS_BROKER
from fournines.kit.where import ApiModed, on
from fournines.spec.model import Host, Role, Site
from fournines.spec.shapes import first_written, wrong
from fournines.spec.types import Whole, WholeSeconds

SERVERS: Final = on(Role.CONTROLLER)
"""Where the API, the agents' counterpart and the periodic work run."""
NETWORKS: Final = on(Role.NETWORK, otherwise=(Role.CONTROLLER,))
"""Where routers, DHCP servers and metadata proxies run."""
SWITCHES: Final = on(Role.NETWORK, otherwise=(Role.CONTROLLER,), also=(Role.COMPUTE,))
"""Where the switch has an agent: where routers are, and where instances are."""
HOSTS: Final = on(Role.CONTROLLER, Role.NETWORK, also=(Role.COMPUTE,))
PORT: Final = 9696
CACHE_KEY: Final = "neutron/token-cache"
METADATA_SECRET: Final = "neutron/metadata"  # noqa: S105 - a name
"""What signs the instance's name on its way to Nova's metadata service."""
DATABASE: Final = Database("neutron", user="neutron", password="neutron/database")  # noqa: S106 - a name
USER: Final = ServiceUser("neutron", password="neutron/keystone")  # noqa: S106 - a name
MESSAGES: Final = MessageUser("neutron", password="neutron/messaging")  # noqa: S106 - a name
ENTRY: Final = CatalogueEntry("neutron", "network", "OpenStack Networking", endpoint="neutron")
MIGRATIONS: Final = "/usr/lib/python3/dist-packages/neutron/db/migration/alembic_migrations/versions"
PHYSICAL: Final = "external"
"""What Neutron calls the network from which routers are reached (``provider:physical_network``)."""

API_MB: Final = 190
RPC_MB: Final = 210
RPC_WORKER_MB: Final = 40
PERIODIC_MB: Final = 160
AGENTS_MB: Final = 1450
"""What each holds, in MiB, measured in a lab; the four agents of a host with the helpers they start."""
SWITCH_AGENT_MB: Final = 290
"""What the one agent of a host of instances holds, in MiB."""

SERVER_UNITS: Final = {
    "api": "neutron-api.service",
    "rpc": "neutron-rpc-server.service",
    "periodic": "neutron-periodic-workers.service",
}
AGENT_UNITS: Final = {
    "switch": "neutron-openvswitch-agent.service",
    "l3": "neutron-l3-agent.service",
    "dhcp": "neutron-dhcp-agent.service",
    "metadata": "neutron-metadata-agent.service",
}
GROUP: Final = "g_services_network"
"""The agents where they move, by the guide's name for it."""
LEAVE: Final = "fournines-neutron-leave.service"
"""What takes off a host what the agents made, once they have moved away."""
CONF: Final = "/etc/neutron/neutron.conf"
STATE: Final = "/var/lib/neutron"
MONITORS: Final = "fournines-neutron-monitors"
"""The unit and timer that end monitors of deleted routers, and deaf ones."""
AGENTS: Final = tuple(unit.removesuffix(".service") for unit in AGENT_UNITS.values())
"""The agents of a host of networks as the API calls them (``binary``)."""


class Options(ApiModed):
    """What a site may override."""

    processes: Whole = Field(default=1, ge=1, le=64)
    """API processes per host; each takes about 190 MiB."""
    threads: Whole = Field(default=4, ge=1, le=64)
    """Requests one process works on at once."""
    rpc_workers: Whole = Field(default=1, ge=1, le=64)
    """Processes per host that answer the agents."""
    report_interval: WholeSeconds = Field(default=5, ge=1, le=60)
    """Seconds between an agent's signs of life."""
    agent_down_time: Annotated[WholeSeconds, OUTLASTS_BROKER] = Field(default=20, ge=5, le=600)
    """Seconds of silence after which an agent gets no more work, and its networks go to others; at least
    twice ``report_interval``, and as long as a broker's death keeps agents silent: ``heartbeat`` and
    ``net_ticktime`` of rabbitmq together."""
    dhcp_agents_per_network: Whole = Field(default=2, ge=1, le=16)
    """Hosts that serve DHCP in each network."""
    l3_agents_per_router: Whole = Field(default=3, ge=2, le=16)
    """Hosts on which each router is ready at most; one of them is active."""
    vrrp_advert: WholeSeconds = Field(default=1, ge=1, le=10)
    """Seconds between the signs of life of an active router; after three and a part another takes over."""

    @model_validator(mode="after")
    def _agents_are_given_two_chances(self) -> Self:
        if self.agent_down_time < 2 * self.report_interval:
            raise wrong(
                f"agent_down_time ({self.agent_down_time}) is less than twice report_interval: an agent whose"
                " sign of life is late once counts as dead",
                f"write agent_down_time: {2 * self.report_interval} or more, or a shorter report_interval",
                at=first_written(self, "agent_down_time", "report_interval"),
            )
        return self


def called(site: Site, options: Options, host: Host) -> str:
    """The name under which the server knows the agents of a host.

    Where the agents move the name moves along, so that whoever has it takes over routers, leases and ports
    as its own. No host can be called so.
    """
    moves = options.moves_in(site) and NETWORKS.has(site, host)
    return f"{site.name}.network" if moves else host.name


def agents_of(site: Site, host: Host) -> tuple[str, ...]:
    """Which agents a host has, by the words that their faults go by."""
    if NETWORKS.has(site, host):
        return tuple(AGENT_UNITS)
    return ("switch",) if SWITCHES.has(site, host) else ()


def apart(site: Site) -> tuple[str, ...]:
    """The hosts that have nothing but the switch's agent."""
    return tuple(host.name for host in SWITCHES(site) if not NETWORKS.has(site, host))


def guest_host(site: Site) -> str:
    """Where a drill's guest is: if there is one on a host of instances, where DHCP comes from others."""
    return next(iter((*apart(site), *NETWORKS.names(site))))


def dhcp_hosts(site: Site, options: Options) -> int:
    """How many hosts serve DHCP in a network."""
    return 1 if options.moves_in(site) else min(options.dhcp_agents_per_network, len(NETWORKS(site)))


def server_processes(options: Options) -> int:
    """Processes per host that are connected to the database."""
    return options.processes + options.rpc_workers + 1


def memory(site: Site, options: Options) -> Iterator[Memory]:
    """What each host holds: its share of the servers, its share of the agents."""
    server = options.processes * API_MB + RPC_MB + (options.rpc_workers - 1) * RPC_WORKER_MB + PERIODIC_MB
    return memory_of(
        "neutron",
        (SERVERS.names(site), server),
        (NETWORKS.names(site), AGENTS_MB),
        (apart(site), SWITCH_AGENT_MB),
    )


GUEST_PACKAGE: Final = "busybox"
"""What brings the DHCP client of a drill's guest."""
POOL: Final = 16
"""How many addresses a drill's external network has at most."""


def free_run(cidr: IPv4Network, taken: Collection[IPv4Address]) -> tuple[IPv4Address, IPv4Address] | None:
    """The first and last of the highest addresses that follow one another and that nobody has.

    Args:
        cidr: the network's range.
        taken: the addresses of hosts, VIPs and whoever else is there.
    """
    free = sorted(address for address in cidr.hosts() if address not in taken)
    if not free:
        return None
    first = free[-1]
    for lower, upper in reversed(list(pairwise(free))):
        if int(upper) - int(lower) != 1 or int(free[-1]) - int(lower) >= POOL:
            break
        first = lower
    return first, free[-1]

"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.neutron.checks import agent_checks, answer_checks, checks
from fournines.components.neutron.deploy import agents, steps
from fournines.components.neutron.families import FAMILIES
from fournines.components.neutron.faults import faults, leased, reached
from fournines.components.neutron.model import (
    AGENT_UNITS,
    CACHE_KEY,
    CONF,
    DATABASE,
    ENTRY,
    GROUP,
    HOSTS,
    LEAVE,
    MESSAGES,
    METADATA_SECRET,
    NETWORKS,
    PORT,
    SERVER_UNITS,
    SERVERS,
    STATE,
    SWITCHES,
    USER,
    Options,
    called,
    memory,
    server_processes,
)
from fournines.components.neutron.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.common.clustered import api
from fournines.kit.common.pinged import HERE, daemon, pinged
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, MetadataProxy, Resource, Secret
from fournines.kit.where import VIP_HOSTS
from fournines.spec.document import Problem
from fournines.spec.model import Role, Site


def declares(site: Site, options: Options) -> Iterator[Declaration]:
    """Its database, its accounts, and its place behind the VIP.

    The health page needs no token and no database, so a database that changes its writer takes no API down.
    """
    names = SERVERS.names(site)
    yield from memory(site, options)
    yield DATABASE
    yield DATABASE.clients(names, server_processes(options))
    yield USER
    yield MESSAGES
    yield ENTRY
    for secret in (DATABASE.password, USER.password, MESSAGES.password, CACHE_KEY, METADATA_SECRET):
        yield Secret(secret)
    yield reached(site, options)
    yield from leased(site, options)
    yield MetadataProxy(METADATA_SECRET)
    endpoint = Endpoint("neutron", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))
    yield from api(endpoint, SERVER_UNITS["api"], moves=options.api_moves_in(site))
    if options.api_moves_in(site):
        yield pinged("neutron-rpc", SERVER_UNITS["rpc"], CONF, f"q-plugin.{HERE}")
        # What falls due has nothing that could be asked.
        yield Resource("neutron-periodic", SERVER_UNITS["periodic"], monitor=20, start=180)
    if options.moves_in(site):
        yield from _moving(site, options)


def _moving(site: Site, options: Options) -> Iterator[Declaration]:
    """The agents as one group; the first of it takes off a host what the others leave there.

    The switch's agent is among them: a port that is bound to the name which moves is wired by the agent that
    has that name. The metadata agent refuses a request that names both a network and a router, and asks
    nobody for that.
    """
    hosts = NETWORKS(site)
    names, name = tuple(host.name for host in hosts), called(site, options, hosts[0])
    yield Resource(
        "neutron-leave", LEAVE, monitor=60, start=120, stop=120, grace=60, group=GROUP, hosts=names
    )
    queues = {"switch": "q-agent-notifier-tunnel-update", "l3": "l3_agent", "dhcp": "dhcp_agent"}
    for agent, queue in queues.items():
        yield pinged(
            f"neutron-{agent}", AGENT_UNITS[agent], CONF, f"{queue}.{name}", group=GROUP, hosts=names
        )
    refused = "-H 'X-Neutron-Network-ID: none' -H 'X-Neutron-Router-ID: none'"
    asked = f"curl -s -m 8 --unix-socket {STATE}/metadata_proxy {refused} http://metadata/"
    yield daemon("neutron-metadata", AGENT_UNITS["metadata"], asked, group=GROUP, hosts=names)


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """More than one host for what one that dies must not end, and no more than there are."""
    hosts = NETWORKS(site)
    written = site.components.get("neutron", {})
    if options.moves_in(site):
        yield from _unmovable(site)
    if len(hosts) == 1:
        yield Problem(
            ("hosts", hosts[0].name, "roles"),
            f"{hosts[0].name} alone would have every router and DHCP server: with it all networks end",
            "give one more host the role network",
        )
        return
    for option in ("dhcp_agents_per_network", "l3_agents_per_router"):
        asked = getattr(options, option)
        if option in written and options.moves_in(site):
            yield Problem(
                ("components", "neutron", option),
                "the agents move: one host at a time has every router and DHCP server",
                "take it away, or write mode: active-active for neutron",
            )
        elif option in written and asked > len(hosts):
            yield Problem(
                ("components", "neutron", option),
                f"{asked} agents on {len(hosts)} hosts of networks",
                f"write {len(hosts)} or less",
            )


def _unmovable(site: Site) -> Iterator[Problem]:
    """Hosts of networks that the cluster cannot move agents to, or that have an agent of their own."""
    stays = (
        "write components: {neutron: {mode: active-active}}: routers and DHCP are then ready on several hosts"
    )
    for host in NETWORKS(site):
        place = ("hosts", host.name, "roles")
        if not VIP_HOSTS.has(site, host):
            what = f"{host.name} is no controller: the cluster moves the agents of networks among those"
            yield Problem(place, what, f"give the role network to controllers alone, or {stays}")
        elif host.has(Role.COMPUTE):
            what = f"{host.name} has instances, and the switch's agent moves with those of networks"
            yield Problem(place, what, f"take the role compute from it, or {stays}")


COMPONENT = Component(
    name="neutron",
    summary="Virtual networks: routers ready on several hosts, one of them active by VRRP; DHCP on two",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "server", on=SERVERS, slow=True),
        Stage(agents, agent_checks, "agents", needs=("switch",), on=SWITCHES, brings=(Resource,)),
        Stage(no_steps, answer_checks, "answers", needs=("vip", "identity")),
    ),
    faults=faults,
    judge=judge,
    options=Options,
    needs=always("names", "trust", "balancer", "database", "cache", "messaging"),
    provides=("network",),
    joins=Joins.LISTED,
    relies=RELIES,
    families=FAMILIES,
)

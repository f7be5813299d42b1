"""What it is, where it runs, what it needs, provides and declares."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.neutron.checks import agent_checks, answer_checks, checks
from fournines.components.neutron.deploy import agents, steps
from fournines.components.neutron.families import FAMILIES
from fournines.components.neutron.faults import faults, leased, reached
from fournines.components.neutron.model import (
    CACHE_KEY,
    DATABASE,
    ENTRY,
    HOSTS,
    MESSAGES,
    METADATA_SECRET,
    NETWORKS,
    PORT,
    SERVERS,
    SWITCHES,
    USER,
    Options,
    memory,
    server_processes,
)
from fournines.components.neutron.relies import RELIES
from fournines.kit.common import uwsgi
from fournines.kit.component import Component, Joins, Stage, always, no_steps
from fournines.kit.declare import Declaration, Endpoint, MetadataProxy, Secret
from fournines.spec.document import Problem
from fournines.spec.model import Site


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
    yield reached(site)
    yield from leased(site, options)
    yield MetadataProxy(METADATA_SECRET)
    yield Endpoint("neutron", PORT, hosts=names, health=uwsgi.health("/healthcheck", PORT))


def judge(site: Site, options: Options) -> Iterator[Problem]:
    """More than one host for what one that dies must not end, and no more than there are."""
    hosts = NETWORKS(site)
    written = site.components.get("neutron", {})
    if len(hosts) == 1:
        yield Problem(
            ("hosts", hosts[0].name, "roles"),
            f"{hosts[0].name} alone would have every router and DHCP server: with it all networks end",
            "give one more host the role network",
        )
        return
    for option in ("dhcp_agents_per_network", "l3_agents_per_router"):
        asked = getattr(options, option)
        if option in written and asked > len(hosts):
            yield Problem(
                ("components", "neutron", option),
                f"{asked} agents on {len(hosts)} hosts of networks",
                f"write {len(hosts)} or less",
            )


COMPONENT = Component(
    name="neutron",
    summary="Virtual networks: routers ready on several hosts, one of them active by VRRP; DHCP on two",
    on=HOSTS,
    declares=declares,
    stages=(
        Stage(steps, checks, "server", on=SERVERS, slow=True),
        Stage(no_steps, answer_checks, "answers", needs=("vip", "identity")),
        Stage(agents, agent_checks, "agents", needs=("switch",), on=SWITCHES),
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

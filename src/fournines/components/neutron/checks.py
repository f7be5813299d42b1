"""What Neutron promises."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from fournines.components.neutron.deploy import CONF, configuration
from fournines.components.neutron.model import (
    AGENT_UNITS,
    AGENTS,
    HOSTS,
    NETWORKS,
    PORT,
    SERVER_UNITS,
    SERVERS,
)
from fournines.components.neutron.on_host import look
from fournines.kit import program
from fournines.kit.check import Ask, Check, Output, each_host
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import ADMIN_PASSWORD, IDENTITY_PORT, internal_url
from fournines.kit.verdict import Verdict, failed, passed

EXTENSIONS: Final = frozenset({"agent", "dhcp_agent_scheduler", "l3-ha", "l3_agent_scheduler", "router"})
"""Without these no router or DHCP server would have a second host."""


def checks(context: Context) -> Iterator[Check]:
    """The server is alive on every controller."""
    site = context.site
    yield health_check("neutron", context, barrier=True)
    yield units_check("neutron", SERVERS.names(site), tuple(SERVER_UNITS.values()), barrier=True)


def answer_checks(context: Context) -> Iterator[Check]:
    """Asked through the VIP with a token, it answers from its database."""
    yield Check(
        "neutron.answers",
        "Neutron answers through the VIP, and can give routers and DHCP servers a second host",
        asks={context.client_host: _look(context)},
        judge=each_host(judge_extensions),
        barrier=True,
    )


def agent_checks(context: Context) -> Iterator[Check]:
    """The agents run, the server hears from each of them, and every host has this site's configuration."""
    names = NETWORKS.names(context.site)
    yield same_file_check(
        "neutron",
        "Every Neutron has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )
    yield units_check("neutron", names, tuple(AGENT_UNITS.values()), barrier=True, name="agent-units")
    yield Check(
        "neutron.agents",
        f"The server hears from {len(AGENTS)} agents on each of {len(names)} hosts of networks",
        asks={context.client_host: _look(context)},
        judge=each_host(partial(judge_agents, hosts=names)),
        barrier=True,
    )


def _look(context: Context) -> Ask:
    question = {
        "keystone": internal_url(context.site, IDENTITY_PORT),
        "neutron": internal_url(context.site, PORT),
        "password": context.secret(ADMIN_PASSWORD),
    }
    return program.ask(look, question, timeout=40)


def judge_extensions(answer: Output) -> Verdict:
    """Those that high availability needs must be loaded."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    missing = EXTENSIONS - set(found["extensions"])
    if missing:
        return failed(f"it was started without {', '.join(sorted(missing))}")
    return passed(f"{len(found['extensions'])} extensions in {found['seconds']:.2f} s")


def judge_agents(answer: Output, hosts: tuple[str, ...]) -> Verdict:
    """Each host must have each agent, alive and not shut out by an administrator."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    alive = {
        (one["binary"], one["host"]) for one in found["agents"] if one["alive"] and one["admin_state_up"]
    }
    silent = [f"{binary} on {host}" for host in hosts for binary in AGENTS if (binary, host) not in alive]
    if silent:
        return failed(f"not heard from: {', '.join(silent)}")
    return passed(f"{len(hosts)} of each: {', '.join(AGENTS)}")

"""What Neutron promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from fournines.components.neutron.deploy import configuration
from fournines.components.neutron.model import (
    AGENT_UNITS,
    CONF,
    HOSTS,
    LEAVE,
    MONITORS,
    NETWORKS,
    PORT,
    SERVER_UNITS,
    SERVERS,
    SWITCHES,
    Options,
    agents_of,
    apart,
    called,
)
from fournines.components.neutron.on_host import look, router
from fournines.kit import program
from fournines.kit.check import Answers, Ask, Check, Output, each_host
from fournines.kit.common.clustered import daemon_checks, moving
from fournines.kit.common.health_check import health_check
from fournines.kit.common.same_file import same_file_check
from fournines.kit.common.unit_check import units_check
from fournines.kit.context import Context
from fournines.kit.openstack import as_administrator, internal_url
from fournines.kit.verdict import Verdict, failed, passed, unknown

EXTENSIONS: Final = frozenset({"agent", "dhcp_agent_scheduler", "l3-ha", "l3_agent_scheduler", "router"})
"""Without these no router or DHCP server would have a second host."""
STORY: Final = 90.0
"""Seconds that the witnesses have; on a busy machine a router is ready after half a minute."""


def checks(context: Context) -> Iterator[Check]:
    """The server is alive on every controller, or on the one that it has moved to."""
    names = SERVERS.names(context.site)
    yield health_check("neutron", context, barrier=moving(context, SERVER_UNITS["api"]) is None)
    yield from daemon_checks("neutron", context, names, SERVER_UNITS.values())


def answer_checks(context: Context) -> Iterator[Check]:
    """Asked through the VIP with a token, it answers from its database, and hears from every agent."""
    site, options = context.site, context.options("neutron", Options)
    hosts = [(called(site, options, host), agents_of(site, host)) for host in SWITCHES(site)]
    wanted = list(dict.fromkeys((AGENT_UNITS[one], name) for name, agents in hosts for one in agents))
    yield Check(
        "neutron.answers",
        "Neutron answers through the VIP, and can give routers and DHCP servers a second host",
        asks={context.client_host: _look(context)},
        judge=each_host(judge_extensions),
        barrier=True,
    )
    yield Check(
        "neutron.agents",
        f"The server hears from all {len(wanted)} agents: of networks' hosts, and of instances'",
        asks={context.client_host: _look(context)},
        judge=each_host(partial(judge_agents, wanted=wanted)),
        barrier=True,
    )
    yield router_check(context)


def agent_checks(context: Context) -> Iterator[Check]:
    """The agents run, and every host has this site's configuration."""
    site = context.site
    yield same_file_check(
        "neutron",
        "Every Neutron has this site's configuration, with its passwords",
        CONF,
        {host.name: configuration(context, host) for host in HOSTS(context.site)},
    )
    leave = (LEAVE,) if moving(context, LEAVE) else ()
    units = (*AGENT_UNITS.values(), f"{MONITORS}.timer", *leave)
    yield from daemon_checks("neutron", context, NETWORKS.names(site), units, name="agent-units")
    if apart(site):
        yield units_check(
            "neutron", apart(site), (AGENT_UNITS["switch"],), barrier=True, name="switch-agent-units"
        )


def router_check(context: Context) -> Check:
    """A router made through the VIP is active on one host, and reached over the tunnels from the others.

    A deployment does not wait for it: it makes something of users' own, and takes most of a minute.
    """
    names = NETWORKS.names(context.site)
    ha = not context.options("neutron", Options).moves_in(context.site)
    story = {"hosts": list(names), "seconds": STORY, "ha": ha}
    parts: dict[str, dict[str, object]] = {context.client_host: {"story": story}}
    for name in names:
        parts.setdefault(name, {})["watch"] = {"host": name, "seconds": STORY, "ha": ha}
    return Check(
        "neutron.router",
        "A network with a router is made through the VIP: one host is active, and its gateway answers"
        " all DHCP hosts; all of it is deleted again",
        asks={
            host: program.ask(router, {**administrator(context), **part}, timeout=STORY + 60)
            for host, part in parts.items()
        },
        judge=partial(judge_router, teller=context.client_host, hosts=names),
    )


def _look(context: Context) -> Ask:
    return program.ask(look, administrator(context), timeout=40)


def administrator(context: Context) -> dict[str, object]:
    """Where Neutron is asked, and as whom."""
    return as_administrator(context, neutron=internal_url(context.site, PORT))


def judge_extensions(answer: Output) -> Verdict:
    """Those that high availability needs must be loaded."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    missing = EXTENSIONS - set(found["extensions"])
    if missing:
        return failed(f"it was started without {', '.join(sorted(missing))}")
    return passed(f"{len(found['extensions'])} extensions in {found['seconds']:.2f} s")


def judge_agents(answer: Output, wanted: Sequence[tuple[str, str]]) -> Verdict:
    """Each agent (its unit and host) must be there, alive and not shut out by an administrator."""
    found = program.heard(answer)
    if found is None:
        return failed(program.complaint(answer))
    alive = {
        (one["binary"], one["host"]) for one in found["agents"] if one["alive"] and one["admin_state_up"]
    }
    binaries = [(unit.removesuffix(".service"), host) for unit, host in wanted]
    silent = [f"{binary} on {host}" for binary, host in binaries if (binary, host) not in alive]
    if silent:
        return failed(f"not heard from: {', '.join(silent)}")
    counted = Counter(binary for binary, _ in binaries)
    return passed(", ".join(f"{number} of {binary}" for binary, number in counted.items()))


def judge_router(answers: Answers, teller: str, hosts: tuple[str, ...]) -> Verdict:
    """One host has the gateway, all with a DHCP server reach it, and every host has said what it saw."""
    told = answers.get(teller)
    if told is None:
        return unknown(f"{teller} cannot be asked")
    heard = {host: program.heard(answer) for host, answer in answers.items() if answer is not None}
    silent = [host for host in hosts if host not in heard]
    wrong = [
        f"{h}: {program.complaint(answers[h] or Output(1, ''))}" for h, one in heard.items() if one is None
    ]
    if wrong:
        return failed("; ".join(wrong))
    if silent:
        return unknown(f"{', '.join(silent)} cannot be asked")
    return _seen({host: one for host, one in heard.items() if one is not None}, teller, hosts)


def _seen(heard: Mapping[str, Mapping[str, Any]], teller: str, hosts: tuple[str, ...]) -> Verdict:
    story, seen = heard[teller]["story"], {host: heard[host]["watch"] for host in hosts}
    active = [host for host, one in seen.items() if one["active"]]
    dark = [host for host, one in seen.items() if one["reached"] is False]
    reached = [host for host, one in seen.items() if one["reached"]]
    if len(active) != 1:
        return failed(f"the gateway's address is on {' and '.join(active) or 'no host'}: {story['states']}")
    if dark or not reached:
        return failed(f"the gateway on {active[0]} does not answer {', '.join(dark) or 'any DHCP host'}")
    if story["unseen"]:
        return failed(f"{', '.join(story['unseen'])} saw it after it was given up")
    if story["left"]:
        return failed(f"{' and '.join(story['left'])} of the check could not be deleted")
    return passed(f"on {active[0]}, reached from {', '.join(reached)}, in {story['seconds']:.0f} s")

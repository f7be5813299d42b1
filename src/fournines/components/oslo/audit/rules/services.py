"""What a service alone must be told to survive a lost host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fournines.components.oslo.audit.facts import OsloConf
from fournines.components.oslo.audit.facts.agents import moving_names
from fournines.kit.audit.rule import Consequence, Hit, Severity, Unknown, rule
from fournines.kit.audit.source import ALL_HOSTS, EVERY_HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fournines.kit.audit.evidence import Evidence
    from fournines.kit.audit.source import Place

_URL = "connection = mysql+pymysql://nova:s3cret@10.0.0.20/nova\n"


@rule(
    "OS010",
    Severity.INFO,
    "A service that gives up on its database",
    consequence=Consequence.NO_RETURN,
    why="by default a service tries ten times to reach its database when it starts, and then stays dead: "
    "after a "
    "power cut the services are up before the database",
    fix="max_retries = -1, and connection_recycle_time below the proxy's timeout",
    source="oslo.db options: max_retries; openstack/kolla-ansible nova.conf.j2",
    bad={"ctl1/nova.conf": f"[database]\n{_URL}max_retries = 10\n"},
    good={"ctl1/nova.conf": f"[database]\n{_URL}max_retries = -1\n"},
    points_at="max_retries = 10",
)
def gives_up(evidence: Evidence) -> Iterator[Hit | Unknown]:
    silent: dict[str, list[Place]] = {}
    for conf in evidence.all(OsloConf):
        said = conf.get("database", "max_retries")
        if said and said.number is not None and said.number > 0:  # 0: gone at once, and systemd tries again
            yield Hit(said.at, f"{conf.service or 'the service'} gives up after {said.number} attempts")
        elif said is None and not conf.excerpt and conf.database and conf.database.section == "database":
            silent.setdefault(conf.at.host, []).append(conf.database.at)
    for first, *others in silent.values():
        yield Hit(first, "max_retries is not set: ten attempts, then none", related=tuple(others))


@rule(
    "OS011",
    Severity.WARNING,
    "A database driver that stops the whole worker",
    consequence=Consequence.SLOW,
    why="mysql:// is the C library: while one query hangs in a failover, every other request of the worker "
    "waits, "
    "health checks included",
    fix="mysql+pymysql://",
    source="OpenStack wiki, PyMySQL evaluation; SQLAlchemy, MySQL DBAPI: the default driver is mysqlclient",
    bad={"ctl1/nova.conf": "[database]\nconnection = mysql://nova:s3cret@10.0.0.20/nova\n"},
    good={"ctl1/nova.conf": f"[database]\n{_URL}"},
    points_at="connection = mysql://nova:***@10.0.0.20/nova",
)
def blocking_driver(evidence: Evidence) -> Iterator[Hit | Unknown]:
    for conf in evidence.all(OsloConf):
        for option in conf.all("connection", "sql_connection", "slave_connection"):
            if option.url and option.url.scheme in ("mysql", "mysql+mysqldb"):
                yield Hit(
                    option.at, f"{conf.service or 'the service'} uses the driver of {option.url.scheme}://"
                )


_NEUTRON = (
    "[DEFAULT]\ncore_plugin = ml2\nservice_plugins = router\ndhcp_agents_per_network = {}\nl3_ha = {}\n"
)


@rule(
    "OS012",
    Severity.WARNING,
    "A network that lives on one host",
    consequence=Consequence.SINGLE,
    why="the DHCP server or the router of a tenant's network is on one network host only: with it the tenant "
    "is cut "
    "off until somebody reschedules it",
    fix="dhcp_agents_per_network = 2 and l3_ha = true",
    source="Neutron documentation, High availability: DHCP agents, l3_ha",
    bad={"ctl1/neutron.conf": _NEUTRON.format(1, "false")},
    good={"ctl1/neutron.conf": _NEUTRON.format(2, "true")},
    points_at="dhcp_agents_per_network = 1",
)
def lone_agents(evidence: Evidence) -> Iterator[Hit | Unknown]:
    confs = evidence.all(OsloConf)
    if any("ovn" in option.value.lower() for conf in confs for option in conf.all(*_PLUGINS)):
        return  # OVN has neither of these agents
    if moving_names(confs):
        return  # they are started elsewhere under the same name, with all that is theirs
    hosts = {conf.at.host for conf in confs if conf.service == "neutron"}
    counted = hosts.isdisjoint({EVERY_HOST, ALL_HOSTS})
    for conf in confs:
        agents = conf.find("dhcp_agents_per_network")
        if agents and agents.number is not None and agents.number < 2:  # noqa: PLR2004 - more than one
            yield Hit(agents.at, f"{agents.number} DHCP agent for each network", fix=_TWO_AGENTS)
        routers = conf.find("l3_ha")
        distributed = conf.find("router_distributed")
        moved = conf.find("allow_automatic_l3agent_failover")
        if routers and routers.on and moved and moved.on:
            yield Hit(
                moved.at,
                "routers are moved by l3_ha and by the scheduler",
                (routers.at,),
                why=_TWO_MOVERS,
                fix=_ONE_MOVER,
            )
        if routers and routers.off and not (distributed and distributed.on):
            lesser = Severity.INFO if moved and moved.on else None
            yield Hit(routers.at, "routers are on one L3 agent each", severity=lesser, fix=_L3_HA)
        yield from _contradiction(conf, len(hosts), counted=counted)
        yield from _unsaid(conf)


_TWO_AGENTS = "dhcp_agents_per_network = 2, or as many as there are network hosts"
_L3_HA = "l3_ha = true; a router that exists is made one by 'openstack router set --disable, --ha, --enable'"
_ONE_MOVER = (
    "allow_automatic_l3agent_failover = false, and l3_ha stays; make routers of before l3_ha anew, or --ha"
)
_MORE_AGENTS = "max_l3_agents_per_router = 0 (each network host) or 3"
_TWO_MOVERS = (
    "VRRP moves routers made since l3_ha within seconds, the scheduler those made before it, late, and also "
    "away from agents that run and only lost their messages: which of the two acts is chance"
)
_PLUGINS = ("mechanism_drivers", "service_plugins", "core_plugin", "ovn_nb_connection")


_EXACTLY = (
    "with no more network hosts than that, the loss of one lets nobody make a router until it is back: 'Not "
    "enough l3 agents available'"
)
_FEWER = (
    "min_l3_agents_per_router one less than there are network hosts; since Pike it is gone and 1 is enough"
)


def _contradiction(conf: OsloConf, hosts: int, *, counted: bool) -> Iterator[Hit]:
    least, most = conf.find("min_l3_agents_per_router"), conf.find("max_l3_agents_per_router")
    if not most or most.number is None:
        return
    if most.number == 1:
        yield Hit(most.at, "a router may be on one L3 agent at most", fix=_MORE_AGENTS)
    elif least and least.number is not None and 0 < most.number < least.number:
        what = f"at least {least.number} L3 agents, at most {most.number}"
        yield Hit(least.at, what, (most.at,), fix=_MORE_AGENTS)
    elif least and least.number == most.number and hosts <= most.number:
        what = f"a router wants {least.number} L3 agents, neither more nor fewer"
        severity = None if counted else Severity.INFO  # how many network hosts there are is not known
        yield Hit(least.at, what, (most.at,), why=_EXACTLY, fix=_FEWER, severity=severity)


_ADVICE = {"dhcp_agents_per_network": _TWO_AGENTS, "l3_ha": _L3_HA}


def _unsaid(conf: OsloConf) -> Iterator[Hit]:
    """Both defaults are one host: worth a word where the server's own file was given whole."""
    plugins = conf.find("service_plugins")
    if conf.excerpt or conf.service != "neutron" or not plugins or "router" not in plugins.value:
        return
    unsaid = [name for name in ("dhcp_agents_per_network", "l3_ha") if not conf.find(name)]
    if unsaid:
        what = f"not said, so one agent: {', '.join(unsaid)}"
        fix = "; ".join(_ADVICE[name] for name in unsaid)
        yield Hit(plugins.at, what, fix=fix, severity=Severity.INFO)

"""Pacemaker's options, and the parts of its configuration, worked out from what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from pydantic import Field

from fournines.kit.common.fencing import board_of
from fournines.kit.context import Context
from fournines.kit.declare import Resource, VipCondition, Volume
from fournines.kit.where import VIP_HOSTS, on
from fournines.spec.model import Fencing, Host, Role, Site, Strict
from fournines.spec.types import Whole, WholeSeconds

MEMBERS = on(Role.CONTROLLER, Role.ARBITER)
"""The hosts that vote: each may have to fence any other."""
QUORUM_ONLY = on(Role.ARBITER, without=(Role.CONTROLLER,))
"""Those that vote and fence, and run nothing."""
AGENTS = {"redfish": "fence_redfish", "ipmi": "fence_ipmilan"}
PACKAGES = {"redfish": "fence-agents-redfish", "ipmi": "fence-agents-ipmilan"}
API_GROUP = "g_services_api"
"""The VIP of internal clients and the APIs that move with it, by the guide's name for it."""
_GRACE = 5
"""The agent's own default: seconds of a stop until what still runs is killed."""
_PAIR = 2
_PAIR_DELAY = "5s"


FenceFrom = Literal["members", "arbiters"]


class Options(Strict):
    """What a site may override, under Pacemaker's names."""

    no_quorum_policy: Literal["stop", "freeze"] = "stop"
    """What hosts do that are not in the majority: stop what they run, or only start nothing new. The guide's
    ``ignore`` is not to be had: two halves would both go on."""
    pe_warn_series_max: Whole = Field(default=1000, ge=0, le=100_000)
    """How many inputs of decisions that warned are kept, to find out afterwards why something moved."""
    pe_input_series_max: Whole = Field(default=1000, ge=0, le=100_000)
    """How many of those without a warning."""
    pe_error_series_max: Whole = Field(default=1000, ge=0, le=100_000)
    """How many of those with an error."""
    cluster_recheck_interval: WholeSeconds = Field(default=300, ge=30, le=86_400)
    """After how long the cluster looks at everything anew, though nothing happened."""
    transition_delay: Whole = Field(default=100, ge=0, le=10_000)
    """How many milliseconds whoever decides waits for what else happens before it decides; longer than a
    write of the cluster's configuration takes. Without that it decides while its own writes about the lost
    host are under way, finds them pending and sleeps for a second (do_pe_invoke_callback of 3.0.0)."""
    dc_deadtime: WholeSeconds = Field(default=10, ge=2, le=120)
    """How long a cluster that starts waits for somebody who decides already."""
    stonith_timeout: WholeSeconds = Field(default=60, ge=10, le=600)
    """How long a fencing device may take until the host is off and on again."""
    resource_stickiness: Whole = Field(default=100, ge=0, le=1_000_000)
    """How much a resource prefers to stay where it is; a host that comes back takes nothing over."""
    migration_threshold: Whole = Field(default=3, ge=1, le=1000)
    """After how many failures a resource leaves its host. What runs on every controller anyway is given up on
    one with its first failure: what needs it is better off where it works."""
    failure_timeout: WholeSeconds = Field(default=120, ge=10, le=86_400)
    """After how long without another failure those are forgotten."""
    node_action_limit: Whole = Field(default=8, ge=1, le=100)
    """How many things may be done on one host at a time; Pacemaker's own default is twice its processors."""
    monitor_interval: WholeSeconds = Field(default=1, ge=1, le=600)
    """No resource is asked more often than this. Unless given, each as often as its component says: HAProxy
    every 2 s, a VIP every 5. More is for hosts on which asking is dear (emulated processors), and what fails
    is found so much later."""
    action_timeout: WholeSeconds = Field(default=20, ge=20, le=3600)
    """No action of a resource is given less time than this, nor an answer that it waits for less than a
    thirtieth. 20 s is Pacemaker's own default; more is for hosts on which every program takes long."""
    fence_from: FenceFrom = "members"
    """Where fencing devices run: on any member, or only on those that run nothing else.
    Every host that may run a device starts its agent for a look at it; where programs take long (emulated
    processors) Pacemaker's own parts stand still meanwhile, and are taken for dead. Where only one arbiter
    fences, nobody switches that one off and on: what runs elsewhere does not stop with it."""
    load_threshold: Whole = Field(default=1000, ge=10, le=100_000)
    """From which load, in percent of a host's processors, it is given one thing at a time. Pacemaker's own
    default of 80 makes a busy host wait with a VIP until a fencing device is started there: 5 s of 12 in a
    drill."""


Pairs = tuple[tuple[str, str], ...]


class Operation(NamedTuple):
    """What is done to a resource: every so often or once (``0s``), in which time, in which role alone."""

    name: str
    interval: str
    timeout: str
    role: str = ""


def operations(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> tuple[Operation, ...]:
    """Operations, one from each row."""
    return tuple(Operation(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Primitive:
    """A resource: by which agent, with which parameters, and what is done to it."""

    name: str
    agent: str
    params: Pairs
    operations: tuple[Operation, ...]
    meta: Pairs = ()

    @property
    def standard(self) -> Pairs:
        """The agent's ``class:provider:type`` as attributes; fencing agents have no provider."""
        words = self.agent.split(":")
        return tuple(zip(("class", "provider", "type") if len(words) > 2 else ("class", "type"), words))  # noqa: B905, PLR2004


@dataclass(frozen=True, slots=True)
class Part:
    """What is placed as a whole: a resource, a ``clone`` of one on each controller, or a ``group``.

    A group's members share a host, start in their order and stop in the opposite one.
    """

    name: str
    primitives: tuple[Primitive, ...]
    wrapper: str = ""
    meta: Pairs = ()
    beside: tuple[str, ...] = ()
    """The clones on one of which it stands: it starts after that and stops before it."""
    upon: tuple[str, ...] = ()
    """The clones on the promoted one of which it stands: it starts once that has been promoted."""
    prefers: str = ""
    """The host that it goes to when all are alike."""
    never: tuple[str, ...] = ()
    """The hosts that it may not run on, nor be looked for."""


def device_name(host: str) -> str:
    """What the device is called that fences a host."""
    return f"fence-{host}"


def password_script(host: str) -> str:
    """Where the program lies that tells the agent a board's password: the cluster's own data has none."""
    return f"/etc/fournines/fencing/{host}"


def vip_name(vip: str) -> str:
    """What the resource of a VIP is called."""
    return f"vip-{vip}"


def fenced(site: Site, fence_from: FenceFrom) -> tuple[str, ...]:
    """The members that have a device: all, but for the only arbiter where arbiters alone fence."""
    alone = QUORUM_ONLY.names(site) if fence_from == "arbiters" else ()
    return tuple(name for name in MEMBERS.names(site) if alone != (name,))


def devices(site: Site, fence_from: FenceFrom = "members") -> Iterator[Part]:
    """A device for each member that is fenced, which does not run on the host it fences.

    A member that runs nothing else does it rather than the others, which have most to do just then; from
    ``arbiters`` no other does it, but for one another where there are several. Of two hosts that are cut off
    from each other each would fence the other at the same moment: there the first one's device waits, so that
    the first one wins (Pacemaker Explained, pcmk_delay_base). With three votes who is alone may fence nobody.
    """
    members = MEMBERS.names(site)
    pair = len(members) == _PAIR
    having = fenced(site, fence_from)
    for position, host in enumerate(one for one in MEMBERS(site) if one.name in having):
        board = board_of(site, host)
        delay = (("pcmk_delay_base", _PAIR_DELAY),) if pair and position == 0 else ()
        name, params = device_name(host.name), (*_params(host, board), *delay)
        asked = operations(("monitor", "60s", "40s"), ("start", "0s", "40s"))
        device = Primitive(name, f"stonith:{AGENTS[board.agent]}", params, asked)
        idle = [one for one in QUORUM_ONLY.names(site) if one != host.name]
        busy = [one for one in members if one not in (host.name, *idle)]
        kept = busy if idle and fence_from == "arbiters" else []
        yield Part(name, (device,), never=(host.name, *kept), prefers=idle[0] if idle else "")


def _params(host: Host, board: Fencing) -> Iterator[tuple[str, str]]:
    yield "pcmk_host_list", host.name
    yield "ip", board.address
    if board.port is not None:
        yield "ipport", str(board.port)
    yield "username", board.user
    yield "password_script", password_script(host.name)
    if board.agent == "ipmi":
        yield "lanplus", "1"
        return
    yield "ssl_insecure", "1"  # boards have certificates of their own making
    if board.system:
        yield "systems_uri", board.system


def parts(context: Context) -> Iterator[Part]:
    """Everything the cluster runs but fencing devices.

    What runs everywhere comes first, then each VIP where everything works that a VIP's holder must have. The
    VIP of internal clients leads a group of the APIs that move, as in the guide: it is there first, and a
    service that cannot start takes no VIP away from the others'.
    """
    site, declared = context.site, context.declared(Resource)
    clones = {one.name: f"{one.name}-clone" for one in declared if one.everywhere}
    for one in declared:
        if one.everywhere:
            yield _clone(clones[one.name], one, len(VIP_HOSTS(site)))
    needed = tuple(clones[c.name] for c in context.declared(VipCondition) if c.name in clones)
    moving = tuple(of_unit(one) for one in declared if not one.everywhere and not one.group)
    prefers = VIP_HOSTS.first(site).name
    for name, vip in site.vips.items():
        address = _address(vip_name(name), str(vip.address), site.networks[vip.network].prefix)
        if moving and name == site.vip_name:
            yield Part(API_GROUP, (address, *moving), "group", beside=needed, prefers=prefers)
        else:
            yield Part(address.name, (address,), beside=needed, prefers=prefers)
    for group in dict.fromkeys(one.group for one in declared if one.group):
        yield _group(site, group, tuple(one for one in declared if one.group == group), needed)


def _group(site: Site, name: str, members: tuple[Resource, ...], needed: tuple[str, ...]) -> Part:
    """What moves by itself, wherever the VIP is.

    It prefers the last of its hosts, as data does, and the VIPs the first: one power loss rarely costs both.
    """
    hosts = members[0].hosts
    never = tuple(host for host in VIP_HOSTS.names(site) if host not in hosts)
    beside = needed if any(one.database for one in members) else ()
    units = tuple(of_unit(one) for one in members)
    return Part(name, units, "group", beside=beside, prefers=hosts[-1], never=never)


def _clone(name: str, one: Resource, count: int) -> Part:
    """Given up on a host with its first failure: what stands beside it is better off where it works."""
    left = (("migration-threshold", "1"), ("failure-timeout", "30s"))
    meta = (("clone-max", str(count)), ("interleave", "true"))
    return Part(name, (replace(of_unit(one), meta=left),), "clone", meta)


def of_unit(one: Resource) -> Primitive:
    """The resource of a unit, by our own agent."""
    said = {
        "answers": one.answers,
        "asked": one.asked,
        "grace": str(one.grace) if one.grace != _GRACE else None,
    }
    said["patience"] = str(one.patience) if one.answers or one.asked else None
    said["shared"] = "1" if one.everywhere else None
    return Primitive(
        one.name,
        "ocf:fournines:unit",
        (("unit", one.unit), *((name, value) for name, value in said.items() if value)),
        operations(
            ("monitor", f"{one.monitor}s", f"{max(20, 3 * one.patience + 5)}s"),
            ("start", "0s", f"{one.start}s"),
            ("stop", "0s", f"{one.stop}s"),
        ),
    )


def _address(name: str, address: str, prefix: int) -> Primitive:
    """A VIP. Its actions come before those of fencing devices, which are started anew at the same moment."""
    return Primitive(
        name,
        "ocf:heartbeat:IPaddr2",
        (("ip", address), ("cidr_netmask", str(prefix))),
        operations(("monitor", "5s", "20s"), ("start", "0s", "20s"), ("stop", "0s", "20s")),
        meta=(("priority", "100"),),
    )


def filesystem_name(volume: Volume) -> str:
    """What the resource of a volume's file system is called."""
    return f"p_fs_{volume.name}"

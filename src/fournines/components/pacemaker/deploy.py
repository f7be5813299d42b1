"""Pacemaker's steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fournines.components.pacemaker.model import (
    MEMBERS,
    PACKAGES,
    QUORUM_ONLY,
    Operation,
    Options,
    Part,
    Primitive,
    devices,
    filesystem_name,
    of_unit,
    operations,
    parts,
    password_script,
)
from fournines.components.pacemaker.on_host import cib
from fournines.kit.common.fencing import board_of, password_of
from fournines.kit.context import Context
from fournines.kit.declare import Mirror, Volume
from fournines.kit.program import argv
from fournines.kit.step import Command, Directory, File, Packages, Step, Unit, unit_file
from fournines.spec.model import Host

AGENT = "/usr/lib/ocf/resource.d/fournines/unit"
UNIT = "pacemaker.service"
DROP_IN = f"{unit_file(UNIT)}.d/fournines.conf"
_PATIENCE_SHARE = 30
"""How many times longer than an answer an action has at least."""


def daemons(context: Context, host: Host) -> Iterator[Step]:
    """Pacemaker itself, and all that its agents need, on every member: each may have to fence any other."""
    del host
    site = context.site
    boards = sorted({PACKAGES[board_of(site, member).agent] for member in MEMBERS(site)})
    yield Packages(("pacemaker", "pacemaker-cli-utils", "resource-agents", "curl", *boards))
    yield File(AGENT, context.render("pacemaker", "unit.j2"), mode=0o755)
    yield File(DROP_IN, context.render("pacemaker", "drop-in.conf.j2"))
    yield Directory("/etc/fournines/fencing", mode=0o700)
    for member in MEMBERS(site):
        password = context.secret(password_of(member))
        # echo would make something else of a backslash: Debian's sh is dash
        script = f"#!/bin/sh\nprintf '%s\\n' '{password}'\n"
        yield File(password_script(member.name), script, mode=0o700, secret=True)
    yield Unit(UNIT, rolling=True, packages=("pacemaker",))


def volumes(context: Context, host: Host) -> Iterator[Step]:
    """What stands on volumes, before all else: a service is deployed only once its database runs."""
    if host == MEMBERS.first(context.site) and context.declared(Volume):
        yield _brought_in("what stands on volumes", cluster(context, whole=False), "part")


def configuration(context: Context, host: Host) -> Iterator[Step]:
    """The cluster's configuration: one change, verified as a whole, brought in by the first member."""
    if host == MEMBERS.first(context.site):
        yield _brought_in("cluster configuration", cluster(context))


def _brought_in(name: str, wanted: str, *how_much: str) -> Command:
    return Command(
        name,
        argv(cib, "apply", *how_much),
        unless=argv(cib, "compare", *how_much),
        stdin=wanted,
        unless_stdin=wanted,
        shows=True,
    )


def cluster(context: Context, *, whole: bool = True) -> str:
    """The configuration as a whole, or what of it must be there before services are deployed."""
    site, options = context.site, context.options("pacemaker", Options)
    return context.render(
        "pacemaker",
        "cluster.xml.j2",
        options=options,
        parts=run_by_cluster(context, whole=whole),
        properties=properties(options),
        quorum_only=QUORUM_ONLY.names(site),
    )


def run_by_cluster(context: Context, *, whole: bool = True) -> list[Part]:
    """Everything the cluster runs, as the site's hosts can be asked it; or what stands on volumes."""
    options = context.options("pacemaker", Options)
    fencing = devices(context.site, options.fence_from)
    found = (*fencing, *volume_parts(context), *(parts(context) if whole else ()))
    return [fitted(part, options.monitor_interval, options.action_timeout) for part in found]


_ONE_PROMOTED = (
    *(("promotable", "true"), ("promoted-max", "1"), ("promoted-node-max", "1"), ("clone-node-max", "1")),
    ("interleave", "true"),
)
"""No ``notify``: whoever must hear of the other copies' changes hears it from the copies themselves."""


def volume_parts(context: Context) -> Iterator[Part]:
    """For each volume its mirror on all its hosts, promoted on one, and the group that stands there.

    The group is the guide's: the file system, then the program. Like the preferred writer of a database that
    runs everywhere they prefer the last host, and the VIPs the first: one power loss rarely costs both.
    """
    mirrors = {one.volume: one for one in context.declared(Mirror)}
    for volume in context.declared(Volume):
        mirror = mirrors[volume.name]
        meta = (*_ONE_PROMOTED, ("clone-max", str(len(mirror.hosts))))
        yield Part(mirror.clone, (_copies(mirror),), "clone", meta)
        yield Part(
            f"g_{volume.name}",
            (_mounted(volume, mirror), of_unit(volume.resource)),
            "group",
            prefers=mirror.hosts[-1],
            upon=(mirror.clone,),
        )


def _copies(mirror: Mirror) -> Primitive:
    """Two monitors that ask at the same interval would be one to Pacemaker."""
    asked = (("monitor", "10s", "60s", "Promoted"), ("monitor", "20s", "60s", "Unpromoted"))
    changed = (
        ("start", "240s"),
        ("promote", "180s"),
        ("demote", "120s"),
        ("stop", "120s"),
    )
    done = operations(*asked, *((name, "0s", timeout) for name, timeout in changed))
    return Primitive(mirror.primitive, mirror.agent, mirror.params, done)


def _mounted(volume: Volume, mirror: Mirror) -> Primitive:
    """Its start may have a log to replay, its stop a cache to write."""
    return Primitive(
        filesystem_name(volume),
        "ocf:heartbeat:Filesystem",
        (("device", mirror.device), ("directory", volume.path), ("fstype", mirror.filesystem)),
        operations(("monitor", "20s", "60s"), ("start", "0s", "120s"), ("stop", "0s", "120s")),
    )


def slowest_start(parts: Iterable[Part]) -> int:
    """Seconds that the cluster gives the slowest start of all these."""
    return max(
        _seconds(op.timeout)
        for part in parts
        for one in part.primitives
        for op in one.operations
        if op.name == "start"
    )


def properties(options: Options) -> dict[str, str]:
    """The cluster's properties, in the guide's order and beyond."""
    return {
        "no-quorum-policy": options.no_quorum_policy,
        "pe-warn-series-max": str(options.pe_warn_series_max),
        "pe-input-series-max": str(options.pe_input_series_max),
        "pe-error-series-max": str(options.pe_error_series_max),
        "cluster-recheck-interval": f"{options.cluster_recheck_interval}s",
        "transition-delay": f"{options.transition_delay}ms",
        "dc-deadtime": f"{options.dc_deadtime}s",
        "stonith-enabled": "true",
        "stonith-timeout": f"{options.stonith_timeout}s",
        "node-action-limit": str(options.node_action_limit),
        "load-threshold": f"{options.load_threshold}%",
    }


def fitted(part: Part, interval: int, timeout: int) -> Part:
    """The same, with nothing asked more often than every ``interval`` seconds or given less than ``timeout``.

    Two questions of one resource keep intervals of their own: at the same one they would be one to Pacemaker.
    """
    return replace(part, primitives=tuple(_fitted(one, interval, timeout) for one in part.primitives))


def _fitted(one: Primitive, interval: int, timeout: int) -> Primitive:
    """An agent of ours has patience with each of its three questions in proportion."""
    changed: list[Operation] = []
    for op in one.operations:
        seconds = max(_seconds(op.interval), interval)
        while f"{seconds}s" in {other.interval for other in changed}:
            seconds += 1
        patient = op._replace(timeout=f"{max(_seconds(op.timeout), timeout)}s")
        changed.append(patient._replace(interval=f"{seconds}s") if op.name == "monitor" else patient)
    params = [
        (name, str(max(int(value), timeout // _PATIENCE_SHARE)) if name == "patience" else value)
        for name, value in one.params
    ]
    return replace(one, operations=tuple(changed), params=tuple(params))


def _seconds(written: str) -> int:
    return int(written.removesuffix("s"))

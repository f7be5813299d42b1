"""Pacemaker's steps."""

from __future__ import annotations

from collections.abc import Iterator

from fournines.components.pacemaker.model import (
    MEMBERS,
    PACKAGES,
    Options,
    devices,
    parts,
    password_script,
    properties,
    quorum_only,
)
from fournines.components.pacemaker.on_host import cib
from fournines.kit.common.fencing import board_of, password_of
from fournines.kit.context import Context
from fournines.kit.program import argv
from fournines.kit.step import Command, Directory, File, Packages, Step, Unit
from fournines.spec.model import Host

AGENT = "/usr/lib/ocf/resource.d/fournines/unit"
UNIT = "pacemaker.service"


def daemons(context: Context, host: Host) -> Iterator[Step]:
    """Pacemaker itself, and all that its agents need, on every member: each may have to fence any other."""
    del host
    site = context.site
    boards = sorted({PACKAGES[board_of(site, member).agent] for member in MEMBERS(site)})
    yield Packages(("pacemaker", "pacemaker-cli-utils", "resource-agents", "curl", *boards))
    yield File(AGENT, context.render("pacemaker", "unit.j2"), mode=0o755)
    yield Directory("/etc/fournines/fencing", mode=0o700)
    for member in MEMBERS(site):
        password = context.secret(password_of(member))
        # echo would make something else of a backslash: Debian's sh is dash
        script = f"#!/bin/sh\nprintf '%s\\n' '{password}'\n"
        yield File(password_script(member.name), script, mode=0o700, secret=True)
    yield Unit(UNIT, rolling=True, packages=("pacemaker",))


def configuration(context: Context, host: Host) -> Iterator[Step]:
    """The cluster's configuration: one change, verified as a whole, brought in by the first member."""
    if host == MEMBERS.first(context.site):
        wanted = cluster(context)
        yield Command(
            "cluster configuration",
            argv(cib, "apply"),
            unless=argv(cib, "compare"),
            stdin=wanted,
            unless_stdin=wanted,
            shows=True,
        )


def cluster(context: Context) -> str:
    """The configuration as a whole."""
    site, options = context.site, context.options("pacemaker", Options)
    return context.render(
        "pacemaker",
        "cluster.xml.j2",
        options=options,
        parts=(*devices(site), *parts(context)),
        properties=properties(options),
        quorum_only=quorum_only(site),
    )

"""``nines move``, ``standby``, ``online`` and ``maintenance``: what the cluster manager is told for a while.

Each asks the cluster first what it would do, shows that, and does it when told ``--yes``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from fournines.cli.shared.site import JsonOption, SiteFile, open_fresh
from fournines.errors import HostError, NinesError, TransportError

if TYPE_CHECKING:  # `nines --help` stays fast
    from fournines.cli.shared.site import Opened
    from fournines.engine.wire.transport import Transport
    from fournines.kit.check import Ask
    from fournines.kit.declare import ClusterControl

NOT_DONE = 1

ResourceName = Annotated[
    str, typer.Argument(metavar="RESOURCE", help="A VIP, a service, or the group it is in.")
]
HostName = Annotated[str, typer.Argument(metavar="HOST", help="A host of the cluster.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it; without, it is shown and asked for.")]


class Switch(StrEnum):
    """Whether something holds from now on."""

    ON = "on"
    OFF = "off"


def move(
    site: SiteFile,
    resource: ResourceName,
    host: HostName,
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Move a resource, and what shares its host, to another host.

    It stays there. Nothing stays behind that would keep it from coming back by another move or a failure.
    """
    _operate(site, {"do": "move", "resource": resource, "host": host}, yes=yes, as_json=as_json)


def standby(site: SiteFile, host: HostName, *, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Let a host run nothing that can run elsewhere; it still votes. ``nines online`` ends that."""
    after = f"to end it: nines online {site} {host}"
    _operate(site, {"do": "standby", "host": host}, yes=yes, as_json=as_json, after=after)


def online(site: SiteFile, host: HostName, *, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Let a host in standby run resources again. What moved away stays where it is."""
    _operate(site, {"do": "online", "host": host}, yes=yes, as_json=as_json)


def maintenance(
    site: SiteFile,
    state: Annotated[Switch, typer.Argument(help="on: the cluster leaves everything alone; off: no more.")],
    *,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let the cluster leave all resources alone: nothing is asked, started, stopped or moved.

    ``nines status`` and ``nines verify`` remind of it.
    """
    on = state is Switch.ON
    after = f"to end it: nines maintenance {site} off" if on else ""
    _operate(site, {"do": "maintenance" if on else "service"}, yes=yes, as_json=as_json, after=after)


def _operate(site: Path, operation: Mapping[str, str], *, yes: bool, as_json: bool, after: str = "") -> None:
    """Foresee, show, ask, do."""
    from fournines.plan.limit import need_hosts  # noqa: PLC0415

    opened = open_fresh(site)
    control = _control(opened)
    if "host" in operation:
        need_hosts(opened.site, (operation["host"],), operation["do"])
    host, foreseen = anyio.run(_first, opened, control.hosts, control.simulate(operation))
    actions = _heeded(foreseen)["actions"]
    document = {"format": "fournines/operation/1", **operation, "actions": actions, "done": False}
    if not as_json:
        for line in actions or ["the cluster would start, stop and move nothing"]:
            typer.echo(line)
    idle = operation["do"] == "move" and not actions
    if idle or yes or _agreed(as_json=as_json):
        if not idle:
            _, said = anyio.run(_first, opened, (host,), control.carry_out(operation))
            document |= {"seconds": _heeded(said)["seconds"]}
        document |= {"done": True}
    if as_json:
        typer.echo(json.dumps(document, indent=2))
    elif document["done"]:
        typer.echo("nothing to do" if idle else f"done in {document['seconds']:g} s")
        if after:
            typer.echo(after)
    if not document["done"]:
        typer.echo("nothing was done; --yes does it", err=True)
        raise typer.Exit(NOT_DONE)


def _control(opened: Opened) -> ClusterControl:
    """The site's cluster manager.

    Raises:
        NinesError: there is none.
    """
    from fournines.kit.declare import ClusterControl  # noqa: PLC0415

    found = opened.plan.context.declared(ClusterControl)
    if not found:
        raise NinesError(
            f"nothing moves from host to host in this site: its mode is {opened.site.mode}",
            where=str(opened.site.file),
            try_this="every service runs on all its hosts; to empty one, switch it off in good order",
        )
    return found[0]


def _heeded(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, if it is none that refuses.

    Raises:
        NinesError: it is.
    """
    if "refused" in said:
        raise NinesError(said["refused"], try_this=said["hint"])
    return said


def _agreed(*, as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm("do it?", err=True)


async def _first(opened: Opened, hosts: Sequence[str], ask: Ask) -> tuple[str, Mapping[str, Any]]:
    """The answer of the first of the hosts that can be reached, and which that is."""
    from fournines.report.style import console  # noqa: PLC0415

    transport = opened.transport()
    try:
        with console(stderr=True).status("waiting for the cluster"):
            for host in hosts:
                try:
                    return host, await _answer(transport, host, ask)
                except TransportError:
                    if host == hosts[-1]:
                        raise
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()
    raise NinesError("the cluster has no member")


async def _answer(transport: Transport, host: str, ask: Ask) -> Mapping[str, Any]:
    from fournines.kit.program import complaint, heard  # noqa: PLC0415

    answer = await transport.run(host, ask.argv, stdin=ask.stdin, timeout=ask.timeout)
    found = heard(answer)
    if found is None:
        raise HostError(complaint(answer), where=host, try_this="nines verify SITE --only 'pacemaker.*'")
    return found

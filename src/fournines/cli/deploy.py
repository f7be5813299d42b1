"""``nines deploy``: make the site what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import typer

from fournines.cli.shared.site import (
    IdentityOption,
    JsonOption,
    LimitOption,
    Opened,
    SiteFile,
    WithoutOption,
    open_site,
)
from fournines.errors import SecretsError, TransportError

if TYPE_CHECKING:
    from fournines.engine.events import Event, Listener
    from fournines.engine.run import Summary


def deploy(
    site: SiteFile,
    *,
    limit: LimitOption = None,
    without: WithoutOption = None,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the site what its file says; a site that is so already is left alone.

    Can be interrupted at any point and run again. A host that is away, and that the others can do without, is
    left out and named.
    """
    from fournines.cli.shared.progress import shown  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.engine.log import RunLog  # noqa: PLC0415

    opened = open_site(
        site,
        identity=identity,
        limit=limit,
        without=without,
        keep_secrets=True,
        at_first=_refuse_deployed,
    )
    log = RunLog.begin("deploy", opened.site.name)
    try:
        with shown(as_json=as_json) as show:

            def listen(event: Event) -> None:
                log.write(event.to_json())
                show(event)

            summary = anyio.run(_deploy, opened, listen)
    finally:
        log.close()
        if not as_json:
            typer.echo(f"log: {log.path}", err=True)
    if not as_json:
        typer.echo(f"{opened.site.name}: {_said(summary)}")
    if summary.absent:
        typer.echo(f"left out, because they are away: {', '.join(summary.absent)}", err=True)
        raise typer.Exit(TransportError.exit_code)


def _refuse_deployed(opened: Opened) -> None:
    """New secrets are for new hosts: a site that runs would get other passwords and fall apart halfway."""

    async def asked() -> tuple[str, ...]:
        from fournines.engine.asking.deployed import deployed  # noqa: PLC0415 - see above

        transport = opened.transport()
        try:
            return await deployed(transport, opened.site.hosts)
        finally:
            await transport.close()

    if hosts := anyio.run(asked):
        raise SecretsError(
            f"the secrets that {', '.join(hosts)} had before are not here; nothing was changed",
            where=str(opened.site.file),
            try_this=f"bring {opened.site.name}.secrets.* back beside the site file, from the folder it was"
            " deployed from or from a backup; or install the hosts anew",
        )


async def _deploy(opened: Opened, listen: Listener) -> Summary:
    from fournines.engine.run import deploy as carry_out  # noqa: PLC0415

    transport = opened.transport()
    try:
        async with opened.alone(transport, "deploy"):
            return await carry_out(opened.plan, transport, listen=listen)
    finally:
        await transport.close()


def _said(summary: Summary) -> str:
    if not summary.total:
        return f"0 changes, every barrier passes ({summary.seconds:.1f} s)"
    hosts = len({host for of_host in summary.changes.values() for host in of_host})
    counted = (_count(summary.total, "change"), _count(hosts, "host"), _count(len(summary.changes), "phase"))
    return "{} on {} in {}".format(*counted) + f" ({summary.seconds:.1f} s)"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

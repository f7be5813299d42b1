"""``nines status``: how the site stands, on one screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import anyio
import typer

from fournines.cli.shared.site import IdentityOption, JsonOption, LimitOption, SiteFile, open_site
from fournines.errors import NinesError

if TYPE_CHECKING:  # `nines --help` stays fast
    from fournines.cli.shared.site import Opened
    from fournines.engine.wire.transport import Transport
    from fournines.plan.model import Plan
    from fournines.report.status.document import StatusDocument

INTERVAL = 2.0
"""Seconds from one look to the next with ``--watch``."""

NOBODY_KNOWS = 3
"""The exit code of "unknown" in the Nagios plug-in guidelines: also for a site file that cannot be read."""


def status(
    site: SiteFile,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again until Ctrl-C.")] = False,
    limit: LimitOption = None,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who holds the VIP, what runs, what is degraded and what to do next, on one screen."""
    from fournines.report.document import text_of  # noqa: PLC0415
    from fournines.report.status.document import EXIT_CODES  # noqa: PLC0415
    from fournines.report.status.screen import screen  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    try:
        opened = open_site(site, identity=identity, limit=limit)
    except NinesError as error:
        error.exit_code = NOBODY_KNOWS
        raise
    last: list[StatusDocument] = []
    if watch:
        try:
            _watch(opened, last, as_json=as_json)
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_CODES[last[-1].level] if last else NOBODY_KNOWS) from None
    found, noted = anyio.run(_once, opened)
    if as_json:
        typer.echo(text_of(found))
    else:
        out = console()
        out.print(screen(found, out))
        for note in noted:
            typer.echo(f"note: {note}")
    raise typer.Exit(EXIT_CODES[found.level])


async def look(transport: Transport, plan: Plan) -> StatusDocument:
    """Ask every host once and judge the answers; a host that is not there is part of the answer."""
    from fournines.engine.asking.ask import ask_all  # noqa: PLC0415
    from fournines.engine.mask import Masker  # noqa: PLC0415
    from fournines.report.status.judgement import assess  # noqa: PLC0415
    from fournines.report.status.questions import backends_seen, looks, pool_asks, quick  # noqa: PLC0415

    at, begun = datetime.now(UTC), time.monotonic()
    seen = backends_seen(plan.context)
    checks, looking, pools = quick(plan.checks, seen), looks(plan), pool_asks(plan.checks, seen)
    questions = [
        *looking.items(),
        *pools.items(),
        *((host, ask) for check in checks for host, ask in check.asks.items()),
    ]
    # One round trip per host for everything; a question that is asked twice is sent once.
    heard = await ask_all(transport, questions)
    mask = Masker(plan.context.secrets.values()).mask
    judged = []
    for check in checks:
        verdict = check.verdict({host: heard[host, ask] for host, ask in check.asks.items()})
        judged.append((check, replace(verdict, seen=mask(verdict.seen))))
    return assess(
        plan,
        judged,
        {host: heard[host, ask] for host, ask in looking.items()},
        {host: heard[host, ask] for host, ask in pools.items()},
        at=at,
        seconds=time.monotonic() - begun,
    )


async def _once(opened: Opened) -> tuple[StatusDocument, tuple[str, ...]]:
    """How the site stands, and which packages have versions nobody has seen a site run with."""
    from fournines.engine.asking.relied import examine, notes  # noqa: PLC0415
    from fournines.plan.packages import relied_on  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    transport = opened.transport()
    try:
        with console(stderr=True).status(f"asking {len(opened.site.hosts)} hosts"):
            found = await look(transport, opened.plan)
            return found, notes(await examine(transport, relied_on(opened.plan)))
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()


def _watch(opened: Opened, last: list[StatusDocument], *, as_json: bool) -> None:
    """Look until Ctrl-C, in place on a terminal, or as one JSON document per line."""
    from rich.live import Live  # noqa: PLC0415

    from fournines.report.status.screen import screen  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    if as_json:
        anyio.run(_repeat, opened, last, lambda found: typer.echo(found.model_dump_json()))
        return
    out = console()
    with Live("", console=out, auto_refresh=False, transient=False) as live:
        anyio.run(_repeat, opened, last, lambda found: live.update(screen(found, out), refresh=True))


async def _repeat(opened: Opened, last: list[StatusDocument], show: Callable[[StatusDocument], None]) -> None:
    transport = opened.transport()
    try:
        while True:
            begun = time.monotonic()
            found = await look(transport, opened.plan)
            last[:] = [found]
            show(found)
            await anyio.sleep(max(0.2, INTERVAL - (time.monotonic() - begun)))
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()

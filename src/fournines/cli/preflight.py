"""``nines preflight``: could a deployment begin?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
import typer

from fournines.cli.shared.site import JsonOption, Opened, SiteFile, open_fresh

if TYPE_CHECKING:  # `nines --help` stays fast
    from fournines.preflight.facts import Seen


def preflight(site: SiteFile, *, as_json: JsonOption = False) -> None:
    """Look whether a deployment could begin: SSH, root, Debian, addresses, clocks, room, ports, packages.

    Changes nothing, makes no secrets and needs none.
    """
    from fournines.preflight.promises import promises  # noqa: PLC0415
    from fournines.report.document import EXIT_CODES, outcome_of, text_of, verify_document  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415
    from fournines.report.verdicts import shown  # noqa: PLC0415

    opened = open_fresh(site)
    at, begun = datetime.now(UTC), time.monotonic()
    judged = promises(opened.plan, anyio.run(_look, opened))
    if as_json:
        spent = time.monotonic() - begun
        typer.echo(text_of(verify_document(opened.site.name, judged, at=at, seconds=spent)))
    else:
        out = console()
        out.print(shown(judged, out))
    raise typer.Exit(EXIT_CODES[outcome_of(judged)])


async def _look(opened: Opened) -> Seen:
    from fournines.preflight.facts import gather  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    transport = opened.transport()
    try:
        with console(stderr=True).status(f"looking at {len(opened.site.hosts)} hosts"):
            return await gather(opened.plan, transport)
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()

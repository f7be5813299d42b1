"""``nines verify``: is every promise true now?"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import anyio
import typer

from fournines.cli.shared.site import IdentityOption, JsonOption, LimitOption, SiteFile, open_site
from fournines.errors import NinesError

if TYPE_CHECKING:  # `nines --help` stays fast
    from fournines.cli.shared.site import Opened
    from fournines.kit.check import Check
    from fournines.report.document import Judged

    Asking = Callable[[Sequence[Check]], Awaitable[Sequence[Judged]]]
    Heard = Callable[[Sequence[Judged]], None]

PAUSE = 2.0
"""Seconds between two rounds of ``--wait``."""


def verify(
    site: SiteFile,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="GLOB", help="Only promises whose id matches, such as 'galera.*'."),
    ] = None,
    wait: Annotated[
        float,
        typer.Option("--wait", metavar="SECONDS", min=0, help="Ask again until all hold."),
    ] = 0.0,
    limit: LimitOption = None,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the hosts whether every promise holds. Nothing is changed."""
    from fournines.plan.packages import same_versions  # noqa: PLC0415
    from fournines.report.document import EXIT_CODES, outcome_of, text_of, verify_document  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415
    from fournines.report.verdicts import shown  # noqa: PLC0415

    opened = open_site(site, identity=identity, limit=limit)
    checks = chosen((*opened.plan.checks, *same_versions(opened.plan)), only or [])
    at, begun = datetime.now(UTC), time.monotonic()
    judged = anyio.run(_ask_hosts, opened, checks, wait)
    if as_json:
        spent = time.monotonic() - begun
        typer.echo(text_of(verify_document(opened.site.name, judged, at=at, seconds=spent)))
    else:
        out = console()
        out.print(shown(judged, out))
    raise typer.Exit(EXIT_CODES[outcome_of(judged)])


def chosen(checks: Sequence[Check], globs: Sequence[str]) -> tuple[Check, ...]:
    """The checks whose id matches one of the globs; all of them when there is none.

    Raises:
        NinesError: a glob matches nothing; a typo must not look like a site that is well.
    """
    for glob in globs:
        if not any(fnmatchcase(check.id, glob) for check in checks):
            components = sorted({check.id.partition(".")[0] for check in checks})
            raise NinesError(
                f"no promise of this site has an id like {glob!r}",
                try_this=f"'COMPONENT.*' with one of {', '.join(components)}",
            )
    return tuple(c for c in checks if not globs or any(fnmatchcase(c.id, glob) for glob in globs))


async def until_all_hold(
    ask: Asking, checks: Sequence[Check], heard: Heard, *, wait: float, pause: float = PAUSE
) -> Sequence[Judged]:
    """Ask in rounds, all checks every time, until one round passes or ``wait`` seconds are over.

    The last round's verdicts are returned: a promise that held in an earlier round counts for nothing.
    """
    end = anyio.current_time() + wait
    while True:
        judged = await ask(checks)
        heard(judged)
        if all(verdict.passed for _, verdict in judged) or anyio.current_time() + pause > end:
            return judged
        await anyio.sleep(pause)


async def _ask_hosts(opened: Opened, checks: Sequence[Check], wait: float) -> Sequence[Judged]:
    from fournines.engine.asking import ask  # noqa: PLC0415
    from fournines.engine.mask import Masker  # noqa: PLC0415
    from fournines.report.progress import waiting  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    transport = opened.transport()
    mask = Masker(opened.plan.context.secrets.values()).mask

    async def masked(asked: Sequence[Check]) -> Sequence[Judged]:
        judged = await ask.verdicts(transport, asked)
        return [(check, replace(verdict, seen=mask(verdict.seen))) for check, verdict in judged]

    hosts = {host for check in checks for host in check.asks}
    begun = f"asking {len(hosts)} hosts about {len(checks)} promises"
    try:
        with console(stderr=True).status(begun) as line:
            return await until_all_hold(masked, checks, lambda seen: line.update(waiting(seen)), wait=wait)
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()

"""``nines plan``: what a deployment would change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

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
from fournines.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from fournines.engine.difference import Change, Difference
    from fournines.kit.step import Step
    from fournines.plan.model import Phase

CHANGES_PENDING = 1


def plan(
    site: SiteFile,
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Show phases and steps without asking the hosts.")
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when a deployment would change something.")
    ] = False,
    limit: LimitOption = None,
    without: WithoutOption = None,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a deployment would change on which host, with diffs in which secrets are masked.

    Changes nothing.
    """
    opened = open_site(site, identity=identity, limit=limit, without=without, reach_hosts=not offline)
    if offline:
        _show_steps(opened, as_json=as_json)
        return
    try:
        difference, notes = anyio.run(_observe, opened)
    except TransportError as error:
        advice = f"{error.try_this}; without any host: nines plan --offline {site}"
        raise TransportError(error.what, where=error.where, try_this=advice) from None
    if as_json:
        typer.echo(json.dumps({**difference.to_json(), "notes": notes}, indent=2))
    else:
        _show(difference, opened)
        for note in (*notes, *_capacity(opened)):
            typer.echo(f"note: {note}")
    if difference.absent:
        typer.echo(f"nothing is known of {', '.join(difference.absent)}: not reachable", err=True)
        raise typer.Exit(TransportError.exit_code)
    if exit_code and difference.changes:
        raise typer.Exit(CHANGES_PENDING)


async def _observe(opened: Opened) -> tuple[Difference, list[str]]:
    """What would change, and what is worth knowing of the packages: broken ones would end the deployment."""
    from fournines.engine.asking.relied import examine, notes  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.engine.preview import observe  # noqa: PLC0415
    from fournines.plan.packages import relied_on  # noqa: PLC0415

    transport = opened.transport()
    try:
        difference = await observe(opened.plan, transport)
        found = await examine(transport, relied_on(opened.plan))
        broken = [complaint for one in found for complaint in one.complaints]
        return difference, [*broken, *notes(found)]
    finally:
        await transport.close()


def _show(difference: Difference, opened: Opened) -> None:
    from rich.console import Console  # noqa: PLC0415 - keeps `nines --help` fast

    from fournines.engine.leaving import LEAVING  # noqa: PLC0415

    console = Console(highlight=False, markup=False, emoji=False)
    for phase in (*(phase.name for phase in opened.plan.phases), LEAVING):
        changes = difference.of(phase)
        if changes:
            console.print(f"phase {phase}", style="bold")
        for change in changes:
            _show_change(console, change)
    count = len(difference.changes)
    hosts = len({change.host for change in difference.changes})
    said = f"{count} change{'s' if count > 1 else ''} on {hosts} host{'s' if hosts > 1 else ''}"
    console.print(said if count else "nothing would change")


def _show_change(console: Console, change: Change) -> None:
    console.print(f"  {change.host}: {change.kind} {change.subject}: {change.what}")
    for line in change.diff.splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        console.print(f"    {line}", style=style, soft_wrap=True)


# --- without hosts --------------------------------------------------------------------------------------


def _show_steps(opened: Opened, *, as_json: bool) -> None:
    phases = opened.plan.phases
    if as_json:
        typer.echo(json.dumps([_phase_json(phase) for phase in phases], indent=2))
        return
    for number, phase in enumerate(phases, 1):
        lines = [f"{number}. {phase.name}"]
        lines += [f"   {host}: {_words(step)}" for host, steps in phase.steps.items() for step in steps]
        lines += [f"   until {check.id}: {check.promise}" for check in phase.barrier]
        typer.echo("\n".join(lines))
    for line in _capacity(opened):
        typer.echo(f"note: {line}")


def _capacity(opened: Opened) -> Iterator[str]:
    """What the whole site takes, whatever the plan is limited to."""
    from fournines.plan.capacity import lines  # noqa: PLC0415 - keeps `nines --help` fast

    return lines(opened.site, opened.plan.context.declarations)


def _phase_json(phase: Phase) -> dict[str, object]:
    return {
        "phase": phase.name,
        "hosts": {host: [_words(step) for step in steps] for host, steps in phase.steps.items()},
        "barrier": [{"check": check.id, "promise": check.promise} for check in phase.barrier],
    }


def _words(step: Step) -> str:
    """A step in a line, without contents: those may be secret."""
    kind = type(step).__name__.lower()
    names = getattr(step, "names", None)
    subject = (
        ", ".join(names)
        if names
        else next(str(getattr(step, field)) for field in ("path", "name", "key") if hasattr(step, field))
    )
    return f"{kind} {subject}"

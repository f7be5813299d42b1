"""``nines audit``: what will not fail over, and why."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FailOn(StrEnum):
    """The severity from which the exit status is 1."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


def audit(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Folders, files, tarballs, runbooks.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="Exit 1 from this severity on.")] = FailOn.error,
) -> None:
    """Read the HA configuration of any site and say what will not fail over, and why.

    Exit 0: nothing at or above --fail-on; 1: findings; 2: unreadable input.
    """
    from fournines.audit.collect import collect  # noqa: PLC0415 - `nines --help` stays fast
    from fournines.audit.run import audit as run  # noqa: PLC0415
    from fournines.audit.show.json import as_json  # noqa: PLC0415
    from fournines.audit.show.text import as_text  # noqa: PLC0415
    from fournines.kit.rule import Severity  # noqa: PLC0415

    report = run(collect(paths or [Path()]))
    if json:
        typer.echo(as_json(report))
    else:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        typer.echo(
            as_text(report, width=min(shutil.get_terminal_size().columns, 110), colour=colour), nl=False
        )
    worst = report.worst()
    if fail_on is not FailOn.never and worst is not None and worst >= Severity[fail_on.value.upper()]:
        raise typer.Exit(1)

"""``nines schema``: what a site file may hold, for editors and for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the reference page instead.")] = False,
) -> None:
    """Print the JSON Schema of a site file, with every component's options.

    A starter file's first line points an editor to site.schema.json beside it.
    """
    from fournines.components import registered  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.plan.vocabulary import services_needed, vocabulary  # noqa: PLC0415
    from fournines.spec.load import loads  # noqa: PLC0415
    from fournines.spec.told.page import reference  # noqa: PLC0415
    from fournines.spec.told.schema import site_schema  # noqa: PLC0415
    from fournines.spec.told.starter import STARTER  # noqa: PLC0415

    if markdown:
        summaries = {name: component.summary for name, component in registered().items()}
        needed = services_needed(loads(STARTER, Path("site.yaml"), vocabulary()))
        typer.echo(reference(vocabulary(), summaries, needed), nl=False)
    else:
        typer.echo(json.dumps(site_schema(vocabulary()), indent=2))

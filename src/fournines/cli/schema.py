"""``nines schema``: the JSON Schema of site files, for editors."""

from __future__ import annotations

import json

import typer


def schema() -> None:
    """Print the JSON Schema of a site file, with every component's options."""
    from fournines.plan.vocabulary import vocabulary  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.spec.schema import site_schema  # noqa: PLC0415

    typer.echo(json.dumps(site_schema(vocabulary()), indent=2))

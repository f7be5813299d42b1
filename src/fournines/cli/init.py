"""``nines init``: a commented site file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fournines import files
from fournines.spec.told.starter import STARTER


def init(
    site: Annotated[Path, typer.Argument(metavar="SITE", help="The file to write.")] = Path("site.yaml"),
) -> None:
    """Write a commented starter site file. An existing file is never touched."""
    files.write(site, STARTER, new=True)
    typer.echo(f"wrote {site}; edit it, then: nines show {site}")

"""``nines init``: a commented site file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fournines.errors import NinesError
from fournines.spec.starter import STARTER


def init(
    site: Annotated[Path, typer.Argument(metavar="SITE", help="The file to write.")] = Path("site.yaml"),
) -> None:
    """Write a commented starter site file. An existing file is never touched."""
    try:
        with site.open("x", encoding="utf-8") as stream:
            stream.write(STARTER)
    except FileExistsError:
        raise NinesError(
            "the file exists already", where=str(site), try_this="name another file, or move this one away"
        ) from None
    except OSError as error:
        raise NinesError(f"cannot be written: {error.strerror}", where=str(site)) from None
    typer.echo(f"wrote {site}; edit it, then: nines show {site}")

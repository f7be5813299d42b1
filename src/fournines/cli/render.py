"""``nines render``: every file of every host, offline."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from fournines.cli.shared.site import IdentityOption, SiteFile, open_site
from fournines.kit.family import Family


def render(
    site: SiteFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="A directory; one folder per host in it.")],
    *,
    with_secrets: Annotated[
        bool, typer.Option("--with-secrets", help="Write real secrets, with the files' own modes.")
    ] = False,
    family: Annotated[
        Family, typer.Option("--family", help="Whose names of packages, units, accounts and paths.")
    ] = Family.DEBIAN,
    identity: IdentityOption = None,
) -> None:
    """Write every file of every host as it would lie on disk, without touching a host.

    Secrets are replaced by their names unless --with-secrets is given. Interfaces that the site file does not
    name are assumed, as said at the end; `nines plan` and `nines deploy` find them on the hosts.

    Only Debian 13 is built and run. The files for another --family are to be read: a HOST.names beside each
    host's folder has its packages and units, and what no source proves is said at the end (docs/families.md).
    """
    from fournines.plan.family.doubts import doubts  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.plan.placeholders import without_secrets  # noqa: PLC0415
    from fournines.plan.render import write  # noqa: PLC0415

    begun = time.monotonic()
    opened = open_site(site, identity=identity, keep_secrets=with_secrets, reach_hosts=False, family=family)
    plan = opened.plan if with_secrets else without_secrets(opened.plan)
    count = write(plan, output, family)
    typer.echo(
        f"{count} files of {len(opened.site.hosts)} hosts in {output} ({time.monotonic() - begun:.1f} s)"
    )
    if assumed := opened.plan.context.assumed:
        typer.echo(f"assumed, no host was asked: {', '.join(assumed)}")
    if family is not Family.DEBIAN:
        typer.echo(f"{family}: only Debian 13 is built and run; no host of this family has read these files")
        for doubt in doubts(opened.plan, family):
            typer.echo(f"  {doubt}")

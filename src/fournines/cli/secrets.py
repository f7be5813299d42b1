"""``nines secrets``: list and rotate the site's secrets. Values are never printed."""

from __future__ import annotations

from typing import Annotated

import typer

from fournines.cli.shared.site import SiteFile, load_site
from fournines.errors import NinesError

app = typer.Typer(help="List and rotate a site's secrets; values are never printed.", no_args_is_help=True)


@app.command("list")
def list_(site: SiteFile) -> None:
    """List the secrets by name and kind, and whether each exists already."""
    from fournines.plan.context import wanted_secrets  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.secrets.store import store_of  # noqa: PLC0415

    loaded = load_site(site)
    store = store_of(loaded)
    existing = store.read()
    for secret in wanted_secrets(loaded):
        typer.echo(
            f"{secret.name:32} {secret.kind:14} {'kept' if secret.name in existing else 'not yet made'}"
        )
    typer.echo(f"in {store.file}")


@app.command()
def rotate(
    site: SiteFile,
    name: Annotated[str, typer.Argument(help="A secret of kind fernet-keys, for example keystone/fernet.")],
) -> None:
    """Rotate a Fernet key repository by one step; hand it out with `nines deploy`.

    Old tokens stay valid: the new primary is the key that every host already holds as its staged one.
    Deploy between two rotations, or a host may meet a token made with a key it never got.
    """
    from fournines.kit.declare import SecretKind  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.plan.context import wanted_secrets  # noqa: PLC0415
    from fournines.secrets.generate import complete, rotate_fernet  # noqa: PLC0415
    from fournines.secrets.store import store_of  # noqa: PLC0415

    loaded = load_site(site)
    kinds = {secret.name: secret.kind for secret in wanted_secrets(loaded)}
    rotatable = sorted(n for n, kind in kinds.items() if kind is SecretKind.FERNET_KEYS)
    if name not in rotatable:
        raise NinesError(f"{name} is not a key repository", try_this=f"write one of {', '.join(rotatable)}")
    store = store_of(loaded)
    secrets = complete(store.read(), loaded)
    store.write(secrets | {name: rotate_fernet(secrets[name])})
    typer.echo(f"{name} rotated in {store.file}; now: nines deploy {site}")

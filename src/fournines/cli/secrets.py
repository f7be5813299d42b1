"""``nines secrets``: where the site's passwords and keys are, and how they change with overlap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fournines import files
from fournines.cli.shared.site import IdentityOption, SiteFile, load_site, store_for
from fournines.errors import SecretsError
from fournines.spec.words import near

if TYPE_CHECKING:  # `nines --help` stays fast
    from collections.abc import Mapping

    from fournines.kit.declare import Secret
    from fournines.secrets.store import Store
    from fournines.spec.model import Site

app = typer.Typer(
    help="See, rotate and hand over a site's secrets: they lie encrypted beside the site file.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A secret, as `nines secrets show` lists it.")]

HIDDEN = "********"


@app.command()
def show(
    site: SiteFile,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these; all when none is named.")
    ] = None,
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Print the values of the named ones.")] = False,
    identity: IdentityOption = None,
) -> None:
    """List the secrets with what they are for. Values are masked unless --reveal and a NAME are given.

    The cloud administrator's password is keystone/admin.
    """
    loaded, store, wanted = _opened(site, identity)
    chosen = [_named(wanted, name) for name in names or ()] or list(wanted.values())
    existing = store.read()
    if reveal:
        _reveal(loaded, [secret.name for secret in chosen] if names else [], existing)
        return
    for secret in chosen:
        missing = "(to be given: nines secrets set)" if secret.given else "(made by the first deploy)"
        value = HIDDEN if secret.name in existing else missing
        purpose = f"  {secret.purpose}" if secret.purpose else ""
        typer.echo(f"{secret.name:24} {secret.kind:12} {value}{purpose}")
    kept = f"in {store.file}" if existing else f"nothing is kept yet; the first deploy writes {store.file}"
    typer.echo(kept, err=True)


def _reveal(site: Site, names: list[str], existing: Mapping[str, str]) -> None:
    if not names:
        raise SecretsError(
            "--reveal wants the name of what it is to show",
            try_this=f"nines secrets show {site.file} keystone/admin --reveal",
        )
    for name in names:
        if name not in existing:
            raise SecretsError(f"{name} is not made yet", try_this=f"nines deploy {site.file}")
        typer.echo(existing[name])


@app.command()
def rotate(site: SiteFile, name: Name, *, identity: IdentityOption = None) -> None:
    """Replace a key repository or a certificate; hand it out with `nines deploy`.

    Only what old and new can be valid of at the same time is rotated: nobody is locked out in between.
    Of a key repository, the new primary is the key that every host already holds as its staged one; deploy
    between two rotations, or a host may meet a token made with a key it never got.
    """
    from fournines.secrets.generate import rotated  # noqa: PLC0415 - keeps `nines --help` fast

    loaded, store, wanted = _opened(site, identity)
    secret = _named(wanted, name)
    store.update(lambda existing: rotated(existing, loaded, secret))
    typer.echo(f"{name} rotated in {store.file}; now: nines deploy {site}")


@app.command("set")
def set_(site: SiteFile, name: Name, *, identity: IdentityOption = None) -> None:
    """Say a secret that only you know, such as the password of a management board; hand it out with deploy.

    It is asked for on the terminal, or read from the standard input.
    """
    from fournines.secrets.generate import told  # noqa: PLC0415 - keeps `nines --help` fast

    _, store, wanted = _opened(site, identity)
    secret = _named(wanted, name)
    asked = sys.stdin.isatty()
    value = typer.prompt(name, hide_input=True, err=True) if asked else sys.stdin.readline().rstrip("\n")
    store.update(lambda existing: told(existing, secret, str(value)))
    typer.echo(f"{name} is kept in {store.file}; now: nines deploy {site}")


@app.command()
def rekey(site: SiteFile, *, identity: IdentityOption = None) -> None:
    """Encrypt the secrets for those whom the site file names now (secrets: recipients).

    Whoever was named before and kept a copy of the file can still read that copy: what they knew stays known.
    """
    _, store, _ = _opened(site, identity)
    readers = store.rekey()
    typer.echo(f"{store.file} can be opened by {readers}")


@app.command("export-ca")
def export_ca(
    site: SiteFile,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A new file to write it to; printed otherwise."),
    ] = None,
    *,
    identity: IdentityOption = None,
) -> None:
    """Give out the certificate (never the key) of the site's authority, for clients that are to trust it."""
    from fournines.kit.declare import SecretKind  # noqa: PLC0415 - keeps `nines --help` fast
    from fournines.secrets.authority import public_part  # noqa: PLC0415

    _, store, wanted = _opened(site, identity)
    existing = store.read()
    made = [n for n, secret in wanted.items() if secret.kind is SecretKind.AUTHORITY and n in existing]
    if not made:
        raise SecretsError("the site has no authority yet", try_this=f"nines deploy {site} makes it")
    text = "".join(public_part(existing[name]) for name in made)
    if output is None:
        typer.echo(text, nl=False)
    else:
        files.write(output, text, new=True)
        typer.echo(f"wrote {output}", err=True)


def _opened(path: Path, identity: list[Path] | None) -> tuple[Site, Store, Mapping[str, Secret]]:
    from fournines.plan.context import wanted_secrets  # noqa: PLC0415 - keeps `nines --help` fast

    site = load_site(path)
    return site, store_for(site, identity), {secret.name: secret for secret in wanted_secrets(site)}


def _named(wanted: Mapping[str, Secret], name: str) -> Secret:
    if name not in wanted:
        raise SecretsError(f"the site has no secret {name}", try_this=near(name, sorted(wanted)))
    return wanted[name]

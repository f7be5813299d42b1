"""The command line: one file per verb, and the only rooms that print or exit."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from fournines import __version__
from fournines.cli import lab, secrets
from fournines.cli.audit import audit
from fournines.cli.cluster import maintenance, move, online, standby
from fournines.cli.deploy import deploy
from fournines.cli.drill import drill
from fournines.cli.init import init
from fournines.cli.plan import plan
from fournines.cli.preflight import preflight
from fournines.cli.render import render
from fournines.cli.schema import schema
from fournines.cli.shared.exits import epilog
from fournines.cli.shared.trouble import errors_shown
from fournines.cli.show import show
from fournines.cli.status import status
from fournines.cli.verify import verify

app = typer.Typer(
    name="nines",
    help="Build, prove, audit and operate a highly available OpenStack control plane from one site file.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="What the exit codes mean stands below each verb's --help.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nines {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build, prove, audit and operate a highly available OpenStack control plane from one site file."""


_BUILD = (init, schema, show, render, preflight, plan, deploy, verify, status, drill, audit)
_OPERATE = (move, standby, online, maintenance)
for _verb in (*_BUILD, *_OPERATE):
    app.command(epilog=epilog(_verb.__name__))(_verb)
for _path, _group in (("lab", lab.app), ("lab net", lab.net_app), ("secrets", secrets.app)):
    for _command in _group.registered_commands:
        _name = _command.name or getattr(_command.callback, "__name__", "")
        _command.epilog = epilog(f"{_path} {_name}")
app.add_typer(lab.app, name="lab")
app.add_typer(secrets.app, name="secrets")


def main() -> None:
    """The ``nines`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows only ASCII gets "?", not an error
    with errors_shown():
        app()

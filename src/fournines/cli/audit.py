"""``nines audit``: what will not fail over, and why."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fournines import files
from fournines.cli.shared.garbage import collect_rarely
from fournines.cli.shared.site import IdentityOption
from fournines.errors import AuditError

if TYPE_CHECKING:  # heavy rooms are entered by the verbs that need them; `nines --help` stays fast
    from fournines.audit.gather.collect import File
    from fournines.audit.report import Report

_WIDEST = 110


class FailOn(StrEnum):
    """The severity from which the exit status is 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def audit(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Folders of hosts, files, tarballs, runbooks (*.md)."),
    ] = None,
    *,
    site: Annotated[
        Path | None,
        typer.Option("--site", metavar="SITE", help="Read the files of this site's living hosts."),
    ] = None,
    identity: IdentityOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON (schema: docs/schema/audit.json).")
    ] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write one HTML file too.")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit 1 from this severity on.")] = FailOn.ERROR,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="ID", help="Leave this rule out; may be repeated.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Leave out the findings this file knows."),
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write such a file and exit 0.")
    ] = None,
    with_programs: Annotated[
        bool,
        typer.Option("--with-programs", help="Also ask haproxy -c and its kin, in a sandbox (bubblewrap)."),
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Read all files, also beyond 40,000 lines and 64 MiB in sum.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No notes (info), only errors and warnings.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules and exit.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="With --rules: the page of the docs.")] = False,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="ID", help="Tell the whole story of one rule and exit.")
    ] = None,
) -> None:
    """Read the HA configuration of any site and say what will not fail over, and why.

    A folder inside PATH is a host (node1/keepalived.conf, node1/etc/...). Without PATH and without --site,
    the current folder is read.
    """
    if rules or explain:
        _catalogue(explain, as_json=as_json, markdown=markdown)
        return
    collect_rarely()
    from fournines.audit.merge import merged  # noqa: PLC0415
    from fournines.audit.run import audit as run  # noqa: PLC0415
    from fournines.audit.suppress import baseline_of, read_baseline, without  # noqa: PLC0415

    report = run(_files(paths or [], site, identity, whole=whole), whole=whole)
    known = read_baseline(_read(baseline), where=str(baseline)) if baseline else frozenset()
    report = without(report, ignored=frozenset(_ids(ignore or [])), known=known)
    if with_programs:
        from fournines.audit.programs import ask  # noqa: PLC0415

        report = replace(report, programs=tuple(ask(report.files)))
    if write_baseline:
        files.write(write_baseline, baseline_of(report))
        typer.echo(f"{write_baseline} knows {len(report.findings)} findings", err=True)
        return
    report = merged(report)
    _print(report, as_json=as_json, sarif=sarif, quiet=quiet, base=_base(paths or [Path()]))
    if html:
        from fournines.audit.show.html import as_html  # noqa: PLC0415

        title = str(site or " ".join(str(path) for path in paths or [Path()]))
        files.write(html, as_html(report, title=title))
    raise typer.Exit(_status(report, fail_on))


def _files(paths: list[Path], site: Path | None, identity: list[Path] | None, *, whole: bool) -> list[File]:
    from fournines.audit.gather.collect import collect  # noqa: PLC0415

    if site is None:
        return collect(paths or [Path()], whole=whole)
    if paths:
        raise AuditError("--site and PATH exclude each other", try_this="one of them")
    import anyio  # noqa: PLC0415

    from fournines.audit.gather.live import files_of  # noqa: PLC0415
    from fournines.cli.shared.site import open_site  # noqa: PLC0415

    opened = open_site(site, identity=identity)

    async def ask() -> list[File]:
        transport = opened.transport()
        try:
            return await files_of(transport, tuple(opened.site.hosts), whole=whole)
        finally:
            await transport.close()

    return anyio.run(ask)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise AuditError(
            f"cannot be read: {getattr(error, 'strerror', None) or 'it is no text in UTF-8'}",
            where=str(path),
            try_this="write one with --write-baseline",
        ) from error


def _ids(given: list[str]) -> list[str]:
    return [name.strip().upper() for word in given for name in word.split(",") if name.strip()]


def _base(paths: list[Path]) -> str:
    """The URI that the report's paths are relative to."""
    alone = paths[0] if len(paths) == 1 else Path()
    folder = alone if alone.is_dir() else alone.parent
    return f"{folder.resolve().as_uri().rstrip('/')}/"


def _print(report: Report, *, as_json: bool, sarif: bool, quiet: bool, base: str) -> None:
    if as_json:
        from fournines.audit.show.json import as_json as shown_json  # noqa: PLC0415

        typer.echo(shown_json(report))
    elif sarif:
        from fournines.audit.registry import rules as all_rules  # noqa: PLC0415
        from fournines.audit.show.sarif import as_sarif  # noqa: PLC0415

        typer.echo(as_sarif(report, all_rules(), base=base))
    else:
        from fournines.audit.show.text import as_text  # noqa: PLC0415

        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        typer.echo(as_text(report, width=width, colour=colour, info=not quiet), nl=False)


def _status(report: Report, fail_on: FailOn) -> int:
    from fournines.kit.audit.rule import Severity  # noqa: PLC0415

    if not report.files:
        return AuditError.exit_code
    worst = report.worst()
    if fail_on is FailOn.NEVER or worst is None:
        return 0
    return int(worst >= Severity[fail_on.name])


def _catalogue(explain: str | None, *, as_json: bool, markdown: bool) -> None:
    from fournines.audit.registry import rules as all_rules  # noqa: PLC0415
    from fournines.audit.show import catalogue  # noqa: PLC0415

    known = {rule.id: rule for rule in all_rules()}
    if explain is not None:
        wanted = known.get(explain.upper())
        if wanted is None:
            raise AuditError(f"there is no rule {explain}", try_this="nines audit --rules")
        if as_json:
            typer.echo(catalogue.as_json([wanted]))
            return
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        typer.echo(catalogue.explained(wanted, width=width), nl=False)
    elif markdown:
        typer.echo(catalogue.as_page(known.values()), nl=False)
    elif as_json:
        typer.echo(catalogue.as_json(known.values()))
    else:
        typer.echo(catalogue.as_list(known.values()), nl=False)

"""What every verb needs: the opened site with its secrets, and a transport to its hosts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fournines.cli.shared.garbage import collect_rarely
from fournines.errors import LabError, SecretsError
from fournines.kit.family import Family

if TYPE_CHECKING:  # heavy rooms are entered by the verbs that need them; `nines --help` stays fast
    from fournines.engine.wire.transport import Wire
    from fournines.plan.model import Plan
    from fournines.secrets.store import Store
    from fournines.spec.model import Site

SiteFile = Annotated[
    Path, typer.Argument(metavar="SITE", help="The site file, for example site.yaml.", readable=False)
]
IdentityOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--identity",
        "-i",
        metavar="FILE",
        envvar="NINES_IDENTITY",
        help="A private key (age or SSH) that opens the site's secrets; may be repeated.",
    ),
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="HOST[,HOST]", help="Only these hosts; may be repeated."),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--without", metavar="HOST[,HOST]", help="As if these hosts were away; none that the others need."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@dataclass(frozen=True)
class Opened:
    """A site with its plan. ``ssh_config`` is the lab's, None for real machines."""

    site: Site
    plan: Plan
    ssh_config: Path | None

    @property
    def place(self) -> str:
        """Whose machines are about to be touched, in a line."""
        if self.ssh_config is not None:
            return f"{self.site.name}: the lab on this machine"
        ssh = self.site.ssh
        through = f" through {ssh.through}" if ssh.through else ""
        return f"{self.site.name}: {len(self.site.hosts)} real machines, as {ssh.user}{through}"

    def transport(self) -> Wire:
        """A transport to the site's hosts; the caller closes it."""
        from fournines.engine.wire.transport import OpenSsh  # noqa: PLC0415 - see above

        return OpenSsh(self.site, config=self.ssh_config)

    def alone(self, transport: Wire, verb: str) -> AbstractAsyncContextManager[None]:
        """Hold the site while it is changed: nobody else changes it meanwhile.

        The block raises ``HeldError`` where somebody does already.
        """
        from fournines.engine.alone import Holder, alone  # noqa: PLC0415 - see above

        return alone(transport, [host.name for host in self.site.voters], Holder.this(verb))


def load_site(path: Path) -> Site:
    """Read the site file with the components' words.

    Raises:
        SpecError: with every mistake in it.
    """
    from fournines.plan.vocabulary import vocabulary  # noqa: PLC0415
    from fournines.spec.load import load  # noqa: PLC0415

    collect_rarely()
    site = load(path, vocabulary())
    if site.secrets.recipients:
        from fournines.secrets.keys import check_recipients  # noqa: PLC0415

        check_recipients(site)
    return site


def open_site(
    path: Path,
    *,
    identity: Sequence[Path] | None = None,
    limit: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    keep_secrets: bool = False,
    reach_hosts: bool = True,
    family: Family = Family.DEBIAN,
    at_first: Callable[[Opened], None] = lambda _: None,
) -> Opened:
    """Load a site, complete its secrets, make its plan, and step into its lab if one is up.

    Args:
        path: the site file.
        identity: private keys to open the secrets with, besides those that lie in the usual places.
        limit: names of hosts, also several with commas between them; what this leaves out is said.
        without: the same of hosts that are to be left out as if they were away.
        keep_secrets: write newly generated secrets to the site's secrets file. Verbs that only look
            leave the disk alone and work with throw-away ones.
        reach_hosts: say whether this is a lab or real machines, and enter the lab's network namespace; must
            happen before any thread is started.
        family: in whose names the plan is said; of another than Debian's it can only be rendered.
        at_first: called before the site's first secrets are written; what it raises keeps them unwritten.

    Raises:
        LabError: the site is one of a lab, and the lab is down; or of real machines, and a lab of its name
            is up.
        SecretsError: the secrets cannot be opened, or could not be opened again; one is to be kept that only
            the operator knows.
    """
    from fournines.plan.make import make_plan  # noqa: PLC0415
    from fournines.secrets.generate import complete  # noqa: PLC0415

    site = load_site(path)
    store = store_for(site, identity)

    config = _enter(site, path) if reach_hosts else None
    supplied = _of_the_lab(site) if reach_hosts else {}
    existing = store.read()
    if keep_secrets:
        _refuse_lacking(site, existing, path)

    def completed(existing: Mapping[str, str]) -> dict[str, str]:
        return complete({**existing, **supplied}, site)

    if keep_secrets and not existing:
        at_first(Opened(site, make_plan(site, completed({})), config))
    secrets = store.update(completed) if keep_secrets else completed(existing)
    plan = make_plan(site, secrets, family=family)
    if limit:
        plan = _limited(plan, limit)
    if without:
        plan = _without(plan, without)
    opened = Opened(site, plan, config)
    if reach_hosts:
        typer.echo(opened.place, err=True)
    return opened


def _refuse_lacking(site: Site, existing: Mapping[str, str], path: Path) -> None:
    from fournines.secrets.generate import lacking  # noqa: PLC0415

    if unsaid := lacking(existing, site):
        raise SecretsError(
            f"only you know {', '.join(unsaid)}",
            where=str(path),
            try_this=f"nines secrets set {path} {unsaid[0]}",
        )


def _of_the_lab(site: Site) -> Mapping[str, str]:
    """The secrets that the lab has made for itself: it knows by which password its hosts are fenced."""
    from fournines import lab  # noqa: PLC0415
    from fournines.plan.context import wanted_secrets  # noqa: PLC0415

    wanted = {secret.name for secret in wanted_secrets(site)}
    made = lab.board_secrets(site.name) if site.lab else {}
    return {name: value for name, value in made.items() if name in wanted}


def _limited(plan: Plan, limit: Sequence[str]) -> Plan:
    """The plan for the named hosts; on stderr, what that leaves out."""
    from fournines.plan.limit import limited  # noqa: PLC0415

    hosts = _names(limit)
    found = limited(plan, hosts)
    others = [host for host in plan.context.site.hosts if not found.concerns(host)]
    if others:
        promises = len(plan.checks) - len(found.checks)
        typer.echo(
            f"limited to {', '.join(hosts)}. Left out: what would be done to"
            f" {', '.join(others)}, and {promises} of {len(plan.checks)} promises, which need them."
            " Barriers still ask them.",
            err=True,
        )
    return found


def _without(plan: Plan, names: Sequence[str]) -> Plan:
    """The plan as if the named hosts were away, which is said on stderr."""
    from fournines.plan.limit import without  # noqa: PLC0415

    hosts = _names(names)
    found = without(plan, hosts)
    typer.echo(f"without {', '.join(hosts)}: nothing is done to them, nothing is asked of them", err=True)
    return found


def _names(words: Sequence[str]) -> list[str]:
    """Host names, also several in a word with commas between them; each once."""
    found = (name.strip() for word in words for name in word.split(","))
    return list(dict.fromkeys(name for name in found if name))


def open_fresh(path: Path) -> Opened:
    """The same for a verb that needs no secrets: the site's own are not read, the plan holds made-up ones.

    Raises:
        LabError: as ``open_site``.
    """
    from fournines.plan.make import make_plan  # noqa: PLC0415
    from fournines.secrets.generate import complete  # noqa: PLC0415

    site = load_site(path)
    opened = Opened(site, make_plan(site, complete({}, site)), _enter(site, path))
    typer.echo(opened.place, err=True)
    return opened


def _enter(site: Site, path: Path) -> Path | None:
    """Step into the site's lab and return its ssh_config; None for a site of real machines.

    Which of the two it is, the site file says: hosts are never hurt, or spared, because of what happens to
    run on the operator's machine.
    """
    from fournines import lab  # noqa: PLC0415

    if site.lab:
        if not lab.is_up(site.name):
            raise LabError(f"the lab {site.name} is down", where=str(path), try_this=f"nines lab up {path}")
        lab.enter(site.name)
        return lab.ssh_config_path(site.name)
    if lab.is_up(site.name):
        raise LabError(
            f"a lab called {site.name} is up, but this site file is one of real machines",
            where=str(path),
            try_this=f"`lab: true` in the file means the lab; for the machines: nines lab down {site.name}",
        )
    return None


def store_for(site: Site, identity: Sequence[Path] | None) -> Store:
    """The store of the site's secrets; a key's passphrase is asked for on the terminal."""
    from fournines.secrets.store import store_of  # noqa: PLC0415

    return store_of(site, named=tuple(identity or ()), passphrase=_passphrase)


def _passphrase(path: Path) -> str | None:
    if not sys.stdin.isatty():
        return None
    return str(typer.prompt(f"passphrase of {path}", hide_input=True, err=True))

"""What every verb needs: the opened site, a transport to its hosts, errors shown once and well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fournines.errors import LabError

if TYPE_CHECKING:  # heavy rooms are entered by the verbs that need them; `nines --help` stays fast
    from fournines.engine.transport import Transport
    from fournines.plan.model import Plan
    from fournines.spec.model import Site

SiteFile = Annotated[Path, typer.Argument(metavar="SITE", help="The site file, for example site.yaml.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@dataclass(frozen=True)
class Opened:
    """A site with its plan. ``ssh_config`` is the lab's, None for real machines."""

    site: Site
    plan: Plan
    ssh_config: Path | None

    def transport(self) -> Transport:
        """A transport to the site's hosts; the caller closes it."""
        from fournines.engine.transport import OpenSsh  # noqa: PLC0415 - see above

        return OpenSsh(self.site, config=self.ssh_config)


def load_site(path: Path) -> Site:
    """Read the site file with the components' words.

    Raises:
        SpecError: with every mistake in it.
    """
    from fournines.plan.vocabulary import vocabulary  # noqa: PLC0415
    from fournines.spec.load import load  # noqa: PLC0415

    return load(path, vocabulary())


def open_site(path: Path, *, keep_secrets: bool = False, reach_hosts: bool = True) -> Opened:
    """Load a site, complete its secrets, make its plan, and step into its lab if one is up.

    Args:
        path: the site file.
        keep_secrets: write newly generated secrets to the site's secrets file. Verbs that only look
            leave the disk alone and work with throw-away ones.
        reach_hosts: enter the lab's network namespace; must happen before any thread is started.

    Raises:
        LabError: the site is one that exists only as a lab, and the lab is down.
    """
    from fournines import lab  # noqa: PLC0415
    from fournines.plan.make import make_plan  # noqa: PLC0415
    from fournines.secrets.generate import complete  # noqa: PLC0415
    from fournines.secrets.store import store_of  # noqa: PLC0415

    site = load_site(path)
    store = store_of(site)
    existing = store.read()
    secrets = complete(existing, site)
    if keep_secrets and secrets != existing:
        store.write(secrets)
    ssh_config = None
    if reach_hosts and lab.is_up(site.name):
        lab.enter(site.name)
        ssh_config = lab.ssh_config_path(site.name)
    elif reach_hosts and site.lab:
        raise LabError(f"the lab {site.name} is down", where=str(path), try_this=f"nines lab up {path}")
    return Opened(site, make_plan(site, secrets), ssh_config)

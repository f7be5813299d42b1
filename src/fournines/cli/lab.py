"""``nines lab``: hosts on this machine, to try a site on and to break it on."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fournines.cli.shared.site import JsonOption, SiteFile, load_site
from fournines.errors import LabError
from fournines.kit.release import SUITE

if TYPE_CHECKING:  # `nines --help` stays fast
    from collections.abc import Sequence

    from fournines.lab import LabPlan, LabStatus
    from fournines.spec.model import Site

app = typer.Typer(
    help="Local hosts for a site, each with its own systemd, disk, power and network cables.",
    no_args_is_help=True,
)
net_app = typer.Typer(help="Cut hosts off from networks, and heal it.", no_args_is_help=True)
app.add_typer(net_app, name="net")

LabOption = Annotated[
    str | None, typer.Option("--name", help="The lab; needed only when several are there.", metavar="LAB")
]
SuiteOption = Annotated[
    str, typer.Option(help="The Debian suite of the hosts; of a coming one, systemd stays the present one's.")
]
CachedOption = Annotated[
    bool, typer.Option("--as-cached", help="Take a cached image though the archive may have newer packages.")
]
HostName = Annotated[str, typer.Argument(metavar="HOST")]
NetworkName = Annotated[str | None, typer.Argument(metavar="[NETWORK]", help="All of them when not given.")]


class Action(StrEnum):
    """What can be done with a host's power."""

    OFF = "off"
    ON = "on"
    CYCLE = "cycle"


@app.command()
def up(
    site: SiteFile,
    name: Annotated[str | None, typer.Option(help="Call the lab otherwise than the site.")] = None,
    mirror: Annotated[str | None, typer.Option(help="Debian mirror; otherwise this machine's apt's.")] = None,
    disk: Annotated[
        str | None,
        typer.Option(metavar="DIR|memory", help="Where the hosts' disks lie; in memory where it suffices."),
    ] = None,
    suite: SuiteOption = SUITE,
    *,
    as_cached: CachedOption = False,
) -> None:
    """Bring up every host of the site. What runs already is left alone; the first time builds an image."""
    from fournines import lab  # noqa: PLC0415

    loaded = load_site(site)
    if not loaded.lab:
        raise LabError(
            "this site file is one of real machines",
            where=str(site),
            try_this=f"write `lab: true` in a copy of {site.name}: drills then never meet the real ones",
        )
    plan = _plan(loaded, name, suite)
    lab.up(plan, mirror=mirror, disks=disk, as_cached=as_cached, progress=_tell)
    typer.echo(f"lab {plan.name} is up: {', '.join(host.name for host in plan.hosts)}")


@app.command()
def image(
    site: SiteFile,
    mirror: Annotated[str | None, typer.Option(help="Debian mirror; otherwise this machine's apt's.")] = None,
    suite: SuiteOption = SUITE,
) -> None:
    """Build the image of the site's hosts, if none that is as the archive is now is cached; start nothing."""
    from fournines import lab  # noqa: PLC0415

    typer.echo(lab.build(_plan(load_site(site), None, suite), mirror=mirror, progress=_tell))


@app.command()
def images(
    *,
    prune: Annotated[bool, typer.Option("--prune", help="Delete those that no lab stands on.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the cached host images and the labs that stand on them."""
    from fournines import lab  # noqa: PLC0415

    if prune:
        for digest in lab.prune():
            _tell(f"deleted {digest}")
    found = lab.images()
    if as_json:
        facts = [(one.digest, one.packages, one.seconds, labs) for one, labs in found]
        keys = ("digest", "packages", "seconds", "labs")
        typer.echo(json.dumps([dict(zip(keys, fact, strict=True)) for fact in facts], indent=2))
        return
    for one, labs in found:
        made = f"{len(one.packages)} packages asked for, built in {one.seconds:.0f} s"
        typer.echo(f"{one.digest}  {made}, used by {', '.join(labs) or 'no lab'}")
    if not found:
        typer.echo("no image is cached")


def _plan(site: Site, name: str | None, suite: str) -> LabPlan:
    """The site's lab, with every package that any step of the site's plan names."""
    from fournines import lab  # noqa: PLC0415
    from fournines.kit.step import Packages  # noqa: PLC0415
    from fournines.lab.images.packages import CONTROL_PLANE  # noqa: PLC0415
    from fournines.plan.make import make_plan  # noqa: PLC0415
    from fournines.secrets.generate import complete  # noqa: PLC0415

    plan = make_plan(site, complete({}, site))  # secrets that nobody keeps: only package names are read
    steps = (step for phase in plan.phases for steps in phase.steps.values() for step in steps)
    named = (name for step in steps if isinstance(step, Packages) for name in step.names)
    packages, declared = (*CONTROL_PLANE, *named), plan.context.declarations
    return lab.lab_plan(site, name=name, packages=packages, suite=suite, declared=declared)


@app.command()
def down(
    name: Annotated[
        str | None, typer.Argument(metavar="[LAB|SITE]", help="A lab's name, or the site file it is of.")
    ] = None,
    all_labs: Annotated[bool, typer.Option("--all", help="Every lab, and what is left of old ones.")] = False,
) -> None:
    """Take a lab down and delete its disks, whatever state it is in."""
    from fournines import lab  # noqa: PLC0415

    there = lab.labs()
    if not there:
        typer.echo("no lab is up")
        return
    chosen: Sequence[str] = there if all_labs else (_which(name),)
    for one in chosen:
        if not lab.down(one, progress=_tell):
            typer.echo(f"there is no lab {one}")


@app.command()
def status(name: LabOption = None, *, as_json: JsonOption = False) -> None:
    """Show every lab: which hosts have power, which cables are plugged in."""
    from fournines import lab  # noqa: PLC0415

    names = lab.labs() if name is None else (name,)
    found: list[LabStatus] = []
    remains: list[str] = []
    for one in names:
        try:
            found.append(lab.status(one))
        except LabError:
            if name is not None:
                raise
            remains.append(one)
    if as_json:
        labs = [asdict(each) for each in found]
        typer.echo(json.dumps({"labs": labs, "remains": remains}, indent=2))
        return
    for each in found:
        _show(each)
    for one in remains:
        typer.echo(f"lab {one}: only remains of it; remove them with: nines lab down {one}")
    if not names:
        typer.echo("no lab is up")


def _show(lab: LabStatus) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    columns = ("host", "what", "power", "network", "address", "interface", "cable")
    emulated = f"; emulated, because: {lab.emulated}" if lab.emulated else ""
    table = Table(*columns, title=f"lab {lab.name}", caption=f"disks: {lab.disk}{emulated}")
    for host in lab.hosts:
        first = [host.name, host.nature, host.power]
        for cable in host.cables:
            state = "plugged" if cable.plugged else "cut" if host.power != "off" else "-"
            table.add_row(*first, cable.network, cable.address, cable.interface, state)
            first = ["", "", ""]
    Console().print(table)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def ssh(
    host: HostName,
    command: Annotated[list[str] | None, typer.Argument(metavar="[COMMAND]...")] = None,
    name: LabOption = None,
) -> None:
    """Log in to a host by SSH, the way the operator of the site would."""
    from fournines import lab  # noqa: PLC0415

    chosen = _which(name)
    config = lab.ssh_config_path(chosen)
    lab.enter(chosen)
    _become(["ssh", "-F", str(config), host, *(command or [])])


@app.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def exec_(
    host: HostName,
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...")],
    name: LabOption = None,
) -> None:
    """Run a command inside a host as its root, not over the network. Its exit code becomes ours."""
    from fournines import lab  # noqa: PLC0415

    argv = command[1:] if command[0] == "--" else command
    _become(lab.exec_command(_which(name), host, argv))


@app.command()
def power(
    host: HostName,
    action: Action,
    name: LabOption = None,
    *,
    clean: Annotated[bool, typer.Option("--clean", help="Shut down in order; not a power loss.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the host has booted.")] = True,
) -> None:
    """Switch a host's power. ``off`` is a power loss: it says nothing to anybody."""
    from fournines import lab  # noqa: PLC0415

    lab.power(_which(name), host, action.value, clean=clean, wait=wait)


@app.command()
def freeze(host: HostName, name: LabOption = None) -> None:
    """Stop a host where it is, as a paused virtual machine."""
    from fournines import lab  # noqa: PLC0415

    lab.freeze(_which(name), host)


@app.command()
def thaw(host: HostName, name: LabOption = None) -> None:
    """Let a frozen host go on."""
    from fournines import lab  # noqa: PLC0415

    lab.thaw(_which(name), host)


@net_app.command()
def cut(host: HostName, network: NetworkName = None, name: LabOption = None) -> None:
    """Cut a host off from a network silently: its packets vanish, its carrier stays."""
    from fournines import lab  # noqa: PLC0415

    lab.cut(_which(name), host, network)


@net_app.command()
def heal(host: HostName, network: NetworkName = None, name: LabOption = None) -> None:
    """Undo ``cut``."""
    from fournines import lab  # noqa: PLC0415

    lab.heal(_which(name), host, network)


def _which(name: str | None) -> str:
    """The lab that is meant: the named one, or the only one there is.

    Raises:
        LabError: there is none, or several to choose from.
    """
    from fournines import lab  # noqa: PLC0415

    if name is not None:
        return load_site(Path(name)).name if name.endswith((".yaml", ".yml")) else name
    there = lab.labs()
    if not there:
        raise LabError("no lab is up", try_this="nines lab up SITE")
    if len(there) > 1:
        raise LabError(f"there are several labs: {', '.join(there)}", try_this="say which one: --name LAB")
    return there[0]


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _become(argv: Sequence[str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvp(argv[0], list(argv))  # noqa: S606 - an argv, not a shell

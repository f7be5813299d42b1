"""``nines drill``: break the site on purpose, and measure what a client sees of it."""

from __future__ import annotations

import logging
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import anyio
import typer

from fournines import files
from fournines.cli.shared.offer import tell
from fournines.cli.shared.site import IdentityOption, JsonOption, SiteFile, open_site
from fournines.cli.shared.trouble import INTERRUPTED
from fournines.drill.enough import Enough
from fournines.errors import DrillError

if TYPE_CHECKING:  # `nines --help` stays fast
    from collections.abc import Mapping

    from anyio.abc import TaskStatus
    from rich.status import Status

    from fournines.cli.shared.site import Opened
    from fournines.drill.journal import Journal
    from fournines.drill.result import Campaign, DrillRun
    from fournines.drill.rig import Pace
    from fournines.drill.scenario import Scenario

_REFRESH = 0.25
_INTERRUPTED = (
    "interrupted: undoing what was done, then reading back what was acknowledged; once more: only undoing"
)


def drill(
    site: SiteFile,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="The drills to run, or ids of faults (heat.engine.kill); all that can run when none is.",
        ),
    ] = None,
    *,
    listing: Annotated[
        bool, typer.Option("--list", help="Say which drills can run here, and why the others cannot.")
    ] = False,
    each: Annotated[
        list[str] | None,
        typer.Option(
            "--each",
            metavar="FAULT",
            help="Hurt every API in turn: crash, kill, hang or stop; may be given again.",
        ),
    ] = None,
    times: Annotated[
        int, typer.Option("--times", metavar="N", min=1, help="Run what was chosen so many times.")
    ] = 1,
    control: Annotated[
        bool,
        typer.Option(
            "--control/--no-control", help="Begin with a run that hurts nothing: the noise of this machine."
        ),
    ] = True,
    seed: Annotated[int | None, typer.Option("--seed", help="The seed of the run's names.")] = None,
    hold: Annotated[
        float | None, typer.Option("--hold", metavar="SECONDS", min=0, help="How long each fault lasts.")
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="SECONDS", min=0, help="How long until all is well [120 x patience]."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the report goes [reports/SITE-TIME].")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Break real machines: without it only a lab is broken.")
    ] = False,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hurt the site, undo it, and judge what clients saw. Ctrl-C undoes the fault and reads back first."""
    from fournines.drill.campaign import new_seed  # noqa: PLC0415
    from fournines.drill.choosing.here import fitting  # noqa: PLC0415
    from fournines.drill.choosing.names import picked  # noqa: PLC0415
    from fournines.drill.control import CONTROL  # noqa: PLC0415
    from fournines.drill.last import last_of  # noqa: PLC0415
    from fournines.drill.rig import Pace  # noqa: PLC0415
    from fournines.drill.scenarios import scenarios  # noqa: PLC0415
    from fournines.kit.probe import Reached  # noqa: PLC0415

    if listing:
        tell(site, as_json=as_json)
        return
    opened = open_site(site, identity=identity)
    context = opened.plan.context
    of_site = scenarios(context.declared(Reached))
    known = {**of_site, CONTROL.name: CONTROL}
    if names or each:
        wanted = picked(known, names or (), context, each or ())
    else:
        wanted = fitting(of_site, context)
        typer.echo(
            f"{len(wanted)} of {len(of_site)} drills can run here: nines drill {site} --list", err=True
        )
    first = (CONTROL,) if control and CONTROL not in wanted else ()
    chosen = (*first, *wanted * times)
    _refuse_real_machines(opened, yes=yes)
    number = new_seed() if seed is None else seed
    folder = out or Path("reports") / f"{opened.site.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    files.folder(folder)
    pace = Pace(hold=hold, steady=Pace.steady * context.site.patience if wait is None else wait)
    named = [scenario.name for scenario in (*first, *wanted)]
    command = _command(
        site, named, number, {"--hold": hold, "--wait": wait, "--times": times if times > 1 else None}
    )
    # A broker that dies is the subject here; aiormq would log it as an error each time.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)
    session = _Session(opened=opened, chosen=chosen, seed=number, pace=pace, command=command, folder=folder)
    last = last_of(opened.site.name, folder)
    anyio.run(session.run)
    _finish(session, last, as_json=as_json)


def _refuse_real_machines(opened: Opened, *, yes: bool) -> None:
    """Nobody breaks a production site by a slip of the fingers.

    Raises:
        DrillError: the hosts are real and nobody said ``--yes``.
    """
    if opened.ssh_config is None and not yes:
        raise DrillError(
            f"these are real machines, and a drill breaks them on purpose: {', '.join(opened.site.hosts)}",
            where=opened.site.name,
            try_this="say --yes if nobody depends on them now; or rehearse on a lab (`lab: true` in a copy)",
        )


def _command(site: Path, names: list[str], seed: int, numbers: Mapping[str, float | None]) -> str:
    from fournines.drill.result import CONTROL_NAME  # noqa: PLC0415

    words = ["nines", "drill", str(site), *names, "--seed", str(seed)]
    words += [] if CONTROL_NAME in names else ["--no-control"]
    words += [word for option, n in numbers.items() if n is not None for word in (option, f"{n:g}")]
    return " ".join(words)


class _Session:
    """One campaign on a terminal. What has ended is kept, however the rest ends."""

    def __init__(
        self,
        *,
        opened: Opened,
        chosen: tuple[Scenario, ...],
        seed: int,
        pace: Pace,
        command: str,
        folder: Path,
    ) -> None:
        self.opened = opened
        self.chosen = chosen
        self.seed = seed
        self.pace = pace
        self.command = command
        self.folder = folder
        self.started = datetime.now(UTC)
        self.runs: list[DrillRun] = []
        self.interrupted = False
        self.enough = Enough()
        self.failure: Exception | None = None
        self._now: tuple[Scenario, Journal] | None = None

    async def run(self) -> None:
        """Run the campaign; an error is kept in ``failure`` until the report is written."""
        from fournines.probe.machine.priority import hurry  # noqa: PLC0415
        from fournines.report.style import console  # noqa: PLC0415

        if self.opened.ssh_config:
            hurry()
        async with anyio.create_task_group() as watching:
            with anyio.CancelScope() as scope, console(stderr=True).status("steady state?") as line:
                # Signals are taken until the very end: the second Ctrl-C must not kill the undo.
                await watching.start(self._interruptible, scope)
                watching.start_soon(self._show, line)
                try:
                    await self._campaign()
                except Exception as error:  # noqa: BLE001 - shown by the caller, after the report
                    self.failure = error
            watching.cancel_scope.cancel()

    async def _campaign(self) -> None:
        from fournines.drill.campaign import rig_of, run_campaign  # noqa: PLC0415
        from fournines.drill.hurt.power import LabPower  # noqa: PLC0415

        transport = self.opened.transport()
        power = LabPower(self.opened.site.name) if self.opened.ssh_config else None
        try:
            async with self.opened.alone(transport, "drill"):
                await run_campaign(
                    self.chosen,
                    rig_of(self.opened.plan, transport, power),
                    seed=self.seed,
                    pace=self.pace,
                    command=self.command,
                    folder=self.folder,
                    enough=self.enough,
                    began=self._began,
                    ended=self._ended,
                )
        finally:
            with anyio.CancelScope(shield=True):
                await transport.close()

    def campaign(self) -> Campaign:
        """What has been found so far."""
        from fournines.drill.record import machine  # noqa: PLC0415
        from fournines.drill.result import Campaign  # noqa: PLC0415

        started = self.started.isoformat(timespec="seconds")
        return Campaign(self.opened.site.name, started, machine(), self.command, tuple(self.runs))

    def _began(self, scenario: Scenario, journal: Journal) -> None:
        self._now = (scenario, journal)

    def _ended(self, run: DrillRun) -> None:
        from fournines.drill.result import to_json  # noqa: PLC0415

        self.runs.append(run)
        files.write(self.folder / "result.json", to_json(self.campaign()))
        typer.echo(f"{run.name}: {run.outcome.value}", err=True)

    async def _interruptible(
        self, scope: anyio.CancelScope, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        """The first Ctrl-C undoes, reads back and judges; the second only undoes, which nothing stops."""
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            task_status.started()
            async for _ in signals:
                if self.interrupted or self._now is None:
                    typer.echo("interrupted: undoing what was done", err=True)
                    scope.cancel()
                else:
                    typer.echo(_INTERRUPTED, err=True)
                    self.enough.say()
                self.interrupted = True

    async def _show(self, line: Status) -> None:
        while True:
            if self._now is not None:
                scenario, journal = self._now
                position = f"{len(self.runs) + 1}/{len(self.chosen)}"
                line.update(progress(position, scenario.name, journal))
            await anyio.sleep(_REFRESH)


def progress(position: str, name: str, journal: Journal) -> str:
    """One line: which drill, which stage for how long, and which clients are without an answer."""
    silent = ", ".join(f"{probe} {seconds:.1f} s" for probe, seconds in journal.silent().items())
    stage = journal.stage.value if journal.stage else "done"
    out = f" | no answer: {silent}" if silent else ""
    return f"{position} {name}: {stage} {journal.stage_seconds:.0f} s{out}"


def _finish(session: _Session, last: Campaign | None, *, as_json: bool) -> None:
    """Write the report, show it, raise what went wrong, and exit with the outcome's code."""
    from fournines.drill.result import to_json  # noqa: PLC0415
    from fournines.report.document import EXIT_CODES  # noqa: PLC0415
    from fournines.report.drill import html, table  # noqa: PLC0415
    from fournines.report.style import console  # noqa: PLC0415

    campaign = session.campaign()
    text = to_json(campaign)
    files.write(session.folder / "result.json", text)
    files.write(session.folder / "report.html", html(campaign, last))
    if as_json:
        typer.echo(text)
    else:
        screen = console()
        screen.print(table(campaign, screen, last))
        screen.print(f"report: {session.folder / 'report.html'}", soft_wrap=True)
    if session.failure is not None:
        raise session.failure
    raise typer.Exit(INTERRUPTED if session.interrupted else EXIT_CODES[campaign.outcome])

"""``nines deploy`` and ``nines plan`` on simulated hosts: what they print, log and exit with."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest
import typer
from rich.console import Console
from tests.cli.command import nines
from tests.cli.fake_hosts import opening
from tests.engine.simulation import HOSTS, Simulation, all_active, everywhere, phase, plan, simulation
from tests.support import EXAMPLES
from typer.testing import CliRunner, Result

from fournines.cli.shared.progress import Board, lines, shown
from fournines.cli.shared.site import Opened
from fournines.engine import events
from fournines.engine.wire.transport import Fake
from fournines.errors import SecretsError, TransportError
from fournines.kit.check import Output
from fournines.kit.step import File, Packages, Unit
from fournines.plan.model import Plan
from fournines.spec.model import Site

__all__ = ["simulation"]

deploy_verb = import_module("fournines.cli.deploy")  # the package names the functions so, not the modules
plan_verb = import_module("fournines.cli.plan")

Run = Callable[..., Result]


SECRET = "s3cr3t-0123456789"


def wanted() -> Plan:
    steps = everywhere(
        Packages(("web",)),
        File("/etc/web", f"port = 80\npassword = {SECRET}\n"),
        File("/etc/key", f"{SECRET}\n", mode=0o600, secret=True),
        Unit("web.service", restart_on=("/etc/web",)),
    )
    return plan(phase("web", steps, all_active("web.service")), secrets={"web/password": SECRET})


@pytest.fixture
def run(simulation: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    class Simulated(Opened):
        def transport(self) -> Fake:
            return simulation.transport

    opened = Simulated(wanted().context.site, wanted(), None)
    for module in (deploy_verb, plan_verb):
        monkeypatch.setattr(module, "open_site", lambda *_, **__: opened)
    log = import_module("fournines.engine.log")
    monkeypatch.setattr(log, "log_folder", lambda *_, **__: tmp_path / "log")
    app = typer.Typer()
    app.command()(deploy_verb.deploy)
    app.command()(plan_verb.plan)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(app, [*words, "site.yaml"])

    return invoke


def test_hosts_with_a_past_and_no_secrets_are_refused_before_anything_is_made() -> None:
    """A clone of the repository, or a lost file: new passwords on half of a site that runs would end it."""
    past: dict[str, str] = {}

    def answer(host: str, _argv: tuple[str, ...]) -> Output | None:
        return None if host == "three" else Output(0, past.get(host, ""))

    opened = opening(wanted(), answer)[0]()
    deploy_verb._refuse_deployed(opened)
    past["two"] = "/var/lib/fournines/stamps/web.service.json\n"
    with pytest.raises(SecretsError, match=r"the secrets that two had before are not here") as caught:
        deploy_verb._refuse_deployed(opened)
    assert "toy.secrets.*" in (caught.value.try_this or "")


def test_deploy_says_what_changed_and_then_that_nothing_did(run: Run, tmp_path: Path) -> None:
    first = run("deploy")
    assert first.exit_code == 0
    assert "[web] two: file /etc/web: written" in first.output
    assert "12 changes on 3 hosts in 2 phases" in first.output
    second = run("deploy")
    assert "toy: 0 changes, every barrier passes" in second.output
    logs = sorted((tmp_path / "log").iterdir())
    assert str(logs[0]) in first.output + second.output
    assert '"event": "Finished"' in logs[0].read_text()
    assert SECRET not in first.output + "".join(log.read_text() for log in logs)


def test_deploy_as_json_is_one_event_a_line(run: Run) -> None:
    said = [json.loads(line) for line in run("deploy", "--json").stdout.splitlines()]
    assert (said[0]["event"], said[-1]["event"], said[-1]["changes"]) == ("Started", "Finished", 12)


def test_plan_shows_masked_diffs_and_hides_secret_files_entirely(run: Run, simulation: Simulation) -> None:
    shown_first = run("plan")
    assert shown_first.exit_code == 0
    assert "one: file /etc/web: create" in shown_first.output
    assert "+password = ********" in shown_first.output
    assert "one: file /etc/key: create\n  one: unit web.service: enable, start" in shown_first.output
    assert f"12 changes on {len(HOSTS)} hosts" in shown_first.output
    assert SECRET not in shown_first.output
    assert all(not host.tree() for host in simulation.hosts.values()), "a plan changes nothing"


def test_plan_can_tell_by_its_exit_code_and_as_json(run: Run) -> None:
    assert run("plan", "--exit-code").exit_code == 1
    document = json.loads(run("plan", "--json").stdout)
    assert {change["subject"] for change in document["changes"]} == {
        "web",
        "/etc/web",
        "/etc/key",
        "web.service",
    }
    run("deploy")
    after = run("plan", "--exit-code")
    assert (after.exit_code, after.output) == (0, "nothing would change\n")


def test_plan_offline_shows_steps_without_asking_anybody(run: Run, simulation: Simulation) -> None:
    said = run("plan", "--offline")
    assert "1. web" in said.output
    assert "   three: file /etc/web" in said.output
    assert "   until web.service.active: web.service is active everywhere" in said.output
    assert SECRET not in said.output + run("plan", "--offline", "--json").output
    assert simulation.calls == 0


def test_plan_of_hosts_that_are_not_there_is_an_error(run: Run, simulation: Simulation) -> None:
    del simulation.hosts["three"]
    error = run("plan").exception
    assert isinstance(error, TransportError)
    assert "nines plan --offline site.yaml" in (error.try_this or "")


# --- the display ------------------------------------------------------------------------------------------

STORY: tuple[events.Event, ...] = (
    events.Started(0.0, "blog", ("names", "web"), ("one", "two")),
    events.HostObserved(0.4, "one", 2, 0.4),
    events.PhaseStarted(0.5, "web", ("one", "two")),
    events.StepChanged(1.0, "web", "one", "unit", "web.service", "restart"),
    events.StillBusy(16.0, "web", (("two", "start web.service"),), 15.0),
    events.PhaseBroken(17.0, "web", "two", "the connection broke"),
    events.HostChanged(17.5, "web", "one", 1),
    events.HostUnchanged(17.5, "web", "two"),
    events.BarrierWaiting(18.0, "web", (("web.up", "one: [starting]"),)),
    events.BarrierPassed(19.0, "web", 1, 1.0),
    events.PhaseFinished(19.0, "web", 1, 18.5),
    events.Failed(20.0, "one", "it broke", "mend it", "words"),
    events.Finished(20.0, 1, 20.0),
)


def test_every_event_has_a_line_except_what_its_neighbours_say() -> None:
    silent = {type(event) for event in STORY if not lines(event)}
    assert silent == {events.HostChanged, events.HostUnchanged}
    assert lines(STORY[4]) == ["   16.0 s  [web] two: still at start web.service (15 s)"]


def test_the_table_follows_the_story() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with shown(as_json=False, console=screen) as listen:
        for event in STORY:
            listen(event)
    board = Board()
    for event in STORY[:10]:
        board.hear(event)
    plain = Console(file=io.StringIO(), width=120)
    plain.print(board)
    text = plain.file.getvalue()  # type: ignore[attr-defined]
    assert "1 changed" in text
    assert "as wanted" in text
    assert "1 checks pass" in text
    assert "unit web.service: restart" in screen.file.getvalue()  # type: ignore[attr-defined]


def test_many_hosts_are_counted_and_have_no_column_each() -> None:
    hosts = tuple(f"compute{number}" for number in range(300))
    board = Board()
    started = events.PhaseStarted(1, "agents", hosts)
    for event in (
        events.Started(0, "big", ("agents",), hosts),
        started,
        events.HostChanged(2, "agents", "compute7", 3),
        events.HostUnchanged(2, "agents", "compute8"),
    ):
        board.hear(event)
    plain = Console(file=io.StringIO(), width=120)
    plain.print(board)
    text = plain.file.getvalue()  # type: ignore[attr-defined]
    assert "300 hosts" in text
    assert "298 working" in text
    assert "1 changed" in text
    assert "1 as wanted" in text
    assert max(map(len, text.splitlines())) < 120
    assert lines(started) == ["    1.0 s  [agents] on compute0, compute1, compute2 and 297 more"]


def test_a_second_deploy_hands_out_the_secrets_of_the_first(
    simulation: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the command to the hosts' files: new ones would lock everybody out of a running site."""

    def make_plan(_: Site, secrets: Mapping[str, str], *, family: str = "debian") -> Plan:
        assert family == "debian"
        steps = everywhere(*(File(f"/etc/{name}", value) for name, value in secrets.items()))
        return plan(phase("web", steps), secrets=dict(secrets))

    site = tmp_path / "real.yaml"
    site.write_text(
        (EXAMPLES / "blog.yaml").read_text().replace("lab: true", "").replace("name: blog", "name: s")
    )
    monkeypatch.setattr("fournines.plan.make.make_plan", make_plan)
    monkeypatch.setattr(Opened, "transport", lambda _: simulation.transport)
    monkeypatch.setattr("fournines.engine.log.log_folder", lambda *_, **__: tmp_path / "log")
    assert nines("deploy", site).code == 0
    made = {name: host.tree() for name, host in simulation.hosts.items()}
    assert len(made["one"]) > 10
    second = nines("deploy", site)
    assert "0 changes" in second.stdout
    assert {name: host.tree() for name, host in simulation.hosts.items()} == made

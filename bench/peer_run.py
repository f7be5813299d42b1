"""One option set on a lab that is up: deployed, then drilled; ``bench/peers.py`` starts this for each.

A process of its own, because entering a lab's network is for good.
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import anyio
from bench.option_set import OptionSet, applied
from bench.peer_sets import OURS, guide, kolla

from fournines import files
from fournines.cli.shared.site import Opened, open_site
from fournines.drill.campaign import new_seed, rig_of, run_campaign
from fournines.drill.hurt.power import LabPower
from fournines.drill.record import machine
from fournines.drill.result import Campaign, DrillRun, to_json
from fournines.drill.rig import Pace
from fournines.drill.scenarios import scenarios
from fournines.engine.run import deploy
from fournines.plan.model import Plan
from fournines.probe.machine.priority import hurry
from fournines.spec.model import Site

HOLD = {"haproxy-kill": 20.0, "writer-kill": 20.0}
LONGER = 40.0
"""How long a fault lasts, in seconds, under every option set: longer than what is to be measured. Five checks
of a host that is gone take HAProxy 25 to 30 s with the guide's timeouts."""


def option_set(name: str, site: Site) -> OptionSet:
    """The option set of this name."""
    return {"ours": lambda: OURS, "kolla": lambda: kolla(site), "guide": lambda: guide(site)}[name]()


def main() -> None:
    """Deploy, drill as often as asked, leave a campaign's result for each time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("options", choices=("ours", "kolla", "guide"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("drills", nargs="+")
    asked = parser.parse_args()
    opened = open_site(asked.site, keep_secrets=True)
    if opened.ssh_config is None:
        sys.exit("only a lab is drilled with the values of others")
    options = option_set(asked.options, opened.site)
    plan = applied(options, opened.plan)
    if any(edit.through_vip for edit in options.edits):
        anyio.run(carry_out, opened, applied(options.without_vip(), opened.plan))
    anyio.run(carry_out, opened, plan)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # a broker that dies is the subject
    hurry()
    for number in range(1, asked.runs + 1):
        folder = asked.out / f"{options.name}-{number}"
        files.folder(folder)
        anyio.run(drilled, opened, plan, tuple(asked.drills), folder)


async def carry_out(opened: Opened, plan: Plan) -> None:
    """Make the hosts what the plan says."""
    transport = opened.transport()
    try:
        async with opened.alone(transport, "deploy"):
            summary = await deploy(plan, transport)
    finally:
        await transport.close()
    tell(f"  {summary.total} changes in {summary.seconds:.0f} s")


async def drilled(opened: Opened, plan: Plan, names: tuple[str, ...], folder: Path) -> None:
    """The drills once, one after the other."""
    known = scenarios(())
    started, runs = datetime.now(UTC).isoformat(timespec="seconds"), list[DrillRun]()
    command = " ".join(("python -m bench.peers", *names))

    def ended(run: DrillRun) -> None:
        """What has been measured is kept, however the rest ends."""
        runs.append(run)
        so_far = Campaign(opened.site.name, started, machine(), command, tuple(runs))
        files.write(folder / "result.json", to_json(so_far))
        tell(f"  {run.name}: {run.outcome.value}")

    chosen = [replace(known[name], hold=HOLD.get(name, LONGER)) for name in names]
    transport = opened.transport()
    try:
        async with opened.alone(transport, "drill"):
            await run_campaign(
                chosen,
                rig_of(plan, transport, LabPower(opened.site.name)),
                seed=new_seed(),
                pace=Pace(),
                command=command,
                folder=folder,
                ended=ended,
            )
    finally:
        with anyio.CancelScope(shield=True):
            await transport.close()


def tell(line: str) -> None:
    """To whoever waits, at once."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

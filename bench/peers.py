"""The same drills on the same lab with our values, kolla-ansible's and the guide's: how many times as long?

``python -m bench.peers SITE`` (root, nothing else running) brings up a lab of its own for each option set of
``bench/peer_sets.py``, deploys the site with that set's values in its files, drills it, and takes the lab
down, also when interrupted. It prints the tables that docs/peers.md shows. A run that was killed outright
leaves the lab ``peers`` behind: ``nines lab down peers``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

import yaml
from bench.option_set import OptionSet, applied
from bench.peer_figures import Seen, accounts, seen, table
from bench.peer_run import option_set, tell

from fournines import lab
from fournines.cli.shared.site import load_site
from fournines.drill.record import machine
from fournines.drill.result import from_json
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.render import rendered
from fournines.secrets.generate import complete

NAME = "peers"
NINES = Path(sys.executable).with_name("nines")
SETS = ("ours", "kolla", "guide")
DRILLS = ("haproxy-kill", "writer-kill", "vip-power", "vip-freeze")


def main() -> int:
    """Measure, print; 1 where a set's lab or deployment failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("site", type=Path, help="a site of a lab, like examples/blog.yaml")
    parser.add_argument("--runs", type=int, default=1, help="how often each drill is run with each set")
    parser.add_argument(
        "--sets", nargs="+", choices=SETS, default=SETS, help="the first is what others are held against"
    )
    parser.add_argument("--drills", nargs="+", default=DRILLS)
    parser.add_argument("--out", type=Path, help="keep every run's result and raw log here")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--diff", action="store_true", help="print what each set changes; run nothing")
    asked = parser.parse_args()
    site = load_site(asked.site)
    sets = {name: option_set(name, site) for name in asked.sets}
    if asked.diff:
        plan = make_plan(site, complete({}, site))  # secrets that nobody keeps: files are only compared
        print("\n".join(line for one in sets.values() for line in told(one, plan)))
        return 0
    if lab.is_up(NAME):
        sys.exit(f"a lab called {NAME} is up: nines lab down {NAME}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        out = asked.out or Path(folder) / "results"
        words = (str(out), "--runs", str(asked.runs), *asked.drills)
        failed = [name for name in sets if not measured(asked.site, Path(folder), name, words)]
        print_found(
            list(results(out, sets, asked.runs)), {n: s.what for n, s in sets.items()}, as_json=asked.json
        )
    for name in failed:
        tell(f"{name}: did not get through")
    return 1 if failed else 0


def measured(site: Path, folder: Path, name: str, words: tuple[str, ...]) -> bool:
    """Whether a set got through: its lab came up, it was deployed and drilled. The lab is gone afterwards."""
    whole = yaml.safe_load(site.read_text(encoding="utf-8")) | {"name": NAME}
    own = folder / f"{NAME}.yaml"
    own.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    tell(f"{name}, load {os.getloadavg()[0]:.1f}")
    run = (sys.executable, "-m", "bench.peer_run", str(own), name, *words)
    try:
        up = subprocess.run([NINES, "lab", "up", "--as-cached", own], stdout=sys.stderr, check=False)
        return up.returncode == 0 and subprocess.run(run, stdout=sys.stderr, check=False).returncode == 0
    finally:
        subprocess.run([NINES, "lab", "down", NAME], stdout=sys.stderr, check=False)


def results(out: Path, sets: dict[str, OptionSet], runs: int) -> Iterator[Seen]:
    """What was measured, as far as it got."""
    for name in sets:
        for number in range(1, runs + 1):
            file = out / f"{name}-{number}" / "result.json"
            if file.exists():
                for run in from_json(file.read_text(encoding="utf-8")).runs:
                    yield seen(name, number, run)


def print_found(found: list[Seen], names: dict[str, str], *, as_json: bool) -> None:
    """The figures, with date and machine."""
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    if as_json:
        print(
            json.dumps({"date": when, "machine": machine(), "seen": [asdict(one) for one in found]}, indent=1)
        )
        return
    print(f"{when}, {machine()}\n\nThe longest outage by the fault:\n")
    print("\n".join(table(found, names, lambda cost: cost.longest)))
    print("\nAll outages by the fault together:\n")
    print("\n".join(table(found, names, lambda cost: cost.total)))
    print()
    print("\n".join(accounts(found, names)))


def told(options: OptionSet, plan: Plan) -> Iterator[str]:
    """What a set changes, as differences between rendered files, and what cannot be had as others have it."""
    yield f"# {options.what}"
    for before, after in zip(rendered(plan), rendered(applied(options, plan)), strict=True):
        was, becomes = before.file.content.splitlines(), after.file.content.splitlines()
        place = f"{after.host}{after.file.path}"
        yield from unified_diff(was, becomes, fromfile=place, tofile=place, n=0, lineterm="")
    yield from (f"# not comparable: {what}" for what in options.unequal)


if __name__ == "__main__":
    sys.exit(main())

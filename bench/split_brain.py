"""A network in two, with the guide's settings for quorum and fencing and with ours: what does it cost?

``python -m bench.split_brain SITE`` (root, nft) brings up a lab of its own, deploys the site of mode
active-passive, and cuts the VIP's holder off from the others while a client on either side writes to the VIP
that it sees. Then the network heals, what has parted is mended, and every acknowledged write is looked for.
Then the same once more with ``no-quorum-policy=ignore`` and without fencing. What an audit says of that
beforehand stands beside the count; ``--predict`` tells it alone and runs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import yaml
from bench.option_set import OptionSet, applied
from bench.peer_run import tell
from bench.split.figures import Split, table
from bench.split.sets import CLUSTER, OURS, guide
from pydantic import TypeAdapter

from fournines import files, lab
from fournines.audit.gather.collect import collect
from fournines.audit.merge import merged
from fournines.audit.run import audit
from fournines.cli.shared.site import load_site
from fournines.drill.record import machine
from fournines.kit.step import Command
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.render import write
from fournines.secrets.generate import complete

NAME = "split-brain"
NINES = Path(sys.executable).with_name("nines")
SECONDS = 60.0
CIB = "var/lib/pacemaker/cib/cib.xml"
OF_DRBD, SAYS_NOTHING = "etc/drbd.d", "global { usage-count no; }\ncommon { handlers {} disk {} net {} }\n"
"""Where volumes' files lie, and what Debian's drbd-utils brings beside them: nothing of fencing in it."""


def main() -> int:
    """Measure, print; 1 where the lab or a set did not get through."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("site", type=Path, help="a site of a lab, like examples/active-passive.yaml")
    parser.add_argument("--sets", nargs="+", choices=("ours", "guide"), default=["ours", "guide"])
    parser.add_argument("--seconds", type=float, help="how long it is split [60 x patience]")
    parser.add_argument("--name", default=NAME, help="what the lab is called")
    parser.add_argument("--out", type=Path, help="keep what was seen here")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--predict", action="store_true", help="print what an audit says; run nothing")
    asked = parser.parse_args()
    site = load_site(asked.site)
    plan = make_plan(site, complete({}, site))  # secrets that nobody keeps: files are only read
    sets = {"ours": OURS, "guide": guide(plan.context)}
    findings = {name: predicted(applied(sets[name], plan)) for name in sets}
    new = tuple(sorted(set(findings["guide"]) - set(findings["ours"])))
    if asked.predict:
        print("\n".join(f"{rule}: {findings['guide'][rule]}" for rule in new))
        return 0
    if lab.is_up(asked.name):
        sys.exit(f"a lab called {asked.name} is up: nines lab down {asked.name}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="split-") as folder:
        out = files.folder(asked.out or Path(folder) / "results")
        seconds = asked.seconds or SECONDS * site.patience
        words = (str(out), "--seconds", f"{seconds:g}", "--sets", *asked.sets)
        through = measured(asked.site, Path(folder), asked.name, words)
        found = list(results(out, asked.sets, {"guide": new}))
    print_found(found, [options for name, options in sets.items() if name in asked.sets], as_json=asked.json)
    return 0 if through and len(found) == len(asked.sets) else 1


def predicted(plan: Plan) -> dict[str, str]:
    """What an audit finds in a plan's files and in the cluster's configuration, by the rules' ids."""
    with tempfile.TemporaryDirectory(prefix="split-") as folder:
        written = Path(folder) / "hosts"
        write(plan, written)
        for host, text in fed(plan):
            place = written / host / CIB
            place.parent.mkdir(parents=True, exist_ok=True)
            files.write(place, text)
        for resources in written.glob(f"*/{OF_DRBD}"):
            files.write(resources / "global_common.conf", SAYS_NOTHING)
        report = merged(audit(collect([written])))
    return {one.rule: one.what for one in report.findings}


def fed(plan: Plan) -> Iterator[tuple[str, str]]:
    """The cluster's configuration, and the host that brings it in."""
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            for step in steps:
                if isinstance(step, Command) and step.name == CLUSTER:
                    yield host, step.stdin


def measured(site: Path, folder: Path, name: str, words: Sequence[str]) -> bool:
    """Whether all sets got through. The lab is gone afterwards."""
    whole = yaml.safe_load(site.read_text(encoding="utf-8")) | {"name": name}
    own = folder / f"{name}.yaml"
    own.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    tell(f"load {os.getloadavg()[0]:.1f}")
    run = (sys.executable, "-m", "bench.split.run", str(own), *words)
    try:
        up = subprocess.run([NINES, "lab", "up", "--as-cached", own], stdout=sys.stderr, check=False)
        return up.returncode == 0 and subprocess.run(run, stdout=sys.stderr, check=False).returncode == 0
    finally:
        subprocess.run([NINES, "lab", "down", name], stdout=sys.stderr, check=False)


def results(out: Path, sets: Sequence[str], predicted: dict[str, tuple[str, ...]]) -> Iterator[Split]:
    """What was measured, as far as it got, with what was predicted of it."""
    for name in sets:
        file = out / f"{name}.json"
        if file.exists():
            found = TypeAdapter(Split).validate_json(file.read_bytes())
            yield replace(found, predicted=predicted.get(name, ()))


def print_found(found: Sequence[Split], sets: Sequence[OptionSet], *, as_json: bool) -> None:
    """The figures, with date and machine."""
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    if as_json:
        seen = TypeAdapter(list[Split]).dump_python(list(found), mode="json")
        print(json.dumps({"date": when, "machine": machine(), "seen": seen}, indent=1))
        return
    print(f"{when}, {machine()}\n")
    print("\n".join(table(found)))
    for one in found:
        print(f"\n{one.what}: {'whole again' if one.healed is not None else f'not whole: {one.waiting}'}")
        print("\n".join(f"  {step}" for step in one.told))
    print("\n".join(f"not comparable: {what}" for options in sets for what in options.unequal))


if __name__ == "__main__":
    sys.exit(main())

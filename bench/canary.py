"""What would the next Debian break? ``make canary SUITE=testing``; ends with 1 where something would.

Builds an image of the suite (packages that it lacks are named and left out), asks it everything that
components rely on, and lets its programs read every file of the site. Starts no host. Needs root.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import anyio

from fournines.kit.step import Packages
from fournines.lab.images import canary, image, sources
from fournines.lab.images.packages import CONTROL_PLANE
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import load


def main() -> int:
    """Build, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("suite")
    parser.add_argument("--mirror", help="a Debian mirror; otherwise this machine's apt's")
    parser.add_argument("--tree", type=Path, help="ask this file tree instead of building an image")
    asked = parser.parse_args()
    site = load(asked.site, vocabulary())
    plan = make_plan(site, complete({}, site))  # secrets that nobody keeps: files are only tried
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # not /tmp, which may be an overlay
        tree, gone = (
            (asked.tree, ()) if asked.tree else _built(plan_packages(plan), asked, Path(folder, "apt"))
        )
        print(f"{asked.suite}: lacks {', '.join(gone)}" if gone else f"{asked.suite}: has every package")
        layer = Path(folder, "layer")
        found = anyio.run(canary.outlook, plan, tree, layer, frozenset(gone))
    for line in found.notes:
        print(f"new    {line}")
    for line in found.broken:
        print(f"BREAKS {line}")
    print(f"{found.accepted} files accepted by their programs, {len(found.broken)} things would break")
    return 1 if found.broken else 0


def plan_packages(plan: Plan) -> tuple[str, ...]:
    """Every package of the image that a lab of this plan stands on."""
    steps = (s for phase in plan.phases for of_host in phase.steps.values() for s in of_host)
    return (*CONTROL_PLANE, *(name for s in steps if isinstance(s, Packages) for name in s.names))


def _built(names: tuple[str, ...], asked: argparse.Namespace, folder: Path) -> tuple[Path, tuple[str, ...]]:
    options = sources.apt_options_of_this_machine()

    def places(suite: str) -> tuple[sources.AptSource, ...]:
        return sources.from_mirror(asked.mirror, suite) if asked.mirror else sources.of_this_machine(suite)

    gone = canary.not_in(places(asked.suite), options, names, folder)
    recipe = image.Recipe.of(set(names) - set(gone), asked.suite)
    both = (*places(sources.SUITE), *places(asked.suite))
    return image.ensure(recipe, lambda: (both, options), lambda line: print(line, flush=True)), gone


if __name__ == "__main__":
    sys.exit(main())

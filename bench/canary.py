"""What would the next Debian break? ``make canary SUITE=testing``; ends with 1 where something would.

Builds an image of the suite (packages that it lacks are named and left out), asks it everything that
components rely on, lets its programs read every file of the site; then deploys what lies under OpenStack
on lab hosts of that suite, one component after the other, and takes the power of one and of all. Needs root.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import yaml

from fournines import lab
from fournines.kit.step import Packages
from fournines.lab.images import canary
from fournines.lab.images.archive import installed
from fournines.lab.images.packages import CONTROL_PLANE
from fournines.lab.images.trial import failed_deployment, failed_promises, second_deployment
from fournines.plan.make import make_plan
from fournines.plan.model import Plan
from fournines.plan.vocabulary import vocabulary
from fournines.secrets.generate import complete
from fournines.spec.load import load

NINES = Path(sys.executable).with_name("nines")
INFRASTRUCTURE = Path(__file__).with_name("infrastructure.yaml")
HEAL_SECONDS = 300
"""For all promises to hold again after a power loss, on a machine that does other things too."""


def main() -> int:
    """Build, ask, deploy, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="whose files the suite's programs read")
    parser.add_argument("suite")
    parser.add_argument("--mirror", help="a Debian mirror; otherwise this machine's apt's")
    parser.add_argument("--only", choices=("ask", "deploy"), help="half of it")
    asked = parser.parse_args()
    broken: list[str] = []
    if asked.only != "deploy":
        broken += asked_of_the_image(asked.site, asked.suite, asked.mirror)
    if asked.only != "ask":
        with tempfile.TemporaryDirectory(prefix="canary-") as folder:
            broken += Trial(Path(folder), asked.suite, asked.mirror).run()
    print(f"{len(broken)} things would break in {asked.suite}")
    return 1 if broken else 0


def asked_of_the_image(file: Path, suite: str, mirror: str | None) -> tuple[str, ...]:
    """What the image's packages and programs say to what is relied on and written; tells the rest."""
    site = load(file, vocabulary())
    plan = make_plan(site, complete({}, site))  # secrets that nobody keeps: files are only tried
    wanted = plan_packages(plan)
    tree = lab.build(lab.lab_plan(site, packages=wanted, suite=suite), mirror=mirror, progress=tell)
    there = {name.partition(":")[0] for name in installed(tree)}
    with tempfile.TemporaryDirectory(dir="/var/tmp") as layer:  # not /tmp, which may be an overlay
        found = anyio.run(canary.outlook, plan, tree, Path(layer), frozenset(wanted) - there)
    for line in found.notes:
        tell(f"new    {line}")
    for line in found.broken:
        tell(f"BREAKS {line}")
    tell(f"{found.accepted} files accepted by their programs")
    return found.broken


def plan_packages(plan: Plan) -> tuple[str, ...]:
    """Every package of the image that a lab of this plan stands on."""
    steps = (s for phase in plan.phases for of_host in phase.steps.values() for s in of_host)
    return (*CONTROL_PLANE, *(name for s in steps if isinstance(s, Packages) for name in s.names))


@dataclass
class Trial:
    """A deployment of what lies under OpenStack, on a lab of its own."""

    folder: Path
    suite: str
    mirror: str | None
    broken: list[str] = field(default_factory=list)

    def run(self) -> tuple[str, ...]:
        """Everything that broke; the lab is gone afterwards, whatever happened."""
        whole = yaml.safe_load(INFRASTRUCTURE.read_text(encoding="utf-8"))
        whole["name"] = name = f"canary-{self.suite}"
        named, whole["components"] = whole["components"], {}
        mirror = ("--mirror", self.mirror) if self.mirror else ()
        try:
            self._write(whole)
            up = self._nines("lab", "up", "--suite", self.suite, *mirror, str(self.file), shown=True)
            if up.returncode:
                self._tell((f"a lab of {self.suite} does not come up",))
                return tuple(self.broken)
            for component in ("", *named):
                self._add(whole, component, named)
            again = self._nines("deploy", "--json", str(self.file))
            self._tell(second_deployment(again.stdout, again.stderr))
            self._power_losses(name, list(whole["hosts"]))
        finally:
            self._nines("lab", "down", name)
        return tuple(self.broken)

    @property
    def file(self) -> Path:
        """The site as far as it could be deployed."""
        return self.folder / "site.yaml"

    def _add(self, whole: dict[str, dict[str, object]], component: str, named: dict[str, object]) -> None:
        """Deploy one component more; one that does not come up is told and left out of what follows."""
        before = dict(whole["components"])
        if component:
            whole["components"][component] = named[component]
        self._write(whole)
        done = self._nines("deploy", "--json", str(self.file))
        found = failed_deployment(component or "what every site has", done.stdout, done.stderr)
        self._tell(found)
        if done.returncode == 0:
            tell(f"{component or 'what every site has'}: deployed")
            self._verify("")
        elif component:
            whole["components"] = before
            self._write(whole)

    def _power_losses(self, name: str, hosts: list[str]) -> None:
        """One host's, then everybody's: what elects itself and what starts by itself must come back."""
        for lost in (hosts[-1:], hosts):
            for host in lost:
                self._nines("lab", "power", "--name", name, host, "off")
            for host in lost:
                self._nines("lab", "power", "--name", name, "--no-wait", host, "on")
            self._verify(f"after a power loss of {', '.join(lost)}: ")

    def _verify(self, when: str) -> None:
        done = self._nines("verify", "--json", "--wait", str(HEAL_SECONDS), str(self.file))
        self._tell(f"{when}{line}" for line in failed_promises(done.stdout, done.stderr))

    def _tell(self, found: Iterable[str]) -> None:
        for line in found:
            self.broken.append(line)
            tell(f"BREAKS {line}")

    def _write(self, whole: dict[str, dict[str, object]]) -> None:
        self.file.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")

    def _nines(self, *argv: str, shown: bool = False) -> subprocess.CompletedProcess[str]:
        stderr = None if shown else subprocess.PIPE
        return subprocess.run([NINES, *argv], stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)


def tell(line: str) -> None:
    """To whoever waits, at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""The packages of a plan: which host has which, what is relied on in them, and whether hosts agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fournines.components import registered
from fournines.kit.check import Answers, Ask, Check
from fournines.kit.relies import Relied
from fournines.kit.step import Packages
from fournines.kit.verdict import Verdict, failed, passed, unknown
from fournines.plan.model import Plan


def packages_of(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """The packages the plan puts on each host, sorted."""
    names: dict[str, set[str]] = {}
    for phase in plan.phases:
        for host, steps in phase.steps.items():
            for step in steps:
                if isinstance(step, Packages):
                    names.setdefault(host, set()).update(step.names)
    return {host: tuple(sorted(found)) for host, found in names.items()}


def relied_on(plan: Plan) -> Mapping[str, tuple[Relied, ...]]:
    """What is taken for granted on each host: of the packages that the plan puts there."""
    everything = tuple(relied for component in registered().values() for relied in component.relies)
    return {
        host: tuple(relied for relied in everything if relied.package in names)
        for host, names in packages_of(plan).items()
    }


def versions_ask(names: tuple[str, ...]) -> Ask:
    """The question after the installed version of each package; code 1 when one is not installed."""
    return Ask(("dpkg-query", "--show", "--showformat=${Package}\t${Version}\n", *names))


def version_table(text: str) -> dict[str, str]:
    """Package to version, from lines of both with a tab between them."""
    rows = (line.split("\t") for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == len(("package", "version")) and row[1]}


def same_versions(plan: Plan) -> Iterator[Check]:
    """The check that no package has different versions on different hosts; none without packages."""
    asks = {host: versions_ask(names) for host, names in packages_of(plan).items()}
    if asks:
        yield Check(
            "packages.same-version", "Every package has one version on all hosts", asks=asks, judge=_same
        )


def _same(answers: Answers) -> Verdict:
    found: dict[str, dict[str, list[str]]] = {}
    for host, answer in answers.items():
        for package, version in version_table(answer.stdout if answer else "").items():
            found.setdefault(package, {}).setdefault(version, []).append(host)
    apart = [
        f"{package}: " + ", ".join(f"{version} on {' and '.join(on)}" for version, on in versions.items())
        for package, versions in sorted(found.items())
        if len(versions) > 1
    ]
    silent = [host for host, answer in answers.items() if answer is None or not version_table(answer.stdout)]
    if apart:
        return failed("; ".join(apart))
    if silent:
        return unknown(f"nothing is known of {', '.join(silent)}")
    return passed(f"{len(found)} packages, one version each")

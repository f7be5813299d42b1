"""The file that keeps a host's kernel parameters for its next boot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fournines.kit.step import File, Step, Sysctl
from fournines.plan.model import Phase, PlannedStage
from fournines.spec.model import Site

SYSCTL_FILE = "/etc/sysctl.d/60-fournines.conf"
"""systemd of Debian 13 no longer reads /etc/sysctl.conf."""


def with_kernel_file(site: Site, phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """The same phases; a host's first stage with a kernel parameter also writes the file of all of them."""
    listed = tuple(phases)
    settings: dict[str, dict[str, str]] = {}
    for phase in listed:
        for host, steps in phase.steps.items():
            for step in _kernel(steps):
                settings.setdefault(host, {})[step.key] = step.value
    return tuple(
        Phase(tuple(_with_files(site, stage, settings) for stage in phase.stages)) for phase in listed
    )


def _with_files(site: Site, stage: PlannedStage, settings: dict[str, dict[str, str]]) -> PlannedStage:
    """Takes the hosts that it writes the file for out of ``settings``: nobody writes it again."""
    first = [host for host, steps in stage.steps.items() if host in settings and any(_kernel(steps))]
    if not first:
        return stage
    files = {host: (*stage.steps[host], _file(site, settings.pop(host))) for host in first}
    return replace(stage, steps={**stage.steps, **files})


def _file(site: Site, settings: Mapping[str, str]) -> File:
    lines = [f"# Managed by fournines for the site {site.name}; change {site.file.name} instead."]
    lines += [f"{key} = {value}" for key, value in sorted(settings.items())]
    return File(SYSCTL_FILE, "\n".join(lines) + "\n")


def _kernel(steps: Iterable[Step]) -> Iterator[Sysctl]:
    return (step for step in steps if isinstance(step, Sysctl))

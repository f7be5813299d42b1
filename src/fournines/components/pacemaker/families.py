"""Pacemaker and its agents in other families of distributions. RHEL 9 has Pacemaker 2.1; files are for 3."""

from __future__ import annotations

from fournines.kit.family import alike, alike_all, package, path, there, unit

_RHEL = "openela-main/pacemaker SPECS/pacemaker.spec"
_SUSE = "bmwiedemann/openSUSE packages/p/pacemaker/pacemaker.spec"

FAMILIES = (
    *alike_all(package, "pacemaker", rhel=_RHEL, suse=_SUSE),
    package(
        "pacemaker-cli-utils",
        rhel=there("pacemaker-cli", by=_RHEL),
        suse=there("pacemaker-cli", by=_SUSE),
    ),
    package(
        "resource-agents",
        rhel=alike("openela-main/resource-agents SPECS/resource-agents.spec"),
        suse=alike("bmwiedemann/openSUSE packages/r/resource-agents/resource-agents.spec"),
    ),
    package(
        "fence-agents-redfish",
        rhel=alike("openela-main/fence-agents SPECS/fence-agents.spec"),
        suse=alike("bmwiedemann/openSUSE packages/f/fence-agents/fence-agents.spec"),
    ),
    *alike_all(unit, "pacemaker.service", rhel=_RHEL, suse=_SUSE),
    *alike_all(path, "/usr/lib/ocf/resource.d", rhel=_RHEL, suse=_SUSE),
)

"""Glance in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import account, alike_all, package, path, there, unit

_RDO = "rdo-packages/glance-distgit openstack-glance.spec"
_SUSE = "openstack/rpm-packaging openstack/glance/glance.spec.j2"

FAMILIES = (
    package(
        "glance-api",
        rhel=there("openstack-glance", by=_RDO),
        suse=there("openstack-glance-api", by=_SUSE),
    ),
    unit(
        "glance-api.service",
        rhel=there("openstack-glance-api.service", by=_RDO),
        suse=there("openstack-glance-api.service", by=_SUSE),
    ),
    *alike_all(account, "glance", rhel=_RDO, suse=_SUSE),
    *alike_all(
        path,
        *("/etc/glance", "/var/lib/glance", "/var/log/glance", "/usr/bin/glance-api"),
        rhel=_RDO,
        suse=_SUSE,
    ),
)

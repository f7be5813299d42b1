"""Ceilometer in other families of distributions; SUSE's packages of OpenStack have none."""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, account, alike, nowhere, package, path, there, unit

_SPEC = "rdo-packages/ceilometer-distgit openstack-ceilometer.spec"
_RDO = alike(_SPEC)
_SUSE = nowhere("openstack/rpm-packaging openstack: no ceilometer")

FAMILIES = (
    # The program that polls is a package of its own there.
    package(
        "ceilometer-agent-central",
        rhel=there("openstack-ceilometer-central", "openstack-ceilometer-polling", by=_SPEC),
        suse=_SUSE,
    ),
    package(
        "ceilometer-agent-notification",
        rhel=there("openstack-ceilometer-notification", by=_SPEC),
        suse=_SUSE,
    ),
    package("python3-ceilometer", rhel=_RDO, suse=_SUSE),
    *(
        unit(
            f"ceilometer-agent-{agent}.service",
            rhel=there(f"openstack-ceilometer-{agent}.service", by=_SPEC),
            suse=NOT_PROVED,
        )
        for agent in ("central", "notification")
    ),
    account("ceilometer", rhel=_RDO, suse=NOT_PROVED),
    *(
        path(name, rhel=_RDO, suse=NOT_PROVED)
        for name in (
            *("/etc/ceilometer", "/var/lib/ceilometer", "/var/log/ceilometer"),
            *("/usr/bin/ceilometer-polling", "/usr/bin/ceilometer-agent-notification"),
        )
    ),
)

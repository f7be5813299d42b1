"""Cinder in other families of distributions. RDO has one package for all of its daemons."""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, package, path, there, unit

_RDO = "rdo-packages/cinder-distgit openstack-cinder.spec"
_SUSE = "openstack/rpm-packaging openstack/cinder/cinder.spec.j2"

FAMILIES = (
    *(
        package(
            f"cinder-{daemon}",
            rhel=there("openstack-cinder", by=_RDO),
            suse=there(f"openstack-cinder-{daemon}", by=_SUSE),
        )
        for daemon in ("api", "scheduler", "volume")
    ),
    package(
        "open-iscsi",
        rhel=there("iscsi-initiator-utils", by=_RDO),
        suse=alike("openstack/rpm-packaging openstack/nova/nova.spec.j2"),
    ),
    *alike_all(package, "python3-cinder", rhel=_RDO, suse=_SUSE),
    *(
        unit(
            f"cinder-{daemon}.service",
            rhel=there(f"openstack-cinder-{daemon}.service", by=_RDO),
            suse=there(f"openstack-cinder-{daemon}.service", by=_SUSE),
        )
        for daemon in ("api", "scheduler", "volume")
    ),
    *alike_all(account, "cinder", rhel=_RDO, suse=_SUSE),
    *alike_all(
        path,
        *("/etc/cinder", "/var/lib/cinder", "/var/log/cinder"),
        *("/usr/bin/cinder-wsgi", "/usr/bin/cinder-scheduler", "/usr/bin/cinder-volume"),
        rhel=_RDO,
        suse=_SUSE,
    ),
)

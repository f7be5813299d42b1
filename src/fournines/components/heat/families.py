"""Heat in other families of distributions."""

from __future__ import annotations

from fournines.kit.family import account, alike_all, package, path, there, unit

_RDO = "rdo-packages/heat-distgit openstack-heat.spec"
_SUSE = "openstack/rpm-packaging openstack/heat/heat.spec.j2"
_DAEMONS = ("heat-api", "heat-api-cfn", "heat-engine")

FAMILIES = (
    *(
        package(
            daemon, rhel=there(f"openstack-{daemon}", by=_RDO), suse=there(f"openstack-{daemon}", by=_SUSE)
        )
        for daemon in _DAEMONS
    ),
    package(
        "python3-heat",
        rhel=there("openstack-heat-common", by=_RDO),
        suse=there("python3-heat", by=_SUSE),
    ),
    *(
        unit(
            f"{daemon}.service",
            rhel=there(f"openstack-{daemon}.service", by=_RDO),
            suse=there(f"openstack-{daemon}.service", by=_SUSE),
        )
        for daemon in _DAEMONS
    ),
    *alike_all(account, "heat", rhel=_RDO, suse=_SUSE),
    *alike_all(
        path,
        *("/etc/heat", "/var/lib/heat", "/var/log/heat"),
        *("/usr/bin/heat-engine", "/usr/bin/heat-wsgi-api", "/usr/bin/heat-wsgi-api-cfn"),
        rhel=_RDO,
        suse=_SUSE,
    ),
)

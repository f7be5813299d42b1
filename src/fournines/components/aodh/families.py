"""Aodh in other families of distributions; SUSE's packages of OpenStack have none."""

from __future__ import annotations

from fournines.components.aodh.model import DAEMONS
from fournines.kit.family import NOT_PROVED, account, alike, nowhere, package, path, there, unit

_SPEC = "rdo-packages/aodh-distgit openstack-aodh.spec"
_RDO = alike(_SPEC)
_NO_AODH = "openstack/rpm-packaging openstack: no aodh"

FAMILIES = (
    *(
        package(f"aodh-{name}", rhel=there(f"openstack-aodh-{name}", by=_SPEC), suse=nowhere(_NO_AODH))
        for name in ("api", *DAEMONS)
    ),
    package("python3-aodh", rhel=_RDO, suse=nowhere(_NO_AODH)),
    *(
        unit(
            f"aodh-{name}.service",
            rhel=there(f"openstack-aodh-{name}.service", by=_SPEC),
            suse=NOT_PROVED,
        )
        for name in ("api", *DAEMONS)
    ),
    account("aodh", rhel=_RDO, suse=NOT_PROVED),
    path("/etc/init.d", rhel=nowhere(f"{_SPEC}: units only"), suse=nowhere(_NO_AODH)),
    path("/usr/share/aodh-common/app.wsgi", rhel=there("/usr/bin/aodh-api", by=_SPEC), suse=NOT_PROVED),
    *(
        path(name, rhel=_RDO, suse=NOT_PROVED)
        for name in (
            *("/etc/aodh", "/var/lib/aodh", "/var/log/aodh"),
            *(f"/usr/bin/aodh-{daemon}" for daemon in DAEMONS),
        )
    ),
)

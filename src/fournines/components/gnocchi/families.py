"""Gnocchi in other families of distributions; SUSE's packages of OpenStack have none."""

from __future__ import annotations

from fournines.kit.family import NOT_PROVED, account, alike, nowhere, package, path, unit

_RDO = alike("rdo-packages/gnocchi-distgit gnocchi.spec")
_SUSE = nowhere("openstack/rpm-packaging openstack: no gnocchi")

FAMILIES = (
    *(package(name, rhel=_RDO, suse=_SUSE) for name in ("gnocchi-api", "gnocchi-metricd", "python3-gnocchi")),
    *(unit(name, rhel=_RDO, suse=NOT_PROVED) for name in ("gnocchi-api.service", "gnocchi-metricd.service")),
    account("gnocchi", rhel=_RDO, suse=NOT_PROVED),
    *(
        path(name, rhel=_RDO, suse=NOT_PROVED)
        for name in ("/etc/gnocchi", "/var/lib/gnocchi", "/var/log/gnocchi", "/usr/bin/gnocchi-metricd")
    ),
)

"""Placement in other families of distributions, where packages run it below Apache; here too it is uwsgi's.

RDO's package makes it no home: the unit does (``templates/``).
"""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, nowhere, package, path, there, unit

_RDO = "rdo-packages/placement-distgit openstack-placement.spec"
_SUSE = "openstack/rpm-packaging openstack/openstack-placement/openstack-placement.spec.j2"
_NO_UNIT = "{}: no unit, ours is whole"

FAMILIES = (
    package(
        "placement-api",
        rhel=there("openstack-placement-api", by=_RDO),
        suse=there("openstack-placement-api", by=_SUSE),
    ),
    package("python3-placement", rhel=alike(_RDO), suse=there("python3-openstack-placement", by=_SUSE)),
    unit("placement-api.service", rhel=alike(_NO_UNIT.format(_RDO)), suse=alike(_NO_UNIT.format(_SUSE))),
    *alike_all(account, "placement", rhel=_RDO, suse=_SUSE),
    path("/etc/init.d", rhel=nowhere(_NO_UNIT.format(_RDO)), suse=nowhere(_NO_UNIT.format(_SUSE))),
    path("/var/lib/placement", rhel=alike(f"{_RDO}: none, the unit makes it"), suse=alike(_SUSE)),
    *alike_all(
        path,
        *("/etc/placement", "/var/log/placement", "/usr/bin/placement-api"),
        rhel=_RDO,
        suse=_SUSE,
    ),
)

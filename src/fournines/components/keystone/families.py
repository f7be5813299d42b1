"""Keystone in other families of distributions, where packages run it below Apache; here too it is uwsgi's.

Neither has uwsgi's plugin for AppArmor, nor a profile for Keystone (``templates/``).
"""

from __future__ import annotations

from fournines.kit.family import account, alike, alike_all, package, path, there, unit

_RDO = "rdo-packages/keystone-distgit openstack-keystone.spec"
_SUSE = "openstack/rpm-packaging openstack/keystone/keystone.spec.j2"
_NO_UNIT = "{}: no unit, ours is whole"

FAMILIES = (
    package(
        "keystone",
        rhel=there("openstack-keystone", by=_RDO),
        suse=there("openstack-keystone", by=_SUSE),
    ),
    *alike_all(package, "python3-keystone", rhel=_RDO, suse=_SUSE),
    unit("keystone.service", rhel=alike(_NO_UNIT.format(_RDO)), suse=alike(_NO_UNIT.format(_SUSE))),
    *alike_all(account, "keystone", rhel=_RDO, suse=_SUSE),
    *alike_all(path, "/etc/keystone", "/var/lib/keystone", "/var/log/keystone", rhel=_RDO, suse=_SUSE),
)

"""Open vSwitch in other families of distributions: one unit starts both daemons at boot, as on Debian."""

from __future__ import annotations

from fournines.kit.family import alike_all, package, there, unit

_RDO = "redhat-openstack/rdoinfo buildsys-tags/cloud9s-openstack-epoxy-release.yml: rdo-openvswitch"
_UNITS = "openvswitch/ovs rhel/openvswitch-fedora.spec.in"
_SUSE = "bmwiedemann/openSUSE packages/o/openvswitch/openvswitch.spec"

FAMILIES = (
    package(
        "openvswitch-switch", rhel=there("rdo-openvswitch", by=_RDO), suse=there("openvswitch", by=_SUSE)
    ),
    unit(
        "openvswitch-switch.service",
        rhel=there("openvswitch.service", by=_UNITS),
        suse=there("openvswitch.service", by=_SUSE),
    ),
    *alike_all(unit, "ovsdb-server.service", "ovs-vswitchd.service", rhel=_UNITS, suse=_SUSE),
)

"""What several components use: Python's packages, uwsgi, the bundle of trusted authorities."""

from __future__ import annotations

from fournines.kit.family.rows import alike, package, there

_RHEL = "openela-main/{0} SPECS/{0}.spec"
_SUSE = "bmwiedemann/openSUSE packages/{0}/{1}/{1}.spec"
_RDO = "redhat-openstack/rdoinfo buildsys-tags/cloud9s-openstack-epoxy-release.yml: {}"

COMMON = (
    package(
        "python3-pymysql",
        rhel=there("python3-PyMySQL", by=_RHEL.format("python-PyMySQL")),
        suse=there("python3-PyMySQL", by=_SUSE.format("p", "python-PyMySQL")),
    ),
    package(
        "python3-minimal",
        rhel=there("python3", by=_RHEL.format("python3.9")),
        suse=there("python3-base", by=_SUSE.format("p", "python313")),
    ),
    package("curl", rhel=alike(_RHEL.format("curl")), suse=alike(_SUSE.format("c", "curl"))),
)

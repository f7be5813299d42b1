"""What several components use: Python's packages, uwsgi, the bundle of trusted authorities."""

from __future__ import annotations

from fournines.kit.family.rows import alike, package, path, there

_RHEL = "openela-main/{0} SPECS/{0}.spec"
_SUSE = "bmwiedemann/openSUSE packages/{0[0]}/{0}/{0}.spec"
_RDO = "redhat-openstack/rdoinfo buildsys-tags/cloud9s-openstack-epoxy-release.yml: {}"
_UWSGI = "rdo-common/uwsgi uwsgi.spec"
_SUSE_UWSGI = _SUSE.format("uwsgi")

COMMON = (
    package(
        "python3-pymysql",
        rhel=there("python3-PyMySQL", by=_RHEL.format("python-PyMySQL")),
        suse=there("python3-PyMySQL", by=_SUSE.format("python-PyMySQL")),
    ),
    package(
        "python3-memcache",
        rhel=there("python3-memcached", by=_RDO.format("python-memcached")),
        suse=there(
            "python3-python-memcached", by="openstack/rpm-packaging openstack/keystone/keystone.spec.j2"
        ),
    ),
    package(
        "python3-tooz",
        rhel=alike(_RDO.format("tooz")),
        suse=alike("openstack/rpm-packaging openstack/tooz/tooz.spec.j2"),
    ),
    package(
        "python3-minimal",
        rhel=there("python3", by=_RHEL.format("python3.9")),
        suse=there("python3-base", by=_SUSE.format("python313")),
    ),
    package("curl", rhel=alike(_RHEL.format("curl")), suse=alike(_SUSE.format("curl"))),
    package(
        "uwsgi-core",
        rhel=there("uwsgi", "uwsgi-plugin-python3", by=_UWSGI),
        suse=there("uwsgi", "uwsgi-python3", by=_SUSE_UWSGI),
    ),
    path(
        "/usr/bin/uwsgi_python3",
        rhel=there("/usr/sbin/uwsgi", by=_UWSGI),
        suse=there("/usr/sbin/uwsgi", by=_SUSE_UWSGI),
    ),
    path(
        "/etc/ssl/certs/ca-certificates.crt",
        rhel=there("/etc/pki/tls/certs/ca-bundle.crt", by=_RHEL.format("ca-certificates")),
        suse=there("/var/lib/ca-certificates/ca-bundle.pem", by=_SUSE.format("ca-certificates")),
    ),
)
